"""The grammar of question files: JSON lines, a JSON array, YAML and CSV. What a row's fields mean is in `eval.questions`.

A parser takes the file's name and text and yields, for every row that is not blank, its 1-based first line and either the
mapping of its fields or the BadRow that says why there is none. Lists inside a CSV cell are still text here.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from eval.errors import BadRow
from rag.errors import QuestionSetError

Row = dict[str, Any]
Parsed = tuple[int, Row | BadRow]

CSV_DELIMITERS = (",", ";", "\t")
SHOWN = 60
MOST_BYTES = 1 << 30  # of an unpacked file
GZIP = b"\x1f\x8b"


def read(path: Path) -> bytes:
    """The file's bytes. Raises QuestionSetError where it cannot be read."""
    if path.is_dir():
        raise QuestionSetError(f"{path} is a folder; expected a question file.", remedy="Name one .jsonl, .yaml or .csv file.")
    try:
        with open_unpacked(path) as file:
            data = b"".join(_blocks(file))
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise QuestionSetError(f"{path} cannot be read: {why}.", remedy="Check the path.") from error
    if len(data) > MOST_BYTES:
        raise QuestionSetError(f"{path} holds more than {MOST_BYTES >> 20} MB.", remedy="Split it.")
    return data


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file's bytes, and no more than one block beyond the limit: a packed file may be built to unpack for ever."""
    size = 0
    while size <= MOST_BYTES and (block := file.read(1 << 20)):
        size += len(block)
        yield block


def open_unpacked(path: Path) -> BinaryIO:
    """The file for reading, unpacked where it is packed with gzip, whatever it is called."""
    file = path.open("rb")
    if file.peek(2)[:2] != GZIP:
        return file
    file.close()
    return cast(BinaryIO, gzip.open(path, "rb"))


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


def parse_json(file: str, text: str) -> Iterator[Parsed]:
    """A JSON array of objects, or an object that holds one under `questions`; anything else is read as JSON lines."""
    start = re.match(r'\s*(?:\{\s*"questions"\s*:\s*)?\[', text)
    if start is None:
        yield from parse_jsonl(file, text)
        return
    decoder, at = json.JSONDecoder(), start.end()
    while (found := _JSON_GAP.match(text, at)) and text[found.end() : found.end() + 1] not in ("]", ""):
        at = found.end()
        line = text.count("\n", 0, at) + 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            # Where one object is broken, nobody can say where the next one begins.
            what = getattr(error, "msg", "nested too deeply")
            yield line, BadRow(file, line, f"no JSON ({what}); the rest of the file is not read", expected="an object")
            return
        if isinstance(value, dict) and not undecodable(json.dumps(value, ensure_ascii=False)):
            yield line, value
        else:
            yield line, BadRow(file, line, f"a JSON {type(value).__name__}, or bytes that are not UTF-8", expected="an object")


_JSON_GAP = re.compile(r"[\s,]*")


def parse_yaml(file: str, text: str) -> Iterator[Parsed]:
    """A YAML list of mappings, or a mapping that holds one under `questions`. Every scalar is text, so that a key fact 5.10
    stays 5.10. Aliases are refused: a few of them can stand for gigabytes."""
    import yaml  # type: ignore[import-untyped, unused-ignore]

    if undecodable(text):
        raise QuestionSetError(f"{file} holds bytes that are not UTF-8; expected UTF-8.", remedy="Save it again as UTF-8.")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1
                raise QuestionSetError(f"{file}, line {line}: an alias *{event.anchor}.", remedy="Write the value out.")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error)
        raise QuestionSetError(f"{file}{place}: no YAML ({what}).", remedy="Correct that line.") from None
    except RecursionError:
        raise QuestionSetError(f"{file}: YAML nested too deeply.", remedy="Write a list of questions.") from None
    if isinstance(node, yaml.MappingNode):
        node = next((value for key, value in node.value if getattr(key, "value", None) == "questions"), node)
    if not isinstance(node, yaml.SequenceNode):
        raise QuestionSetError(f"{file}: no list of questions.", remedy="Write a YAML list of mappings, each with `question`.")
    for item in node.value:
        line = item.start_mark.line + 1
        value = _plain(item)
        if isinstance(value, dict):
            yield line, value
        else:
            yield line, BadRow(file, line, f"a YAML {item.id}", expected="a mapping with `question`")


def _plain(node: Any) -> Any:
    """A YAML node as dicts, lists, texts and None."""
    if node.id == "mapping":
        return {str(key.value): _plain(value) for key, value in node.value}
    if node.id == "sequence":
        return [_plain(value) for value in node.value]
    return None if node.style is None and node.value.lower() in ("", "~", "null") else node.value


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


PARSERS: dict[str, Callable[[str, str], Iterator[Parsed]]] = {
    "jsonl": parse_jsonl,
    "json": parse_json,
    "yaml": parse_yaml,
    "csv": parse_csv,
}
SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".csv": "csv", ".tsv": "csv"}


def parser_for(path: Path, text: str) -> Callable[[str, str], Iterator[Parsed]]:
    """The parser the suffix names, `.gz` aside; for any other suffix JSON where the text begins with a bracket, YAML where it
    begins with `- ` or `questions:`, else CSV."""
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    begin = text.lstrip()
    guess = "json" if begin.startswith(("{", "[")) else "yaml" if begin.startswith(("- ", "questions:")) else "csv"
    return PARSERS[SUFFIXES.get(suffix.lower(), guess)]
