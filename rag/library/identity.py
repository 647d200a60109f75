"""What two records of the same work add to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rag.paper import Paper, Source

FILLABLE = ("title", "authors", "author_count", "organisation", "date", "year", "arxiv_id", "doi", "comment", "upvotes", "url")


def merge(known: Paper, record: Paper) -> Paper:
    """`known` with what it lacked taken from `record`, and the record's sources after its own.

    What `known` says already stands: the first dump wins, so that reading the same files again changes nothing.
    A date of another year than the known one is left out, since the two would contradict each other. A file that names
    the paper again keeps its place in the list, with the newer line.
    """
    missing: dict[str, Any] = {
        name: getattr(record, name)
        for name in FILLABLE
        if getattr(known, name) in (None, ()) and getattr(record, name) not in (None, ())
    }
    if "date" in missing and known.year is not None and missing["date"].year != known.year:
        del missing["date"]
    lines = {source.file: source.line for source in known.sources} | {source.file: source.line for source in record.sources}
    return replace(known, **missing, sources=tuple(Source(file, line) for file, line in lines.items()))
