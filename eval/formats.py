"""The grammar of question files: JSON lines and CSV. What a row's fields mean is in `eval.questions`.

A parser takes the file's name and text and yields, for every row that is not blank, its 1-based first line and either the
mapping of its fields or the BadRow that says why there is none. Lists inside a CSV cell are still text here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from eval.errors import BadRow
from rag.errors import QuestionSetError

Row = dict[str, Any]
Parsed = tuple[int, Row | BadRow]

CSV_DELIMITERS = (",", ";", "\t")
SHOWN = 60


def read(path: Path) -> bytes:
    """The file's bytes. Raises QuestionSetError where it cannot be read."""
    if path.is_dir():
        raise QuestionSetError(f"{path} is a folder; expected a question file.", remedy="Name one .jsonl or .csv file.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error


def decode(path: Path, data: bytes) -> str:
    """The text without a byte order mark. Bytes that are not UTF-8 stay in as lone surrogates, so that only the rows that
    hold them are lost (see `undecodable`). Raises QuestionSetError for an empty file or another encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise QuestionSetError(f"{path} is UTF-16; expected UTF-8.", remedy="Save it again as UTF-8.")
    text = data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    if not text.strip():
        raise QuestionSetError(f"{path} is empty; expected one question a row.", remedy="Write at least one question into it.")
    return text


def undecodable(text: str) -> bool:
    """True where `text` holds bytes that were not UTF-8."""
    return any("\udc80" <= c <= "\udcff" for c in text)


def shown(text: str) -> str:
    """The beginning of `text`, quoted for a message."""
    safe = text.encode("utf-8", errors="replace").decode("utf-8")
    return repr(safe if len(safe) <= SHOWN else safe[:SHOWN] + "…")


def parse_jsonl(file: str, text: str) -> Iterator[Parsed]:
    """One JSON object a line."""
    # Not splitlines(): a JSON string may hold U+2028, which it would take for the end of the row.
    for line, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        if undecodable(row):
            yield line, BadRow(file, line, "bytes that are not UTF-8", expected="UTF-8")
            continue
        try:
            value = json.loads(row)
        except ValueError as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            yield line, BadRow(file, line, f"no JSON ({what}) in {shown(row.strip())}", expected="one JSON object a line")
            continue
        except RecursionError:
            yield line, BadRow(file, line, "JSON nested too deeply", expected="one JSON object a line")
            continue
        if isinstance(value, dict):
            yield line, value
        else:
            yield line, BadRow(file, line, f"a JSON {type(value).__name__}", expected="one JSON object a line")


def parse_csv(file: str, text: str) -> Iterator[Parsed]:
    """A header line with a column `question`, then one question a row; commas, semicolons or tabs between the cells."""
    delimiter = _delimiter(file, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [name.strip().lower() for name in next(reader)]
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, BadRow(file, line, f"broken CSV ({error})", expected="closed and doubled quotation marks")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            yield line, BadRow(file, line, f"{len(cells)} cells", expected=f"{len(header)}, as the header has")
        elif any(undecodable(cell) for cell in cells):
            yield line, BadRow(file, line, "bytes that are not UTF-8", expected="UTF-8")
        else:
            yield line, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()}


def _delimiter(file: str, text: str) -> str:
    """The delimiter under which the first line names a column `question`."""
    first = text.split("\n", 1)[0].rstrip("\r")
    for delimiter in CSV_DELIMITERS:
        names = next(csv.reader([first], delimiter=delimiter), [])
        if "question" in [name.strip().lower() for name in names]:
            return delimiter
    raise QuestionSetError(
        f"{file}, line 1: no column `question` in {shown(first)}; expected a header line with one.",
        remedy="Name the column of the questions `question`, or save JSON lines as .jsonl.",
    )


PARSERS: dict[str, Callable[[str, str], Iterator[Parsed]]] = {"jsonl": parse_jsonl, "csv": parse_csv}
SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv"}


def parser_for(path: Path, text: str) -> Callable[[str, str], Iterator[Parsed]]:
    """The parser the suffix names; for any other suffix JSON lines where the text begins with `{`, else CSV."""
    guess = "jsonl" if text.lstrip().startswith("{") else "csv"
    return PARSERS[SUFFIXES.get(path.suffix.lower(), guess)]
