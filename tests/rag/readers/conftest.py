"""What the reader tests share: text to a file, a file to papers and problems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import read_file

Reading = tuple[list[Paper], list[ReadError]]


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Reading]:
    """`reading(text)` reads a file that holds `text`: its papers, and the problems met."""

    def read(
        text: str | bytes, *, name: str = "dump.txt", year: int | None = None, columns: dict[str, str] | None = None
    ) -> Reading:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        reads = list(read_file(path, year=year, columns=columns))
        return [r for r in reads if isinstance(r, Paper)], [r for r in reads if isinstance(r, ReadError)]

    return read
