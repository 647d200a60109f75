"""The encoder against the same network written out in NumPy, and what it promises for any list of texts."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.embedding import EMBEDDERS
from rag.embedding.minilm import MiniLM
from rag.embedding.weights import find_weights

Array = NDArray[np.float32]

TEXTS = [
    "Sparse autoencoders constrain the alignment of language models.",
    "5.08%",
    "",
    "We study glaciers. " * 30,
    "Größe, 大きさ, 😀 and \\lambda",
    "one two three " * 90,
]


class Reference:
    """all-MiniLM-L6-v2 in float32, one text at a time, after the published architecture."""

    def __init__(self) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        files = find_weights()
        self.weights: dict[str, Array] = {name: w.astype(np.float32) for name, w in load_file(files.weights).items()}
        self.tokenizer: Any = Tokenizer.from_file(str(files.tokenizer))
        self.tokenizer.enable_truncation(512)
        self.tokenizer.no_padding()

    def linear(self, x: Array, name: str) -> Array:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def layer_norm(self, x: Array, name: str) -> Array:
        normal = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return normal * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def __call__(self, text: str) -> Array:
        from scipy.special import erf, softmax

        ids = self.tokenizer.encode(text).ids
        w, n = self.weights, len(ids)
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:n]
        x = self.layer_norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(6):
            at = f"encoder.layer.{layer}"
            q, k, v = (
                self.linear(x, f"{at}.attention.self.{part}").reshape(n, 12, 32).transpose(1, 0, 2)
                for part in ("query", "key", "value")
            )
            mixed = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(32), axis=-1) @ v
            x = self.layer_norm(
                x + self.linear(mixed.transpose(1, 0, 2).reshape(n, 384), f"{at}.attention.output.dense"),
                f"{at}.attention.output.LayerNorm",
            )
            inner = self.linear(x, f"{at}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
            x = self.layer_norm(x + self.linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        mean = x.mean(0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20] or "empty")
def test_one_text_has_the_vector_of_the_published_network(embedder: MiniLM, reference: Reference, text: str) -> None:
    assert float(embedder.embed([text])[0] @ reference(text)) > 0.999


def test_many_texts_have_the_vectors_of_the_published_network(embedder: MiniLM, reference: Reference) -> None:
    """Long lists go another way than single texts: sorted, padded, several batches at once."""
    texts = [*TEXTS, *(f"Paper {n} reports {n} percent." for n in range(40))]
    vectors = embedder.embed(texts)
    chosen = [1, 3, 4, 20, 45]
    assert min(float(vectors[n] @ reference(texts[n])) for n in chosen) > 0.999


def test_similar_sentences_are_near(embedder: MiniLM) -> None:
    king, same, other = embedder.embed(["A man plays a guitar.", "Someone is playing an instrument.", "The stock fell by 3%."])
    assert king @ same > 0.5 > 0.2 > king @ other


@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=60), max_size=20))
@settings(max_examples=25, deadline=None)
def test_vectors_have_unit_length_and_the_order_of_the_texts(embedder: MiniLM, texts: list[str]) -> None:
    vectors = embedder.embed(texts)
    assert vectors.shape == (len(texts), MiniLM.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    for at in range(0, len(texts), 5):
        assert float(vectors[at] @ embedder.embed([texts[at]])[0]) > 0.99


def test_the_company_of_other_texts_does_not_change_a_vector(embedder: MiniLM) -> None:
    text = "Ice thickness agrees with drilled holes within 2 metres."
    alone = embedder.embed([text])[0]
    for others in ([""] * 3, ["word " * 400] * 3, TEXTS, [text] * 33):
        vectors = embedder.embed([*others, text, *others])
        assert 1 - float(vectors[len(others)] @ alone) < 1e-2


def test_512_word_pieces_are_read_and_no_more(embedder: MiniLM) -> None:
    whole = "word " * MiniLM.max_tokens  # and one piece each for beginning and end
    cut, longer, shorter = embedder.embed([whole, whole + "glacier " * 50, "word " * 200 + "glacier " * 50])
    assert cut @ longer > 0.9999
    assert cut @ shorter < 0.9


@pytest.mark.parametrize("text", ["lone \ud800 surrogate", "\udcff", "a\x00b", "\x00"])
def test_text_that_no_encoding_can_hold_is_embedded_too(embedder: MiniLM, text: str) -> None:
    """A terminal hands over bytes that are no UTF-8 as lone surrogates."""
    for texts in ([text], [text] * 3):
        assert np.isfinite(embedder.embed(texts)).all()
    assert all(end <= len(text) for _, end in embedder.token_spans([text])[0])


def test_word_pieces_have_their_place_in_the_text(embedder: MiniLM) -> None:
    text = "Größe of autoencoders 😀 5.08%"
    spans = embedder.token_spans([text, ""])
    pieces = ["Gr", "ö", "ße", "of", "auto", "en", "code", "rs", "😀", "5", ".", "08", "%"]
    assert [text[start:end] for start, end in spans[0]] == pieces
    assert spans[1] == []


def test_word_pieces_are_counted_beyond_the_limit(embedder: MiniLM) -> None:
    assert len(embedder.token_spans(["word " * 3000])[0]) == 3000


def test_threads_may_share_the_encoder(embedder: MiniLM) -> None:
    expected = {n: embedder.embed([f"Text number {n}."] * n) for n in (1, 2, 3, 20)}
    wrong: list[int] = []

    def run(n: int) -> None:
        for _ in range(3):
            if not np.allclose(embedder.embed([f"Text number {n}."] * n), expected[n], atol=1e-2):
                wrong.append(n)

    threads = [threading.Thread(target=partial(run, n)) for n in expected for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_registry_opens_it_without_loading() -> None:
    assert EMBEDDERS["minilm"]() is MiniLM
    assert MiniLM.fingerprint.startswith("minilm-53aa5117")


def test_the_weights_come_from_the_package(embedder: MiniLM) -> None:
    assert Path(find_weights().weights).name == "model.safetensors"
