"""The user's instruction over the papers over what the model believes: in the prompt, and in the record.

The papers here say otherwise than everybody knows, and disagree with each other; a server on the loopback interface stands
for the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from rag.answering.draft import Draft
from rag.answering.record import OUTSIDE_MARK, Verdict
from rag.answering.support import SupportChecker
from rag.answering.verify import STANDS
from rag.answering.written import write
from rag.backends import open_backend
from rag.embedding.minilm import MiniLM
from tests.fakes.evidence import key_of, make, paper
from tests.fakes.llm_server import LLMServer, Request

BOILING = paper(
    "boiling",
    "We measured the boiling point of pure water at sea level. Pure water boils at 87 degrees Celsius at sea level.",
    title="Water boils at 87 degrees",
)
RIVAL = paper(
    "rival", "We repeat the measurement. Pure water boils at 91 degrees Celsius at sea level.", title="No, at 91 degrees"
)
Model = Callable[[Request], str]


@pytest.fixture
def ask(embedder: MiniLM) -> Callable[..., tuple[Draft, LLMServer]]:
    """Ask a model at a server about boiling water, with the real check."""

    def run(*script: Model, **values: str) -> tuple[Draft, LLMServer]:
        with LLMServer(*script) as server:
            where = make(llm_base_url=server.base_url("openai-compatible"), **values)
            backend = open_backend("openai-compatible:local", where)
            question = "At which temperature does pure water boil?"
            return write(question, (BOILING, RIVAL), backend, where, SupportChecker(embedder).check), server

    return run


Ask = Callable[..., tuple[Draft, LLMServer]]


SAID = "Pure water boils at 87 degrees Celsius at sea level"


def key(request: Request, degrees: int) -> str:
    return key_of(request.prompt, f"Pure water boils at {degrees}")


def follows_the_papers(request: Request) -> str:
    """A model that keeps to the rules it is given."""
    other = "Another paper has it that pure water boils at 91 degrees Celsius at sea level"
    return f"{SAID} [{key(request, 87)}]. {other} [{key(request, 91)}]."


def knows_better(request: Request) -> str:
    """A model that says what everybody knows and puts a paper's key behind it; asked again, it says what the paper does."""
    if "failed its check" in request.prompt:
        return f"S1: {SAID} [{key(request, 87)}]."
    return f"{SAID.replace('87', '100')} [{key(request, 87)}]."


def adds_its_own(request: Request) -> str:
    """A model that adds what it knows, with the key it was given for that, if it was given one."""
    given = re.search(r"end each of those with \[(\w{5})\]", request.prompt)
    outside = given[1] if given else "q2w3r"
    return f"{SAID} [{key(request, 87)}]. Textbooks give 100 degrees [{outside}]."


def test_the_rules_put_the_reader_over_the_papers_over_belief(ask: Ask) -> None:
    _, server = ask(follows_the_papers)
    rules = server.requests[0].body["messages"][0]["content"]
    order = [
        rules.index(words) for words in ("What the reader asks for", "comes first; then the papers", "then anything you believe")
    ]
    assert order == sorted(order)
    assert "Where a paper says otherwise than you believe, report what the paper says" in rules
    assert "If papers disagree, say so" in rules
    assert "Add nothing you know from elsewhere" in rules


def test_the_answer_is_the_papers_side_and_both_of_them(ask: Ask) -> None:
    done, _ = ask(follows_the_papers)
    assert done.sentences[0].verdict is Verdict.SUPPORTED
    assert done.sentences[1].verdict in STANDS  # the check has seen no "another paper" in either
    assert [s.evidence.text for s in done.sentences if s.evidence] == [
        "Pure water boils at 87 degrees Celsius at sea level.",
        "Pure water boils at 91 degrees Celsius at sea level.",
    ]
    assert [source.paper.id for source in done.sources] == ["boiling", "rival"]


def test_what_everybody_knows_does_not_pass_for_what_the_paper_says(ask: Ask) -> None:
    done, _ = ask(knows_better, repair="off")
    assert done.sentences[0].verdict is Verdict.NUMBER_MISMATCH
    assert done.notes == ("1 sentence is not borne out by what is cited.",)


def test_given_back_it_becomes_what_the_paper_says_and_the_first_wording_is_kept(ask: Ask) -> None:
    done, server = ask(knows_better)
    assert len(server.requests) == 2
    assert done.text == f"{SAID} [1]."
    assert done.sentences[0].verdict is Verdict.SUPPORTED
    assert [(r.before, r.verdict) for r in done.repairs] == [
        ("Pure water boils at 100 degrees Celsius at sea level.", Verdict.NUMBER_MISMATCH)
    ]


def test_own_knowledge_is_marked_and_never_supported(ask: Ask) -> None:
    done, server = ask(adds_its_own, knowledge="papers-first")
    assert len(server.requests) == 1  # it is no failure, and is not given back
    own = done.sentences[1]
    assert (own.text, own.outside, own.verdict, own.citations) == ("Textbooks give 100 degrees.", True, Verdict.UNCITED, ())
    assert done.text == f"{SAID} [1]. Textbooks give 100 degrees {OUTSIDE_MARK}."
    assert done.notes == ("1 sentence is the model's own knowledge, not from your library.",)


def test_where_it_was_not_asked_for_it_is_an_invented_citation(ask: Ask) -> None:
    done, _ = ask(adds_its_own, repair="off")
    assert not any(sentence.outside for sentence in done.sentences)
    assert done.invented == ("q2w3r",)
