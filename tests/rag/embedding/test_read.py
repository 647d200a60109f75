"""A text read word piece by word piece: the same vectors as embedding it, and where each word piece stands."""

from __future__ import annotations

import numpy as np
import pytest

from rag.embedding import TokenReader, token_reader
from rag.embedding.minilm import MiniLM

TEXTS = ["Aspirin reduces fever.", "", "A much longer sentence about quite another matter follows here."]


def test_reading_gives_the_vectors_of_embedding_and_one_for_each_word_piece(embedder: MiniLM) -> None:
    found = embedder.read(TEXTS)
    for text, vectors, vector in zip(TEXTS, found, embedder.embed(TEXTS), strict=True):
        assert not text or float(vectors.text @ vector) > 0.98  # in eight bits, where the processor has them
        assert vectors.pieces.shape == (len(vectors.spans), 384)
        assert np.linalg.norm(vectors.pieces, axis=1) == pytest.approx(np.ones(len(vectors.spans)), abs=1e-3)
        assert "".join(text[start:end] for start, end in vectors.spans) == text.replace(" ", "")


def test_an_embedder_that_shows_its_word_pieces_is_its_own_reader(embedder: MiniLM) -> None:
    assert isinstance(embedder, TokenReader)
    assert token_reader(embedder) is embedder
