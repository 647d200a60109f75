"""A head start: vectors of papers that came first, while the rest of a file is still being read."""

from __future__ import annotations

import time

import numpy as np

from rag.embedding import Embedder, Vectors
from rag.embedding.minilm import MiniLM
from rag.errors import ModelError
from rag.library import head_start as module
from rag.library.head_start import HeadStart, Texts
from rag.paper import Paper

PAPERS = [Paper(id=f"abs:{n}", title=f"Paper {n}", abstract=f"Finding {n} is new.") for n in range(7)]


TEXTS = [f"Paper {n}. Finding {n} is new." for n in range(7)]


def test_full_blocks_are_embedded_as_an_ingest_embeds_them(embedder: MiniLM) -> None:
    """Seven papers in blocks of three: two blocks are full."""
    with HeadStart(lambda: embedder, 3) as head_start:
        head_start.take(PAPERS[:2])
        head_start.take(PAPERS[2:])
        known = waited_for(head_start, 2)
    assert sorted(known) == [tuple(TEXTS[:3]), tuple(TEXTS[3:6])]
    assert np.array_equal(known[tuple(TEXTS[:3])], embedder.embed(TEXTS[:3]))


def test_blocks_begin_where_those_of_an_ingest_do(embedder: MiniLM) -> None:
    """With two papers waiting from before, the first new one fills their block."""
    with HeadStart(lambda: embedder, 3, waiting=2) as head_start:
        head_start.take(PAPERS)
        known = waited_for(head_start, 2)
    assert sorted(known) == [tuple(TEXTS[1:4]), tuple(TEXTS[4:7])]


def test_nothing_is_opened_before_papers_are_given() -> None:
    def broken() -> Embedder:
        raise AssertionError("nothing is to be embedded")

    with HeadStart(broken, 3) as head_start:
        assert head_start.end() == {}


def test_an_embedder_that_cannot_be_opened_is_left_to_who_needs_it() -> None:
    def broken() -> Embedder:
        raise ModelError("There are no weights.")

    with HeadStart(broken, 3) as head_start:
        head_start.take(PAPERS)
        head_start._thread.join()  # type: ignore[union-attr]
        assert head_start.end() == {}


def test_no_more_papers_are_taken_than_memory_allows(embedder: MiniLM) -> None:
    with HeadStart(lambda: embedder, 3) as head_start:
        head_start._taken = module.MOST
        head_start.take(PAPERS)
        assert head_start.end() == {}


def waited_for(head_start: HeadStart, blocks: int) -> dict[Texts, Vectors]:
    """What it knows once it knows so many blocks."""
    while len(head_start._known) < blocks:
        time.sleep(0.01)
    return head_start.end()
