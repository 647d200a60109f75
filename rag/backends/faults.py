"""Errors of the providers' client libraries, of httpx and httpx2, translated into ours.

The libraries are recognised by the names of their error classes: openai, anthropic and litellm are of one family and httpx2
is httpx under another name, so that one reading serves all of them and none has to be imported for it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from rag.backends.calls import Withheld
from rag.errors import BackendBusy, BackendError, BackendGarbled, BackendRefused, BackendTimeout, BackendUnreachable

QUOTE_LIMIT = 200  # characters of a server's own words that a message repeats
CHAIN_LIMIT = 10
# Statuses of errors that arrive inside a stream which began well, by the type or code the server gives.
STREAM_ERRORS = {
    "overloaded_error": 529,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
}
_TOO_LONG = re.compile(r"context (?:length|size|window)|too long|too many tokens|maximum.{0,30}tokens", re.IGNORECASE)
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class Target:
    """The model that is asked, and where, in the words that messages to the user need."""

    spec: str
    model: str
    address: str  # without credentials
    key_variable: str
    start: str  # what to do where nothing answers
    absent: str  # what to do where the server does not know the model
    secret: str = field(default="", repr=False)


class Fault(Exception):
    """What went wrong, for the retry loop: `error` is what the user gets, `retry` whether asking again can help, `wait` the
    seconds the server asked for, `objection` the server's words against the request, `outcome` one or two words for the
    record of attempts."""

    def __init__(
        self, error: BackendError, outcome: str, *, retry: bool = False, wait: float | None = None, objection: str = ""
    ) -> None:
        self.error, self.outcome, self.retry, self.wait, self.objection = error, outcome, retry, wait, objection
        super().__init__(error.message)


def read(error: Exception, target: Target, timeout: float) -> Fault | None:
    """The fault behind an error of a client library; None for an error that is none of theirs. `timeout` is in seconds."""
    chain = list(_chain(error))
    names = {kind.__name__ for e in chain for kind in type(e).__mro__}
    status = _status(chain)
    fault: Fault | None = None
    if isinstance(error, Withheld):
        fault = withheld(target, error.reason)
    elif status is not None:
        fault = _by_status(status, chain, target)
    elif names & {"ConnectError", "ConnectTimeout"}:
        fault = Fault(BackendUnreachable(f"Nothing answers at {target.address}.", remedy=target.start), "unreachable")
    elif names & {"TimeoutException", "APITimeoutError", "Timeout"}:
        fault = silent(target, timeout)
    elif names & {"TransportError", "APIConnectionError"} or isinstance(error, OSError):
        fault = broken(target)
    elif names & {"APIError", "ResponseError"}:  # the server reports trouble of its own in the middle of a stream
        fault = _by_status(500, chain, target)
    elif isinstance(error, UNREADABLE) or names & {"DecodingError", "ResponseValidationError"}:
        fault = garbled(target, "something that is not its protocol")
    return fault


def silent(target: Target, timeout: float) -> Fault:
    """Nothing came for `timeout` seconds."""
    remedy = f"Look at the server at {target.address}, or raise VOUCH_LLM_TIMEOUT."
    return Fault(BackendTimeout(f"{target.spec} sent nothing for {timeout:g} seconds.", remedy=remedy), "silent")


def late(target: Target, deadline: float) -> Fault:
    """The reply was not complete within `deadline` seconds, retries included."""
    remedy = "Choose a faster model, or raise VOUCH_LLM_DEADLINE."
    return Fault(BackendTimeout(f"{target.spec} was not done within {deadline:g} seconds.", remedy=remedy), "late")


def broken(target: Target) -> Fault:
    """The connection ended before the reply did."""
    message = f"The connection to {target.spec} at {target.address} broke before the answer was complete."
    return Fault(BackendUnreachable(message, remedy="Ask again."), "broken off", retry=True)


def garbled(target: Target, sent: str) -> Fault:
    """A reply that cannot be read."""
    remedy = f"Check that {target.address} is a server for this provider."
    return Fault(BackendGarbled(f"{target.spec} sent {sent}.", remedy=remedy), "garbled")


def withheld(target: Target, reason: str) -> Fault:
    """The service stopped the reply on purpose."""
    message = f"{target.spec} withheld its answer ({reason.lower().replace('_', ' ')})."
    return Fault(BackendRefused(message, remedy="Ask in other words, or choose another back end."), "withheld")


def _by_status(status: int, chain: list[BaseException], target: Target) -> Fault:
    if status < 400:
        return garbled(target, f"status {status} where an answer was expected")
    if status == 429 or status >= 500 or status in (408, 409, 425):
        return _busy(status, chain, target)
    return _refused(status, chain, target)


def _busy(status: int, chain: list[BaseException], target: Target) -> Fault:
    if "insufficient_quota" in _codes(chain):
        message = f"The account behind {target.spec} has used up its quota (status {status})."
        return Fault(BackendBusy(message, remedy="Add credit to it, or choose another back end."), f"status {status}")
    what = "at its rate limit" if status == 429 else "overloaded or out of order"
    error = BackendBusy(f"{target.spec} is {what} (status {status}).", remedy="Wait a little, or choose another back end.")
    return Fault(error, f"status {status}", retry=True, wait=_retry_after(chain))


def _refused(status: int, chain: list[BaseException], target: Target) -> Fault:
    if status in (401, 403):  # the server's words often repeat part of the key: leave them out
        remedy = f"Check the key in {target.key_variable}."
        return Fault(BackendRefused(f"{target.spec} rejected the key (status {status}).", remedy=remedy), f"status {status}")
    if status == 404:
        return Fault(
            BackendRefused(f"{target.address} does not know {target.model} (status 404).", remedy=target.absent), "status 404"
        )
    words = _words(chain, target.secret)
    said = f": {words.rstrip('.!?')}" if words else ""
    remedy = "Lower VOUCH_LLM_CONTEXT_TOKENS, or raise the window the server gives the model." if _TOO_LONG.search(words) else ""
    error = BackendRefused(f"{target.spec} rejected the request (status {status}){said}.", remedy=remedy)
    return Fault(error, f"status {status}", objection=words if status in (400, 422) else "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it; `raise … from None` hides a context and does not remove it."""
    seen: BaseException | None = error
    for _ in range(CHAIN_LIMIT):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _status(chain: list[BaseException]) -> int | None:
    """The HTTP status behind an error. One that a stream reports after it began with 200 is read from its type or code."""
    for code in _codes(chain):
        if code in STREAM_ERRORS:
            return STREAM_ERRORS[code]
        if code.isdigit() and 400 <= int(code) < 600:
            return int(code)
    for error in chain:
        for holder in (error, getattr(error, "response", None)):
            status = getattr(holder, "status_code", None)
            if isinstance(status, int) and status >= 300:
                return status
    return None


