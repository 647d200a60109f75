"""Rows of a run -> all aggregates. Everything comes from the rows, so the same rows give the same bytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.forbidden import told
from eval.groups import Figure, Group
from eval.results import exchanges, scored_exchanges
from eval.summary_table import table
from eval.tally import Tally

__all__ = ["Figure", "Group", "Summary", "exchanges", "scored_exchanges", "summarise"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """All aggregates of a run. `kinds` and `tags` hold the questions of each kind and of each tag; `errors` are (question
    id, message) of the failures, `unresolved` (question id, paper) of the named papers that are not in the library and
    therefore in no figure, `broken` (question id, what) of the answers that said what they must not."""

    overall: Group
    kinds: Mapping[str, Group]
    errors: tuple[tuple[str, str], ...]
    unresolved: tuple[tuple[str, str], ...]
    tags: Mapping[str, Group]
    broken: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `from_dict` gives back an equal summary."""
        return {
            "overall": self.overall.to_dict(),
            "kinds": {kind: group.to_dict() for kind, group in self.kinds.items()},
            "tags": {tag: group.to_dict() for tag, group in self.tags.items()},
            "errors": [{"id": question, "message": message} for question, message in self.errors],
            "unresolved": [{"id": question, "paper": paper} for question, paper in self.unresolved],
            **({"broken": [{"id": question, "what": what} for question, what in self.broken]} if self.broken else {}),
        }

    @classmethod
    def from_dict(cls, row: Row) -> Summary:
        """The inverse of `to_dict`."""
        return cls(
            Group.from_dict(row["overall"]),
            {kind: Group.from_dict(group) for kind, group in row["kinds"].items()},
            tuple((error["id"], error["message"]) for error in row["errors"]),
            tuple((ref["id"], ref["paper"]) for ref in row["unresolved"]),
            {tag: Group.from_dict(group) for tag, group in row["tags"].items()},
            tuple((one["id"], one["what"]) for one in row.get("broken", ())),
        )

    def to_json(self) -> str:
        """The text of summary.json."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def table(self, width: int = 100) -> str:
        """All figures as plain text for a terminal: overall, then each kind where there are several."""
        groups = self.kinds.items() if len(self.kinds) > 1 else ()
        first = next(iter(self.kinds)) if len(self.kinds) == 1 else "all kinds"
        return table([(first, self.overall), *groups], self.errors, self.unresolved, width, self.broken)


def summarise(rows: Iterable[Row]) -> Summary:
    """Aggregate rows in any order; keeps the scores of each row and nothing else of it."""
    overall = Tally()
    kinds, tags = defaultdict[str, Tally](Tally), defaultdict[str, Tally](Tally)
    errors: list[tuple[str, str]] = []
    unresolved: set[tuple[str, str]] = set()
    broken: list[tuple[str, str]] = []
    for row in rows:
        for tally in (overall, kinds[row["kind"]], *(tags[tag] for tag in row.get("tags", ()))):
            tally.add(row)
        if row["error"] is not None:
            errors.append((row["id"], row["error"]["message"]))
        unresolved.update((row["id"], paper) for exchange in exchanges(row) for paper in exchange["unresolved"])
        broken += [(row["id"], told(exchange["broken"])) for exchange in exchanges(row) if exchange.get("broken")]
    return Summary(
        overall.group(),
        {kind: kinds[kind].group() for kind in sorted(kinds)},
        tuple(sorted(errors)),
        tuple(sorted(unresolved)),
        {tag: tags[tag].group() for tag in sorted(tags)},
        tuple(sorted(broken)),
    )
