"""Questions that a paper's record answers: who wrote it, when, where; and records that do not say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.answering.record import AnswerKind
from rag.answering.recorded import NOTE, UNKNOWN
from rag.assistant import Assistant
from rag.retrieval.particulars import Particular, read_particulars

ROWS = [
    {
        "title": "Peri-Bee: Dances of honey bees",
        "abstract": "Honey bees dance to tell where food is. We filmed 120 dances. Followers find a feeder sooner.",
        "authors": ["Ada Lund", "Bo Ek"],
        "date": "2019-03-01",
        "arxiv_id": "1903.00001",
        "comment": "Insect Days 2019",
    },
    {"title": "Tidal turbines in straits", "abstract": "Tides turn turbines as wind turns mills. Layout matters for yield."},
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant]) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("recorded")
    file = folder / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)) + "\n", encoding="utf-8")
    with open_library(folder / "home") as assistant:
        assistant.ingest([file])
        yield assistant


AUTHORS, DATE, PLACE = Particular.AUTHORS, Particular.DATE, Particular.PLACE


@pytest.mark.parametrize(
    ("question", "wanted", "paper"),
    [
        ("Who wrote that?", (AUTHORS,), ""),
        ("And who wrote it and when?", (AUTHORS, DATE), ""),
        ("Where can I read it?", (PLACE,), ""),
        ("What is its DOI?", (PLACE,), ""),
        ("Which paper is that?", (Particular.TITLE,), ""),
        ("Who wrote the Peri-LN paper?", (AUTHORS,), "the Peri-LN paper"),
        ("When was Layer Normalization published?", (DATE,), "Layer Normalization"),
        ("How many authors has AdamP?", (Particular.COUNT,), "AdamP"),
        ("Where was MT4CrossOIE presented?", (Particular.VENUE,), "MT4CrossOIE"),
        ("Which lab is it from?", (Particular.ORGANISATION,), ""),
    ],
)
def test_what_is_asked_of_a_record(question: str, wanted: tuple[Particular, ...], paper: str) -> None:
    asked = read_particulars(question)
    assert asked is not None
    assert (asked.wanted, asked.paper) == (wanted, paper)


@pytest.mark.parametrize(
    "question",
    [
        "Who annotated the data?",
        "When was the dataset released?",
        "Where was the data collected?",
        "Who wrote the reviews?",
        "Who wrote papers on RAG?",
        "Which papers were published in 2021?",
        "How many annotators wrote the questions?",
        "When does the dance begin?",
        "Who wrote it and what does it propose?",
        "How do I get stable training with Post-LN?",
        "How can one access the knowledge of a language model?",
    ],
)
def test_what_an_abstract_answers_is_not_asked_of_the_record(question: str) -> None:
    assert read_particulars(question) is None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who wrote the Peri-Bee paper?", "“Peri-Bee: Dances of honey bees” was written by Ada Lund and Bo Ek. [1]"),
        ("When was Peri-Bee published?", "“Peri-Bee: Dances of honey bees” is dated 2019-03-01. [1]"),
        ("How many authors has Peri-Bee?", "“Peri-Bee: Dances of honey bees” has 2 authors. [1]"),
        ("Where was Peri-Bee published?", "The record of “Peri-Bee: Dances of honey bees” says: Insect Days 2019. [1]"),
        (
            "Where can I read the paper on dances of honey bees?",
            "“Peri-Bee: Dances of honey bees” can be read at https://arxiv.org/abs/1903.00001 (arXiv:1903.00001). [1]",
        ),
    ],
)
def test_a_first_question_is_answered_from_the_record(library: Assistant, question: str, text: str) -> None:
    answer = library.ask(question)
    assert (answer.text, answer.kind) == (text, AnswerKind.QUOTED)
    assert [source.paper.title for source in answer.sources] == ["Peri-Bee: Dances of honey bees"]
    assert NOTE in answer.notes


def test_a_follow_up_is_about_the_paper_answered_from(library: Assistant) -> None:
    history = [library.ask("What do followers of a bee dance find?")]
    for question, said in (
        ("Who wrote that?", "Ada Lund and Bo Ek"),
        ("And when?", "Honey bees"),
        ("When was it published?", "2019-03-01"),
        ("Which paper is that?", "It is “Peri-Bee: Dances of honey bees”, 2019-03-01, https://arxiv.org/abs/1903.00001."),
    ):
        answer = library.ask(question, history)
        if question != "And when?":
            assert said in answer.text
        assert answer.sources[0].paper.title == "Peri-Bee: Dances of honey bees"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who wrote Tidal turbines in straits?", "The record of “Tidal turbines in straits” does not name its authors. [1]"),
        ("When was Tidal turbines in straits published?", "The record of “Tidal turbines in straits” has no date. [1]"),
    ],
)
def test_what_the_record_lacks_is_said_plainly(library: Assistant, question: str, text: str) -> None:
    answer = library.ask(question)
    assert (answer.text, answer.abstained) == (text, True)
    assert f"{answer.missing} [1]" == text


def test_a_paper_that_is_not_there_is_not_made_up(library: Assistant) -> None:
    answer = library.ask("Who wrote the FooBarNet paper?")
    assert (answer.text, answer.sources, answer.abstained) == (UNKNOWN, (), True)


def test_the_same_is_asked_of_another_paper(library: Assistant) -> None:
    history = [library.ask("When was Peri-Bee published?")]
    assert (
        library.ask("And Tidal turbines in straits?", history).text
        == "The record of “Tidal turbines in straits” has no date. [1]"
    )
    assert "was written by" not in library.ask("And how do they dance?", history).text


def test_those_two_are_the_papers_of_earlier_answers(library: Assistant) -> None:
    history = [library.ask("When was Peri-Bee published?"), library.ask("How do turbines turn in straits?")]
    told = library.ask("How many people wrote those two?", history).text
    assert "“Peri-Bee: Dances of honey bees” has 2 authors." in told
    assert "The record of “Tidal turbines in straits” does not say how many authors it has." in told
