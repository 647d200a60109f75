"""Names that no paper has, read as those they are a slip of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.retrieval.spelling import Spelling, is_slip

PAPERS = {
    "CrossWeave: Looms for Two Threads": "We propose CrossWeave. It weaves wool with silk on one loom, as FuseLoom did.",
    "KiLN-MoD: Making Ovens Small": "We introduce KiLN-MoD, an oven for two pots. Heat was measured by normalization to clay.",
    "Glaze on Bowls": "A green leaf gives glaze its colour, and a second leaf its shine.",
}


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("spelling")
    with open_library(folder / "home") as assistant:
        assistant.ingest([write_papers(folder / "papers.jsonl", PAPERS)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What is Crosweave?", "What is CrossWeave?"),
        ("How wide is Cross Weave?", "How wide is CrossWeave?"),
        ("What can cross-weave do?", "What can CrossWeave do?"),
        ("Is kilnmod warm?", "Is KiLN-MoD warm?"),
        ("Why normalisation?", "Why normalization?"),
        ("What is CrossWeave?", "What is CrossWeave?"),  # as it is written
        ("Does GreenLeaf give colour?", "Does GreenLeaf give colour?"),  # a name of its own, not two plain words
        ("What is CrossWeave2?", "What is CrossWeave2?"),  # another version
        ("Who sells bicycles?", "Who sells bicycles?"),
    ],
)
def test_names_are_read_as_the_library_writes_them(library: Assistant, question: str, read: str) -> None:
    stores = library.stores()
    assert Spelling(stores.catalogue, stores.keywords).read(question)[0] == read


def test_the_answer_says_what_a_name_was_read_as(library: Assistant) -> None:
    answer = library.ask("What does Crosweave weave?")
    assert [source.paper.title for source in answer.sources][:1] == ["CrossWeave: Looms for Two Threads"]
    assert answer.notes[0] == "Read as: CrossWeave for “Crosweave”."


@pytest.mark.parametrize(
    ("word", "meant", "named", "slip"),
    [
        ("crosner", "crossner", True, True),  # a letter too few
        ("shapely", "shapley", True, True),  # two letters that changed places
        ("adamp", "adam", True, False),  # a short name with another ending is another name
        ("codegen", "codegen2", True, False),
        ("gpt4", "gpt5", True, False),
        ("generalise", "generalize", False, True),
        ("throughput", "throughout", False, False),  # both are words
        ("subtitles", "subtle", False, False),
    ],
)
def test_what_a_slip_is(word: str, meant: str, named: bool, slip: bool) -> None:
    assert is_slip(word, meant, named=named) is slip
