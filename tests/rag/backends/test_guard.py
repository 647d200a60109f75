"""What all threads share before a back end: the circuit breaker, the pace, the bound on connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.answering.record import Attempt
from rag.backends import Message, collect, forget_backends, guard, open_backend
from rag.backends.guard import REST, Breaker, Pace
from rag.errors import BackendBusy, BackendError, BackendRefused, BackendUnreachable
from rag.settings import Settings
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import LLMServer, Say, Status

QUESTION = (Message("user", "Who are you?"),)
SPEC = "openai-compatible:m"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    without_keys(monkeypatch)
    forget_backends()


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def settings(server: LLMServer, **values: object) -> Settings:
    return Settings(**{"llm_base_url": server.base_url("openai"), "llm_retries": 0, **values})


def say(server: LLMServer, **values: object) -> str:
    return collect(open_backend(SPEC, settings(server, **values)).stream(QUESTION)).text


def test_the_circuit_opens_after_failures_in_a_row_and_one_caller_tries_after_the_rest() -> None:
    clock = Clock()
    breaker = Breaker(2, clock)
    breaker.failed()
    assert breaker.rest() == 0.0
    breaker.failed()
    assert breaker.rest() == REST
    clock.now += REST
    assert breaker.rest() == 0.0  # this one may try
    assert breaker.rest() == REST  # the next one may not, until it is known how the first fared
    breaker.worked()
    assert breaker.rest() == 0.0


def test_a_failed_try_leaves_the_circuit_open() -> None:
    clock = Clock()
    breaker = Breaker(1, clock)
    breaker.failed()
    clock.now += REST
    assert breaker.rest() == 0.0
    breaker.failed()
    assert breaker.rest() == REST


def test_a_try_that_was_cancelled_passes_to_the_next() -> None:
    clock = Clock()
    breaker = Breaker(1, clock)
    breaker.failed()
    clock.now += REST
    assert breaker.rest() == 0.0
    breaker.unsure()
    assert breaker.rest() == 0.0


def test_a_limit_of_0_never_opens() -> None:
    breaker = Breaker(0)
    for _ in range(100):
        breaker.failed()
    assert breaker.rest() == 0.0


def test_the_pace_spaces_requests_evenly() -> None:
    clock = Clock()
    pace = Pace(30, clock)  # one every two seconds
    assert [pace.turn() for _ in range(3)] == [0.0, 2.0, 4.0]
    clock.now += 60
    assert pace.turn() == 0.0
    assert [Pace(None, clock).turn() for _ in range(3)] == [0.0, 0.0, 0.0]


def test_a_back_end_that_keeps_failing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with LLMServer(Status(500), Status(500), Say("Better.")) as server:
        for _ in range(2):
            with pytest.raises(BackendBusy):
                say(server, llm_breaker=2)
        with pytest.raises(BackendUnreachable, match=r"failed 2 times in a row and is left alone for 30 seconds\.") as caught:
            say(server, llm_breaker=2)
        assert len(server.requests) == 2
        assert caught.value.attempts == (Attempt(SPEC, 0.0, "left alone"),)
        monkeypatch.setattr(guard, "REST", 0.0)
        open_backend(SPEC, settings(server, llm_breaker=2))._guard.breaker.unsure()  # as if the rest were over
        assert say(server, llm_breaker=2) == "Better."


def test_a_request_that_is_refused_does_not_open_the_circuit() -> None:
    with LLMServer(Status(400, "no"), Status(400, "no"), Say("Fine.")) as server:
        for _ in range(2):
            with pytest.raises(BackendRefused):
                say(server, llm_breaker=1)
        assert say(server, llm_breaker=1) == "Fine."


def test_a_pace_that_does_not_fit_the_deadline_names_the_setting() -> None:
    with LLMServer(Say("Fine.")) as server:
        assert say(server, llm_rpm=1, llm_deadline=10) == "Fine."
        with pytest.raises(BackendBusy) as caught:
            say(server, llm_rpm=1, llm_deadline=10)
        assert caught.value.message == f"{SPEC} was not asked within 10 seconds."
        assert "VOUCH_LLM_RPM=1 makes this request wait 60 seconds" in caught.value.remedy
        assert len(server.requests) == 1


def test_no_more_connections_than_allowed_are_open_at_once() -> None:
    inside, most, lock = [0], [0], threading.Lock()
    both = threading.Barrier(2)

    def answer(_: object) -> str:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        both.wait(10)  # two requests are there at once, so the bound is not one
        with lock:
            inside[0] -= 1
        return "Fine."

    with LLMServer(answer) as server, ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda _: say(server, llm_parallel=2), range(6)))
    assert said == ["Fine."] * 6
    assert most == [2]


def test_many_threads_share_one_back_end() -> None:
    with LLMServer(lambda request: request.prompt.upper()) as server, ThreadPoolExecutor(8) as threads:
        backend = open_backend(SPEC, settings(server))
        asked = [f"question {n}" for n in range(24)]
        said = list(threads.map(lambda text: collect(backend.stream((Message("user", text),))).text.strip(), asked))
    assert said == [text.upper() for text in asked]


def test_every_attempt_is_on_record() -> None:
    with LLMServer(Status(503), Status(429, headers={"Retry-After": "0"}), Say("Now.")) as server:
        reply = collect(open_backend(SPEC, settings(server, llm_retries=3)).stream(QUESTION))
    assert [attempt.outcome for attempt in reply.attempts] == ["status 503", "status 429", "answered"]
    assert {attempt.backend for attempt in reply.attempts} == {SPEC}


def test_an_error_carries_its_attempts() -> None:
    with LLMServer(Status(503)) as server, pytest.raises(BackendError) as caught:
        say(server, llm_retries=1)
    assert [attempt.outcome for attempt in caught.value.attempts] == ["status 503", "status 503"]
