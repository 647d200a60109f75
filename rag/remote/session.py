"""One way to ask a public service: with a pause between requests, a time limit, again when it is busy, errors as ours."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, RequestException, SSLError, Timeout
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from rag.errors import RemoteBusy, RemoteError, RemoteGarbled, RemoteRefused, RemoteUnreachable
from rag.readers.cleaning import clean

BUSY = frozenset({403, 408, 425, 429, 500, 502, 503, 504})  # both services say 403 to those who ask too fast
RESUME = "The same command goes on where it stopped."
LONGEST_COMPLAINT = 200  # characters of a service's own words in a message


@dataclass(frozen=True, slots=True)
class Manners:
    """How a service is asked. All times in seconds.

    `pause` lies between the end of one request and the next, `timeout` is how long a silence may last, and a service that
    wants to be left alone for more than `longest_wait` is not waited for.
    """

    pause: float
    retries: int = 4
    timeout: float = 30.0
    longest_wait: float = 120.0
    sleep: Callable[[float], None] = time.sleep


def silent(_: str) -> None:
    """Tells nobody."""


class _Passing(Exception):
    """A problem that may be gone the next time. `wait`: seconds the service asks for."""

    def __init__(self, error: RemoteError, wait: float | None = None) -> None:
        self.error, self.wait = error, wait
        super().__init__(str(error))


class PoliteSession(requests.Session):
    """The session that the services' packages ask through. `get` returns replies with status 200 that pass `check`.

    `check` raises RemoteGarbled for a page that should be asked for again, any other RemoteError for good. `complaint`
    takes the service's own words out of a failed reply. `secret` never appears in a message. `notice` is told why a request
    is repeated, before the wait.
    """

    def __init__(
        self,
        name: str,
        manners: Manners,
        *,
        setting: str,
        check: Callable[[requests.Response], None],
        complaint: Callable[[requests.Response], str],
        contact: str | None = None,
        secret: str | None = None,
        notice: Callable[[str], None] = silent,
    ) -> None:
        super().__init__()
        self._name, self._manners, self._setting = name, manners, setting
        self._check, self._complaint, self._secret, self._notice = check, complaint, secret, notice
        self._asked_at: float | None = None
        if contact:
            self.headers["From"] = contact
        if secret:
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """The reply. Raises RemoteError."""
        again = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(1 + self._manners.retries),
            wait=self._wait,
            sleep=self._rest,
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            return again(self._once, url, *args, **kwargs)
        except _Passing as problem:
            raise problem.error from problem.__cause__

    def _once(self, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        if self._asked_at is not None:
            rest = self._asked_at + self._manners.pause - time.monotonic()
            if rest > 0:
                self._rest(rest)
        kwargs["timeout"] = self._manners.timeout
        try:
            reply = super().get(url, *args, **kwargs)
        except RequestException as error:
            raise self._broken(error, place(url)) from error
        finally:
            self._asked_at = time.monotonic()
        if reply.status_code != requests.codes.ok:
            raise self._failed(reply)
        try:
            self._check(reply)
        except RemoteGarbled as error:
            raise _Passing(error) from error
        return reply

    def _wait(self, state: RetryCallState) -> float:
        """What the service asks for, else 1, 2, 4, … seconds, and never less than the pause."""
        problem = state.outcome.exception() if state.outcome else None
        asked = problem.wait if isinstance(problem, _Passing) else None
        return max(self._manners.pause, asked if asked is not None else 2.0 ** (state.attempt_number - 1))

    def _tell(self, state: RetryCallState) -> None:
        problem = state.outcome.exception() if state.outcome else None
        if isinstance(problem, _Passing):
            self._notice(f"{problem.error.message} Asking again in {state.upcoming_sleep:.0f} s.")

    def _rest(self, seconds: float) -> None:
        self._manners.sleep(seconds)
        self._asked_at = None  # this rest was the pause

    def _broken(self, error: RequestException, where: str) -> Exception:
        """No whole reply came."""
        if isinstance(error, Timeout) or "timed out" in str(error).lower():
            return _Passing(
                RemoteUnreachable(
                    f"{self._name} at {where} was silent for {self._manners.timeout:g} seconds.", remedy=f"Try later. {RESUME}"
                )
            )
        if isinstance(error, ChunkedEncodingError | ContentDecodingError):
            return _Passing(RemoteGarbled(f"A page of {self._name} broke off.", remedy=f"Try later. {RESUME}"))
        unreachable = RemoteUnreachable(
            f"{self._name} cannot be reached at {where} ({self._told(reason(error)).lower()}).",
            remedy=f"Check the network, or set {self._setting} to a mirror. {RESUME}",
        )
        aborted = "aborted" in str(error).lower() and not isinstance(error, SSLError)
        return _Passing(unreachable) if aborted else unreachable

    def _failed(self, reply: requests.Response) -> Exception:
        """A reply came, with a status that is no success."""
        said = self._told(self._complaint(reply))
        told = f"status {reply.status_code}{f': {said}' if said else ''}"
        if reply.status_code not in BUSY:
            return RemoteRefused(
                f"{self._name} refused the request ({told}).",
                status=reply.status_code,
                remedy="Correct the key, or leave it out."
                if reply.status_code == requests.codes.unauthorized
                else f"Correct the query; if it is right, check {self._setting}.",
            )
        wait = retry_after(reply.headers.get("Retry-After", ""))
        if wait is not None and wait > self._manners.longest_wait:
            return RemoteBusy(
                f"{self._name} asks to be left alone for {span(wait)} ({told}).", remedy=f"Try again after that. {RESUME}"
            )
        return _Passing(RemoteBusy(f"{self._name} is busy ({told}).", remedy=f"Try later. {RESUME}"), wait)

    def _told(self, words: str) -> str:
        """Words of the service or of a library, fit for a message: one short line without the key."""
        text = words.replace(self._secret, "***") if self._secret else words
        return clean(text)[:LONGEST_COMPLAINT].rstrip(". ")


def place(url: str | bytes) -> str:
    """An address without query and without a user's name and password."""
    parts = urlsplit(url.decode() if isinstance(url, bytes) else url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def reason(error: BaseException) -> str:
    """Why no connection came about, in a few words; the libraries wrap the system's words four times."""
    innermost: Any = error
    for _ in range(8):
        inner = getattr(innermost, "reason", None) or innermost.__cause__ or innermost.__context__
        inner = inner or next((a for a in getattr(innermost, "args", ()) if isinstance(a, BaseException)), None)
        if not isinstance(inner, BaseException):
            break
        innermost = inner
    return str(getattr(innermost, "strerror", None) or innermost or type(innermost).__name__)


def retry_after(value: str) -> float | None:
    """Seconds in a Retry-After header, which gives them or a date; None where it gives neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def span(seconds: float) -> str:
    """`90 seconds`, `12 minutes`, `5 hours`."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
