"""Where in a JSON document its records are: in a list, in an object by their keys, or the document itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.readers.columns import NAMES, folded
from rag.readers.dump import without_surrogates
from rag.readers.records import NESTED

BROKEN = (ValueError, ArithmeticError)  # what ijson raises besides its own errors: numbers out of all bounds


@dataclass(frozen=True, slots=True)
class Place:
    """How many lists and objects are around a record, and whether the nearest of them is a list."""

    depth: int
    in_list: bool


def place_of_records(head: str, columns: Mapping[str, str] | None = None) -> Place | None:
    """Where in the first characters of a document objects have a key that names an abstract, or None.

    The document itself comes first, then lists, then objects in objects; of each kind the outermost. `summary` and `text`
    count beside a `title`. An object that holds only part of a record (`content`, `metadata`) is not the record.
    """
    import ijson  # type: ignore[import-untyped]

    wanted = {*NAMES["abstract"], "abstractinvertedindex"} - {"summary"} | {folded((columns or {}).get("abstract", "abstract"))}
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, multiple_values=True)
    try:
        parser.send(without_surrogates(head).encode())
    except (ijson.JSONError, *BROKEN):
        pass  # what comes before the error tells enough
    inside: list[str | None] = []  # the containers around: an object's latest key, None for a list
    keys: dict[int, set[str]] = {}  # depth -> keys of the object under way there
    found: list[Place] = []
    for event, value in events:
        if inside and inside[-1] and event not in ("map_key", "end_map", "number", "boolean"):
            own = keys[len(inside)]
            own.add(folded(inside[-1]))
            if own & wanted or ("title" in own and own & {"summary", "text"}):
                found.append(_record(inside[:-1]))
        if event == "start_map":
            inside.append("")
            keys[len(inside)] = set()
        elif event == "start_array":
            inside.append(None)
        elif event in ("end_map", "end_array"):
            inside.pop()
        elif event == "map_key":
            inside[-1] = value
    return min(found, default=None, key=lambda place: (place.depth > 0, not place.in_list, place.depth))


def _record(around: list[str | None]) -> Place:
    while around and around[-1] is not None and folded(around[-1]) in NESTED:
        around = around[:-1]
    return Place(len(around), bool(around) and around[-1] is None)
