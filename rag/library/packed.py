"""Text kept compressed in the catalogue: abstracts are two thirds of it, and half of their bytes can be saved."""

from __future__ import annotations

import zlib
from typing import Any

import sqlalchemy as sa

LEVEL = 9


class PackedText(sa.TypeDecorator[str]):
    """A text column that holds zlib-compressed UTF-8. It can be read and written, not searched."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:  # noqa: ARG002
        """What is stored."""
        return None if value is None else pack(value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """What was stored."""
        return None if value is None else zlib.decompress(value).decode("utf-8", "surrogatepass")


def pack(text: str) -> bytes:
    """The text's stored form."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), LEVEL)
