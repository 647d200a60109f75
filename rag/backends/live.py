"""LiveBackend: a model behind a network, with time limits, retries and cancellation that hold for every provider."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Sequence

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay

from rag.answering.record import Attempt, Tokens
from rag.backends import faults, tokens
from rag.backends.base import Message, Reply, Stop, never
from rag.backends.calls import BRIEF, Opener
from rag.backends.faults import Fault, Target
from rag.backends.guard import Guard
from rag.backends.reading import Cancelled, Limits, Reading
from rag.errors import BackendBusy, BackendError, BackendTimeout, BackendUnreachable
from rag.settings import Settings

FIRST_PAUSE = 0.5  # seconds before the second attempt; doubled before each further one
LONGEST_PAUSE = 20.0
SPREAD = 0.25  # the share by which a pause is lengthened at random, lest many threads come back at the same moment
NOT_ASKED = "not asked"
ILL = (BackendUnreachable, BackendTimeout, BackendBusy)  # failures of the server's, which open the circuit

Begun = tuple[Reading, Iterator[str], str]


class LiveBackend:
    """A back end over a provider's protocol; see `rag.backends.base.Backend` for the contract.

    Raises BackendRefused, BackendBusy (after `llm_retries` more attempts that wait as long as the server asks, else longer
    each time), BackendUnreachable, BackendTimeout (after `llm_timeout` seconds of silence or `llm_deadline` in all) and
    BackendGarbled. An attempt is repeated only while it has given no text, so that nobody reads the same words twice.
    After `llm_breaker` failures in a row it raises BackendUnreachable at once for half a minute.
    """

    def __init__(self, target: Target, opener: Opener, settings: Settings) -> None:
        self._target, self._opener, self._settings = target, opener, settings
        self._guard = Guard(settings.llm_breaker, settings.llm_rpm, settings.llm_parallel)
        self._dropped: frozenset[str] = frozenset()  # parameters this server has refused

    @property
    def name(self) -> str:
        return self._target.spec

    def stream(self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = never) -> Generator[str, None, Reply]:
        """See `Backend.stream`."""
        asking = _Asking(self, messages, cancelled)
        breaker = self._guard.breaker
        if rest := breaker.rest():
            raise self._resting(rest)
        known = False
        try:
            reply = yield from asking.texts()
            known = reply.stop != "cancelled"
            if known:
                breaker.worked()
            return reply
        except Fault as fault:
            known = True
            if isinstance(fault.error, ILL) and fault.outcome != NOT_ASKED:
                breaker.failed()
            else:
                breaker.worked()
            fault.error.attempts = tuple(asking.attempts)
            raise fault.error from None
        finally:
            if not known:
                breaker.unsure()

    def _resting(self, seconds: float) -> BackendError:
        message = f"{self.name} failed {self._guard.breaker.failures} times in a row and is left alone for {seconds:.0f} seconds."
        error = BackendUnreachable(message, remedy="Wait, choose another back end, or name one in VOUCH_LLM_FALLBACK.")
        error.attempts = (Attempt(self.name, 0.0, "left alone"),)
        return error


class _Asking:
    """One question to a LiveBackend, with all attempts that it takes."""

    def __init__(self, backend: LiveBackend, messages: Sequence[Message], cancelled: Callable[[], bool]) -> None:
        self._backend, self._messages = backend, messages
        self._target, self._settings, self._guard = backend._target, backend._settings, backend._guard
        deadline = self._settings.llm_deadline
        self._limits = Limits(self._settings.llm_timeout, time.monotonic() + deadline, deadline, cancelled)
        self._started = time.monotonic()
        self.attempts: list[Attempt] = []

    def texts(self) -> Generator[str, None, Reply]:
        """The pieces of the reply, and the reply. Raises Fault."""
        parts: list[str] = []
        reading: Reading | None = None
        texts: Iterator[str] = iter(())
        try:
            reading, texts, text = self._begin()
            while text:
                parts.append(text)
                yield text
                text = next(texts, "")
        except Cancelled:
            return self._reply(parts, reading, "cancelled")
        except Fault as fault:
            if reading is not None:  # an attempt that failed before its first word is noted already
                self._note(fault.outcome)
            raise
        finally:
            if isinstance(texts, Generator):
                texts.close()
        if not "".join(parts).strip():
            self._note("empty")
            raise self._empty(reading)
        return self._reply(parts, reading, reading.stop or "end")

    def _begin(self) -> Begun:
        """The first attempt that gives text (or a complete reply without any), with that text."""
        retrying = Retrying(
            stop=stop_after_attempt(self._settings.llm_retries + 1) | stop_before_delay(self._limits.deadline),
            wait=_pause,
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and error.retry),
            sleep=lambda seconds: _sleep(seconds, self._limits),
            reraise=True,
        )
        try:
            return retrying(self._attempt)
        except Fault as fault:
            if fault.retry:
                attempts = int(retrying.statistics["attempt_number"])
                fault.error = _spent(fault, attempts, self._limits.end - time.monotonic())
            raise

    def _attempt(self) -> Begun:
        """One attempt; repeated at once without a parameter to which the server objects, and with room for thoughts where
        those have used up the limit on tokens."""
        while True:
            call = self._backend._opener(self._backend._dropped)
            self._take_turn()
            reading = Reading(call, self._messages, self._target, self._limits, self._guard.turns.release)
            texts = reading.texts()
            try:
                text = next(texts, "")
            except Fault as fault:
                self._note(fault.outcome)
                refused = next((name for name in call.options if name in fault.objection), None)
                if refused is None:
                    raise
                self._backend._dropped |= {refused}
                continue
            if text or reading.stop != "length" or BRIEF in self._backend._dropped or not self._settings.llm_thinking_tokens:
                return reading, texts, text
            self._note("only thoughts")
            self._backend._dropped |= {BRIEF}

    def _take_turn(self) -> None:
        """Wait for a free connection and for the pace that the user set. Raises Fault where that would take too long."""
        while not self._guard.turns.acquire(timeout=0.05):
            self._limits.wait(0.0)
            if time.monotonic() >= self._limits.end:
                raise self._crowded("All connections to it stayed busy")
        try:
            wait = self._guard.pace.turn()
            if wait > self._limits.end - time.monotonic():
                raise self._crowded(f"VOUCH_LLM_RPM={self._settings.llm_rpm} makes this request wait {wait:.0f} seconds")
            self._limits.wait(wait)
        except BaseException:
            self._guard.turns.release()
            raise
        self._started = time.monotonic()

    def _crowded(self, why: str) -> Fault:
        message = f"{self._target.spec} was not asked within {self._limits.deadline:g} seconds."
        self._note(NOT_ASKED)
        return Fault(BackendBusy(message, remedy=f"{why}; ask fewer questions at once."), NOT_ASKED)

    def _note(self, outcome: str) -> None:
        self.attempts.append(Attempt(self._target.spec, round(time.monotonic() - self._started, 3), outcome))

    def _reply(self, parts: list[str], reading: Reading | None, stop: Stop) -> Reply:
        text = "".join(parts)
        used = reading.tokens if reading is not None else None
        if used is None and reading is not None:
            model, thoughts = self._target.model, "".join(reading.thinking)
            said = tokens.count(text, model) + tokens.count(thoughts, model)
            used = Tokens(tokens.count_messages(self._messages, model), said, "tiktoken")
        self._note("cancelled" if stop == "cancelled" else "answered")
        return Reply(text, used or Tokens(), stop, tuple(self.attempts))

    def _empty(self, reading: Reading) -> Fault:
        fault = faults.garbled(self._target, "an empty reply")
        if reading.stop == "length":
            fault.error.remedy = "It spent its token limit on thinking; raise VOUCH_LLM_THINKING_TOKENS."
        return fault


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked for, else 0.5, 1, 2, … up to 20; somewhat longer at random."""
    error = state.outcome.exception() if state.outcome else None
    spread = 1.0 + random.uniform(0.0, SPREAD)  # noqa: S311  no secret
    if isinstance(error, Fault) and error.wait is not None:
        return error.wait * spread
    return min(FIRST_PAUSE * 2.0 ** (state.attempt_number - 1), LONGEST_PAUSE) * spread


def _sleep(seconds: float, limits: Limits) -> None:
    limits.wait(seconds)


def _spent(fault: Fault, attempts: int, left: float) -> BackendError:
    """The error of the last attempt, with the number of attempts or the wait that does not fit."""
    said = fault.error.message.rstrip(".")
    if fault.wait is not None and fault.wait >= left:
        said += f" and asks to wait {fault.wait:g} seconds"
    elif attempts > 1:
        said += f", {attempts} times in a row"
    return type(fault.error)(f"{said}.", remedy=fault.error.remedy)
