"""A head start: vectors of papers that came first, while the rest of a file is still being read."""

from __future__ import annotations

import numpy as np

from rag.embedding import Embedder
from rag.embedding.minilm import MiniLM
from rag.errors import ModelError
from rag.library import head_start as module
from rag.library.head_start import HeadStart
from rag.paper import Paper

PAPERS = [Paper(id=f"abs:{n}", title=f"Paper {n}", abstract=f"Finding {n} is new.") for n in range(3)]


def test_vectors_are_those_of_the_texts_an_ingest_embeds(embedder: MiniLM) -> None:
    with HeadStart(lambda: embedder) as head_start:
        head_start.take(PAPERS)
        while len(head_start._known) < len(PAPERS):
            head_start._thread.join(0.01)  # type: ignore[union-attr]
        known = head_start.end()
    assert sorted(known) == [f"Paper {n}. Finding {n} is new." for n in range(3)]
    assert known["Paper 1. Finding 1 is new."] @ embedder.embed(["Paper 1. Finding 1 is new."])[0] > 0.999


def test_nothing_is_opened_before_papers_are_given() -> None:
    def broken() -> Embedder:
        raise AssertionError("nothing is to be embedded")

    with HeadStart(broken) as head_start:
        assert head_start.end() == {}


def test_an_embedder_that_cannot_be_opened_is_left_to_who_needs_it() -> None:
    def broken() -> Embedder:
        raise ModelError("There are no weights.")

    with HeadStart(broken) as head_start:
        head_start.take(PAPERS)
        head_start._thread.join()  # type: ignore[union-attr]
        assert head_start.end() == {}


def test_no_more_papers_are_taken_than_memory_allows(embedder: MiniLM) -> None:
    with HeadStart(lambda: embedder) as head_start:
        head_start._taken = module.MOST
        head_start.take(PAPERS)
        assert head_start.end() == {}


def test_vectors_known_and_new_ones_come_together_in_the_order_of_the_texts() -> None:
    from rag.library.ingest import with_known

    known = {"b": np.array([2.0], np.float32)}
    found = with_known(np.array([[1.0], [3.0]], np.float32), ["a", "b", "c"], known)
    assert found.ravel().tolist() == [1.0, 2.0, 3.0]
