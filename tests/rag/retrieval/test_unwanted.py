"""Topics that a question leaves out: how they are worded, which papers they take away, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.retrieval.unwanted import is_about, kin, read_unwanted

PAPERS = {
    "Answers from retrieved patient files": "Retrieval helps models answer. We look at medical files. Medical staff liked it.",
    "Answers from retrieved law": "Retrieval helps models answer. We look at statutes of two countries.",
    "Retrieval for maps": "Retrieval helps models find streets. One map was of a medical school.",
    "Snow on roofs": "Roofs break under snow. A sensor weighs it in time.",
}


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("unwanted")
    with open_library(folder / "home") as assistant:
        assistant.ingest([write_papers(folder / "papers.jsonl", PAPERS)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("papers on RAG but not on medicine", ("medicine",)),
        ("papers on speech, excluding translation", ("translation",)),
        ("Which papers deal with fine-tuning but do not mention LoRA?", ("LoRA",)),
        ("surveys of language models except those about vision", ("vision",)),
        ("papers that are not about language models", ("language models",)),
        ("datasets for question answering, nothing about code", ("code",)),
        ("Which papers on alignment aren't about DPO or PPO?", ("DPO", "PPO")),
        ("Excluding papers about vision, which works study normalization?", ("vision",)),
        ("papers with ten authors, excluding surveys", ("surveys",)),
        ("works on alignment, but no surveys and no benchmarks", ("surveys", "benchmarks")),
        ("papers not about vision", ("vision",)),
        ("papers that improve by excluding outliers", ()),
        ("Does pruning help in speech but not in vision?", ()),
        ("Which papers show that pruning helps in speech but not in vision?", ()),
        ("Which paper says that DPO is not about rewards?", ()),
        ("Which methods do not use a reward model?", ()),
    ],
)
def test_wordings(question: str, topics: tuple[str, ...]) -> None:
    assert tuple(topic for own in read_unwanted(question) for topic in own.topics) == topics


def test_a_paper_is_about_what_its_title_names_or_its_text_says_twice() -> None:
    assert "medical" in kin("medicine")
    assert is_about("medicine", "Medical files", "We look at files.")
    assert is_about("medicine", None, "Medical files are read. Medicine gains.")
    assert not is_about("medicine", "Maps", "One map was of a medical school.")


def test_papers_about_it_are_not_found(library: Assistant) -> None:
    answer = library.ask("papers on retrieval but not on medicine")
    assert {source.paper.title for source in answer.sources} <= {"Answers from retrieved law", "Retrieval for maps"}
    assert answer.filters == ("but not on medicine",)
    assert answer.notes[0] == "Understood as a condition: but not on medicine (3 of 4 papers)."


def test_nobody_may_mention_it(library: Assistant) -> None:
    found = library.find("papers on retrieval that do not mention medicine").hits
    assert {"Answers from retrieved patient files", "Retrieval for maps"}.isdisjoint(hit.paper.title for hit in found)


def test_papers_are_counted_without_it_and_it_can_be_taken_back(library: Assistant) -> None:
    question = "How many papers are not about medicine?"
    answer = library.ask(question)
    assert answer.text.startswith("3 papers match “are not about medicine”.")
    assert library.ask(question, without=answer.filters).text.startswith("The library holds 4 papers.")


def test_a_survey_is_what_its_title_or_its_authors_call_one() -> None:
    assert is_about("surveys", "Alignment: A Survey", "")
    assert is_about("surveys", None, "This survey covers ten years of looms.")
    assert not is_about("surveys", None, "Our method wins. A survey of users, and a second survey, agree.")
    assert is_about("benchmarks", None, "We introduce LoomBench, a new benchmark of cloth.")
    assert not is_about("benchmarks", None, "It wins on six benchmarks, among them the oldest benchmark.")
