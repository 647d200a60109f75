"""What was understood of a question, said for the reader: conditions, orders, numbers, names read in another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.library.catalogue import Catalogue
from rag.library.selection import counts, undecided
from rag.retrieval.conditions import Reading
from rag.retrieval.lookup import folded
from rag.retrieval.spelling import Change


def number_of(catalogue: Catalogue, reading: Reading, total: int) -> str:
    """How many papers match: `total`."""
    if not reading.labels:
        return f"The library holds {total:,} papers."
    missing = counts(catalogue, reading.conditions)[1]
    unknown = "".join(f" Of {count:,} more the {name} is not known." for name, count in missing.items())
    match = "paper matches" if total == 1 else "papers match"
    return f"{total:,} {match} “{', '.join(reading.labels)}”.{unknown}"


def understood(catalogue: Catalogue, reading: Reading) -> str:
    """What the conditions left in and out; empty where none was read."""
    if not reading.labels:
        return ""
    total, missing = counts(catalogue, reading.conditions, reading.order)
    left_out = "".join(f"; {count} with no known {name} left out" for name, count in missing.items())
    kept = "".join(f"; {count} with no known {name} kept" for name, count in undecided(catalogue, reading.conditions).items())
    if not replace(reading.conditions, within=None):
        return f"Understood as an order: {', '.join(reading.labels)}{left_out}."
    within = reading.conditions.within
    every = catalogue.count() if within is None else len(within)
    return f"Understood as a condition: {', '.join(reading.labels)} ({total:,} of {every:,} papers{left_out}{kept})."


def read_as(changes: Sequence[Change]) -> str:
    """What names were read as; another spelling of a plain word is not worth telling."""
    named = [(said, meant) for said, meant in changes if folded(said) != folded(meant) and not meant.islower()]
    return f"Read as: {', '.join(f'{meant} for “{said}”' for said, meant in named)}." if named else ""
