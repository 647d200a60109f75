"""LiveBackend: a model behind a network, with time limits, retries and cancellation that hold for every provider."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay

from rag.answering.record import Tokens
from rag.backends import faults, tokens
from rag.backends.base import Message, Reply, Stop, never
from rag.backends.calls import Call, Opener, Piece
from rag.backends.faults import Fault, Target
from rag.errors import BackendError
from rag.settings import Settings

FIRST_PAUSE = 0.5  # seconds before the second attempt; doubled before each further one
LONGEST_PAUSE = 20.0
TICK = 0.05  # seconds between two looks at the clock and at `cancelled`

log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """The caller does not want the reply any more."""


@dataclass
class _Reading:
    """One attempt: a thread waits for the server, while the caller's thread watches the clock and the cancellation.

    The libraries' own time limits start again with every byte, so that a server which drips keep-alive lines would hold a
    caller for ever.
    """

    call: Call
    messages: Sequence[Message]
    target: Target
    timeout: float
    end: float
    deadline: float
    cancelled: Callable[[], bool]
    tokens: Tokens | None = None
    stop: Stop | None = None
    _queue: SimpleQueue[Piece | Exception | None] = field(default_factory=SimpleQueue)
    _left: threading.Event = field(default_factory=threading.Event)

    def texts(self) -> Iterator[str]:
        """The pieces of text, none of them empty. Raises Fault, or _Cancelled."""
        threading.Thread(target=self._pump, name="vouch-llm", daemon=True).start()
        seen = False
        try:
            while (piece := self._next()) is not None:
                seen = True
                self.tokens, self.stop = piece.tokens or self.tokens, piece.stop or self.stop
                if piece.text:
                    yield piece.text
        finally:
            self._leave()
        if not seen:
            raise faults.garbled(self.target, "no reply that its protocol knows")
        if self.stop is None:
            raise faults.broken(self.target)

    def _pump(self) -> None:
        try:
            for piece in self.call.pieces(self.messages):
                if self._left.is_set():
                    return
                self._queue.put(piece)
            self._queue.put(None)
        except Exception as error:
            self._queue.put(error)
        finally:
            self._leave()

    def _leave(self) -> None:
        """Close the connection; a thread that still waits for it then fails and ends."""
        self._left.set()
        with suppress(Exception):  # the library may be in the middle of using what is closed here
            self.call.close()

    def _next(self) -> Piece | None:
        silent_at = time.monotonic() + self.timeout
        while True:
            now = time.monotonic()
            if self.cancelled():
                raise _Cancelled
            if now >= self.end:
                raise faults.late(self.target, self.deadline)
            if now >= silent_at:
                raise faults.silent(self.target, self.timeout)
            with suppress(Empty):
                item = self._queue.get(timeout=min(TICK, self.end - now, silent_at - now))
                break
        if isinstance(item, Exception):
            log.debug("%s failed", self.target.spec, exc_info=item)
            fault = faults.read(item, self.target, self.timeout)
            raise item if fault is None else fault
        return item


class LiveBackend:
    """A back end over a provider's protocol; see `rag.backends.base.Backend` for the contract.

    Raises BackendRefused, BackendBusy (after `llm_retries` more attempts that wait as long as the server asks, else longer
    each time), BackendUnreachable, BackendTimeout (after `llm_timeout` seconds of silence or `llm_deadline` in all) and
    BackendGarbled. An attempt is repeated only while it has given no text, so that nobody reads the same words twice.
    """

    def __init__(self, target: Target, opener: Opener, settings: Settings) -> None:
        self._target, self._opener, self._settings = target, opener, settings
        self._dropped: frozenset[str] = frozenset()  # parameters this server has refused

    @property
    def name(self) -> str:
        return self._target.spec

    def stream(self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = never) -> Generator[str, None, Reply]:
        """See `Backend.stream`."""
        parts: list[str] = []
        reading: _Reading | None = None
        texts: Iterator[str] = iter(())
        try:
            reading, texts, text = self._begin(messages, cancelled)
            while text:
                parts.append(text)
                yield text
                text = next(texts, "")
        except _Cancelled:
            return self._reply(messages, parts, reading, "cancelled")
        except Fault as fault:
            raise fault.error from None
        finally:
            if isinstance(texts, Generator):
                texts.close()
        if not "".join(parts).strip():
            raise self._empty(reading).error
        return self._reply(messages, parts, reading, reading.stop or "end")

    def _begin(self, messages: Sequence[Message], cancelled: Callable[[], bool]) -> tuple[_Reading, Iterator[str], str]:
        """The first attempt that gives text (or a complete reply without any), with that text."""
        limit = self._settings.llm_deadline
        end = time.monotonic() + limit
        retrying = Retrying(
            stop=stop_after_attempt(self._settings.llm_retries + 1) | stop_before_delay(limit),
            wait=_pause,
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and error.retry),
            sleep=lambda seconds: _sleep(seconds, cancelled),
            reraise=True,
        )
        try:
            return retrying(self._attempt, messages, end, cancelled)
        except Fault as fault:
            if fault.retry:
                attempts = int(retrying.statistics["attempt_number"])
                fault.error = _spent(fault, attempts, end - time.monotonic())
            raise

    def _attempt(
        self, messages: Sequence[Message], end: float, cancelled: Callable[[], bool]
    ) -> tuple[_Reading, Iterator[str], str]:
        """One attempt; repeated at once without a parameter to which the server objects."""
        settings = self._settings
        while True:
            call = self._opener(self._dropped)
            reading = _Reading(call, messages, self._target, settings.llm_timeout, end, settings.llm_deadline, cancelled)
            texts = reading.texts()
            try:
                return reading, texts, next(texts, "")
            except Fault as fault:
                refused = next((name for name in call.options if name in fault.objection), None)
                if refused is None:
                    raise
                self._dropped |= {refused}

    def _reply(self, messages: Sequence[Message], parts: list[str], reading: _Reading | None, stop: Stop) -> Reply:
        text = "".join(parts)
        used = reading.tokens if reading is not None else None
        if used is None and reading is not None:
            model = self._target.model
            used = Tokens(tokens.count_messages(messages, model), tokens.count(text, model), "tiktoken")
        return Reply(text, used or Tokens(), stop)

    def _empty(self, reading: _Reading) -> Fault:
        fault = faults.garbled(self._target, "an empty reply")
        if reading.stop == "length":
            fault.error.remedy = "It spent its token limit on thinking; raise VOUCH_LLM_MAX_TOKENS."
        return fault


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked for, else 0.5, 1, 2, … up to 20."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Fault) and error.wait is not None:
        return error.wait
    return min(FIRST_PAUSE * 2.0 ** (state.attempt_number - 1), LONGEST_PAUSE)


def _sleep(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if cancelled():
            raise _Cancelled
        time.sleep(min(TICK, left))


def _spent(fault: Fault, attempts: int, left: float) -> BackendError:
    """The error of the last attempt, with the number of attempts or the wait that does not fit."""
    said = fault.error.message.rstrip(".")
    if fault.wait is not None and fault.wait >= left:
        said += f" and asks to wait {fault.wait:g} seconds"
    elif attempts > 1:
        said += f", {attempts} times in a row"
    return type(fault.error)(f"{said}.", remedy=fault.error.remedy)
