"""The baselines' embedding with a memory on disk, so that a second measurement costs no embedding."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from eval.bench.onnx_minilm import OnnxMiniLM
from eval.bench.process import Tell
from rag.embedding import Vectors

SAVED_EVERY = 512  # texts; a killed run loses no more
FILE = "minilm-256.npz"


class KeptMiniLM(OnnxMiniLM):
    """Chroma's default embedding. Vectors are kept by the SHA-256 of their text; those of the queries too."""

    def __init__(self, tokenizer: Any, session: Any) -> None:
        super().__init__(tokenizer, session)
        self._known: dict[str, Vectors] = {}
        self._file: Path | None = None

    def keep_in(self, folder: Path) -> Self:
        """Take the vectors an earlier run left in the folder, and leave new ones there."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / FILE
        if self._file.is_file():
            with np.load(self._file) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
        return self

    def prepare(self, texts: Sequence[str], tell: Tell) -> None:
        """Embed what is not kept yet, telling how many of these are done."""
        missing = [text for key, text in {key_of(text): text for text in texts}.items() if key not in self._known]
        for at in range(0, len(missing), SAVED_EVERY):
            part = missing[at : at + SAVED_EVERY]
            for done in range(0, len(part), 32):
                some = part[done : done + 32]
                self._known |= zip(map(key_of, some), super().embed(some), strict=True)
                tell(at + done + len(some), len(missing))
            self._save()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), 384)."""
        self.prepare(texts, lambda _done, _total: None)
        return np.stack([self._known[key_of(text)] for text in texts]) if texts else super().embed(texts)

    def embed_each(self, blocks: Iterable[Sequence[str]]) -> Generator[Vectors, None, None]:
        """What `embed` gives for each block."""
        yield from map(self.embed, blocks)

    def _save(self) -> None:
        """Write beside the file and rename: a run killed meanwhile leaves the old file whole."""
        if self._file is None:
            return
        unfinished = self._file.with_name(f"unfinished-{FILE}")
        np.savez(unfinished, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        unfinished.replace(self._file)


def key_of(text: str) -> str:
    """The SHA-256 of the text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
