"""Named papers and the library they are looked up in."""

from __future__ import annotations

import pytest

from eval.questions import PaperRef
from eval.resolve import opening_key, resolve
from rag.paper import Paper

LONG = "We study how normalization layers change the speed of training very deep networks, "
PAPERS = [
    Paper(id="arxiv:1", title="Layer Normalization", abstract=LONG + "and report a gain of 28 %."),
    Paper(
        id="abs:2",
        title=None,
        abstract="The {Open} Reward\nBench compares {reward models} for $k$ languages and finds large gaps between them.",
    ),
    Paper(
        id="abs:3",
        title="Twice Told",
        abstract="A first abstract that shares nothing with any other abstract of this library at all.",
    ),
    Paper(
        id="abs:4",
        title="Twice Told",
        abstract="A second abstract, under a title that another paper of this library bears as well.",
    ),
    Paper(id="abs:5", title="Layer Normalization, Reprinted", abstract=LONG + "and find none."),
]


@pytest.mark.parametrize(
    ("ref", "paper"),
    [
        (PaperRef(id="arxiv:1"), "arxiv:1"),
        (PaperRef(title="layer  NORMALIZATION"), "arxiv:1"),
        (PaperRef(opening="The Open reward bench compares reward models for k languages and finds large gaps"), "abs:2"),
        (PaperRef(opening="The Open reward bench compares"), "abs:2"),  # shorter than 70 letters, long enough
        (PaperRef(title="A title of the past", opening=PAPERS[2].abstract[:100]), "abs:3"),
        (PaperRef(title="Twice Told", opening=PAPERS[3].abstract[:100]), "abs:4"),
        (PaperRef(title="Layer Normalization", opening=LONG), "arxiv:1"),  # the opening fits two, the title decides
        (PaperRef("Layer Normalization", "Layer Normalization", "Layer Normalization"), "arxiv:1"),
        (PaperRef("abs:3", "abs:3", "abs:3"), "abs:3"),
    ],
)
def test_a_paper_is_found_by(ref: PaperRef, paper: str) -> None:
    resolution = resolve([ref], PAPERS)
    assert resolution.ids == {ref: paper}
    assert resolution.split([ref, ref]) == ((paper,), ())


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        (PaperRef(title="Batch Renormalization"), "Batch Renormalization (not in the library)"),
        (PaperRef(id="arxiv:9"), "arxiv:9 (not in the library)"),
        (PaperRef(title="Twice Told"), "Twice Told (fits 2 papers)"),
        (PaperRef(opening=LONG), f"{LONG} (fits 2 papers)"),
        (PaperRef(opening="We study"), "We study (not in the library)"),  # too short to mean one paper
    ],
)
def test_a_paper_that_cannot_be_told_is_reported(ref: PaperRef, said: str) -> None:
    resolution = resolve([ref], PAPERS)
    assert resolution.split([ref]) == ((), (said,))


def test_openings_in_other_scripts_keep_their_letters() -> None:
    assert opening_key("Größe {zählt}: nicht") == "grezhltnicht"  # mostly ASCII: as in the reference definition
    assert opening_key("我们提出 LLM 新方法。") == "我们提出llm新方法"