def _body(error: BaseException) -> Any:
    """What the server sent with an error: `body` of most libraries, as text in mistralai's, `details` in google-genai's."""
    body: Any = getattr(error, "body", None)
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return None
        if isinstance(body, dict) and isinstance(body.get("data"), dict):  # one event of a stream
            return body["data"]
    return body if body is not None else getattr(error, "details", None)


def _detail(error: BaseException) -> Any:
    """The part of the body that speaks of the error."""
    body = _body(error)
    return body.get("error", body) if isinstance(body, dict) else None


def _codes(chain: list[BaseException]) -> list[str]:
    """Types and codes in the bodies of errors that carry no failing status of their own, or say more than it does."""
    codes: list[str] = []
    for error in chain:
        inner = _detail(error)
        if isinstance(inner, dict):
            failing = getattr(error, "status_code", 0)
            found = [str(inner[name]) for name in ("code", "type") if inner.get(name) is not None]
            # With a real status, only the one code that changes its meaning counts.
            codes += [c for c in found if c == "insufficient_quota"] if isinstance(failing, int) and failing >= 400 else found
    return codes


def _retry_after(chain: list[BaseException]) -> float | None:
    """Seconds to wait by the Retry-After header (a number or a date), its variant in milliseconds, or Google's RetryInfo."""
    for error in chain:
        inner = _detail(error)
        for detail in inner.get("details") or () if isinstance(inner, dict) else ():
            if isinstance(detail, dict) and (delay := re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay")))):
                return float(delay[1])
        headers: Any = getattr(getattr(error, "response", None), "headers", None) or getattr(error, "headers", None)
        if headers is None:
            continue
        milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
        try:
            if milliseconds is not None:
                return max(0.0, float(milliseconds) / 1000)
            if value is not None and re.fullmatch(r"\d+(\.\d+)?", value.strip()):
                return float(value)
            if value is not None:
                return max(0.0, (parsedate_to_datetime(value) - dt.datetime.now(dt.UTC)).total_seconds())
        except (ValueError, TypeError):
            return None
    return None


def _words(chain: list[BaseException], secret: str) -> str:
    """The server's own words as one short line without the key, or nothing where it sent a page."""
    for error in chain:
        body = _body(error)
        inner = _detail(error) if isinstance(body, dict) else getattr(error, "error", None)
        found = inner.get("message") or inner.get("msg") if isinstance(inner, dict) else inner
        if found is None and isinstance(body, dict):
            found = body.get("message") or body.get("detail")
        if isinstance(found, str) and found.strip() and not found.lstrip().startswith("<"):
            line = " ".join("".join(c if c.isprintable() else " " for c in found).split())
            line = line.replace(secret, "…") if secret else line
            return line if len(line) <= QUOTE_LIMIT else line[:QUOTE_LIMIT].rstrip() + "…"
    return ""
