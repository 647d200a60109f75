"""The baseline's embedding is what it says: the same model as Vouch's, treated as Chroma treats it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.bench.onnx_minilm import OnnxMiniLM, build_graph, mean_under, unit_length
from rag.embedding.minilm import MiniLM
from rag.embedding.weights import find_weights

TEXTS = [
    "Graphs",
    "What gain in F1 does the method report on long documents?",
    "We propose a retriever that reads tables as well as text. It beats five baselines by 3.2 points on two data sets.",
    "Die Übersetzung seltener Sprachen — etwa Färöisch – bleibt schwierig; 我们提出一种新方法。",
    " ".join(["Sparse attention reads long documents at a cost that grows with their length."] * 12),
]
LONG = " ".join(f"Sentence number {n} reports one more result." for n in range(60))


@pytest.fixture(scope="module")
def baseline() -> OnnxMiniLM:
    return OnnxMiniLM.load()


def test_it_agrees_with_vouch_on_texts_that_both_read_to_their_end(baseline: OnnxMiniLM) -> None:
    assert not any(baseline.cuts(text) for text in TEXTS)
    cosines = np.sum(baseline.embed(TEXTS) * MiniLM.load().embed(TEXTS), axis=1)
    assert cosines.min() > 0.999


def test_it_is_number_for_number_what_chroma_computes(
    baseline: OnnxMiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's own code, given the same graph in place of the one it would download."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    folder = tmp_path / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    folder.mkdir()
    files = find_weights()
    (folder / "model.onnx").write_bytes(build_graph(files).SerializeToString())
    (folder / "tokenizer.json").write_bytes(files.tokenizer.read_bytes())
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"):
        (folder / name).touch()
    monkeypatch.setattr(ONNXMiniLM_L6_V2, "DOWNLOAD_PATH", tmp_path)

    texts = [*TEXTS, LONG] * 6  # 36 texts: a whole batch and part of another
    theirs = np.array(ONNXMiniLM_L6_V2()(texts))
    np.testing.assert_allclose(baseline.embed(texts), theirs, atol=1e-6)


def test_what_lies_beyond_256_word_pieces_is_not_read(baseline: OnnxMiniLM) -> None:
    assert baseline.cuts(LONG)
    one, other = baseline.embed([LONG, LONG + " And a last one about whales."])
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_no_texts_have_no_vectors(baseline: OnnxMiniLM) -> None:
    assert baseline.embed([]).shape == (0, 384)


def test_padding_has_no_part_in_the_mean() -> None:
    hidden = np.array([[[1.0, 0.0], [3.0, 4.0], [100.0, 100.0]]], np.float32)
    mean = mean_under(np.array([[1, 1, 0]]), hidden)
    assert mean.tolist() == [[2.0, 2.0]]


def test_vectors_have_unit_length_and_zeros_stay_zeros() -> None:
    assert unit_length(np.array([[3.0, 4.0], [0.0, 0.0]])) == pytest.approx(np.array([[0.6, 0.8], [0.0, 0.0]]))
