"""A JSON document: a list of records, such a list inside an object (`data`, `results`, `notes`), records by their keys, one
record, or several documents one behind the other. What a record may hold is `rag.readers.records`'s subject.

The document is parsed while it is read, and one record is in memory at a time, however long its lines are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.readers.dump import Dump, Read, Reader, without_surrogates
from rag.readers.json_path import BROKEN, Place, place_of_records
from rag.readers.lines import HEAD, LONGEST_LINE
from rag.readers.records import EXPECTED, holds_abstract, papers

_EXPECTED = f"a list of JSON objects with {EXPECTED}"


def sniff(head: str) -> bool:
    """JSON, and one of its objects has a place for an abstract."""
    return sniff_columns(head, {})


def sniff_columns(head: str, columns: Mapping[str, str]) -> bool:
    """As `sniff`, where the user names the key that holds the abstract."""
    return re.match(r"\s*[\[{]\s*[\[{\"]", head) is not None and place_of_records(head, columns) is not None


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each record. JSON that cannot be parsed ends the file."""
    import ijson  # type: ignore[import-untyped]

    pieces, ahead = iter(lines), list[str]()
    while sum(map(len, ahead)) < HEAD and (piece := next(pieces, "")):
        ahead.append(piece)
    place = place_of_records("".join(ahead), dump.columns)
    if place is None:
        yield dump.error(None, "JSON in which no object has an abstract", expected=_EXPECTED, remedy="Name the key: --map.")
        return
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, multiple_values=True)
    records = _Records(place)
    number, waiting = 1, 0  # characters since the parser gave anything
    try:
        for source in (ahead, pieces):
            for piece in source:
                parser.send(without_surrogates(piece).encode())
                waiting = 0 if events and not records.building else waiting + len(piece)
                for record, line in records.take(events, number):
                    waiting = 0
                    if place.in_list or place.depth == 0 or holds_abstract(record, dump.columns):
                        yield from papers(record, line, dump)
                del events[:]
                if waiting > LONGEST_LINE:
                    found = f"a record or value of more than {LONGEST_LINE:,} characters"
                    yield dump.error(number, found, expected=_EXPECTED, remedy="Remove it.")
                    return
                number += piece.endswith("\n")
        parser.close()
    except (ijson.JSONError, *BROKEN) as error:
        found = f"JSON that cannot be read on ({_said(error)})"
        yield dump.error(number, found, expected=_EXPECTED, remedy="Correct it there; what stands before it is read.")


class _Records:
    """The objects at one place, put together from a parser's events."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lists: list[bool] = []  # the containers around: whether each is a list
        self._depth = 0  # of the event under way inside the record
        self._builder: Any = None
        self._line = 0

    @property
    def building(self) -> bool:
        """Whether a record is under way."""
        return self._builder is not None

    def take(self, events: Iterable[tuple[str, Any]], line: int) -> Iterator[tuple[dict[str, Any], int]]:
        """The records that `events`, which come from one line, complete, each with the line on which it began."""
        from ijson import ObjectBuilder

        for event, value in events:
            opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
            if self._builder is not None:
                self._builder.event(event, value)
                self._depth += opens - closes
                if self._depth == 0:
                    yield self._builder.value, self._line
                    self._builder = None
            elif event == "start_map" and self._fits():
                self._builder, self._line, self._depth = ObjectBuilder(), line, 1
                self._builder.event(event, value)
            elif opens:
                self._lists.append(event == "start_array")
            elif closes:
                self._lists.pop()

    def _fits(self) -> bool:
        return len(self._lists) == self._place.depth and (not self._lists or self._lists[-1] == self._place.in_list)


def _said(error: Exception) -> str:
    said = re.search(r"(?:parse|lexical) error: ([^\n\\.]+)", str(error))
    return said[1].strip() if said else "a number that is none"


READER = Reader("json", "JSON", sniff, read, by_lines=False, sniff_columns=sniff_columns)
