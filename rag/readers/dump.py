"""What every reader gets and gives: the lines of one dump, and one way to make papers and errors of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rag.errors import ReadError
from rag.paper import Paper, Source, paper_id
from rag.readers.cleaning import clean
from rag.readers.files import shown

Read: TypeAlias = Paper | ReadError

LONGEST_TEXT = 100_000  # characters; the longest real abstract seen has 7,000, and some grammars hold the rest of a paper too

_BAD = "\ufdd0"  # stands for a byte that is no UTF-8 where a parser refuses surrogates; no text may hold it
_ENDED = re.compile(r"[.!?…。！？][)\]}\"'”’»]*\Z|://[^\s/]+\.[^\s/]{2,}/\S{3,}\Z")
_ABBREVIATED = re.compile(r"\b(i\.e|e\.g|et al|vs|cf|viz|Fig|Eq)\.\Z")


@dataclass(frozen=True, slots=True)
class Reader:
    """One grammar. `sniff` gets the first characters of a file (a whole small file, at most `lines.HEAD` of a large one)
    and says whether the file is written in this grammar; `read` gets its lines, line ends included, and where they come
    from. Bytes that are no UTF-8 arrive as lone surrogates, as `errors="surrogateescape"` leaves them. Where the file is
    damaged the lines end with a ReadError, which `read` lets pass, and with it what it had begun.
    """

    name: str
    grammar: str  # a phrase for messages
    sniff: Callable[[str], bool]
    read: Callable[[Iterable[str], Dump], Iterator[Read]]
    by_lines: bool = True  # False: lines may come in pieces of at most `lines.PIECE` characters
    # Whether a file whose columns the user has named is written in this grammar, where that makes a difference.
    sniff_columns: Callable[[str, Mapping[str, str]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Dump:
    """A file under way. `path` is what errors name, as given; `name` what sources name, so that a paper keeps its source
    when the same file is read from another folder. `year` is the year of dates that leave theirs out, `columns` the
    column or key that holds a field (`{"title": "Name"}`), where the user gave them.
    """

    path: str
    name: str
    year: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def error(self, line: int | None, found: str, *, expected: str = "", remedy: str = "") -> ReadError:
        """A problem in this file, as a value to yield."""
        return ReadError(self.path, shown(found), line=line, expected=shown(expected), remedy=shown(remedy))

    def paper(
        self,
        line: int,
        abstract: str,
        *,
        title: str | None = None,
        authors: tuple[str, ...] = (),
        author_count: int | None = None,
        organisation: str | None = None,
        date: dt.date | None = None,
        year: int | None = None,
        arxiv_id: str | None = None,
        doi: str | None = None,
        comment: str | None = None,
        upvotes: int | None = None,
        url: str | None = None,
    ) -> Read:
        """The paper of these raw values, its texts cleaned, or the ReadError that says why there is none."""
        raw = [abstract, title or "", organisation or "", comment or "", url or "", *authors]
        if any(has_bad_bytes(text) for text in raw):
            return self.error(
                line, "bytes that are not UTF-8 text", expected="UTF-8", remedy="Save the file as UTF-8 and add it again."
            )
        if max(map(len, raw)) > LONGEST_TEXT:
            found = f"a text of {max(map(len, raw)):,} characters in one record"
            return self.error(line, found, expected="an abstract", remedy="Cut the record down to its abstract.")
        cleaned = clean(abstract)
        if not any(c.isalnum() for c in cleaned):
            return self.error(line, "a record without an abstract", remedy="Add the abstract's text, or leave the record out.")
        names = tuple(name for name in map(clean, authors) if name)
        return Paper(
            id=paper_id(cleaned, arxiv_id=arxiv_id, doi=doi),
            abstract=cleaned,
            title=clean(title or "") or None,
            authors=names,
            author_count=author_count if author_count is not None else len(names) or None,
            organisation=clean(organisation or "") or None,
            date=date,
            year=date.year if date else year,
            arxiv_id=arxiv_id,
            doi=doi,
            comment=clean(comment or "") or None,
            upvotes=upvotes,
            url=url,
            sources=(Source(self.name, line),),
        )


def has_bad_bytes(text: str) -> bool:
    """Whether `text` holds what `surrogateescape` or `without_surrogates` put in place of a byte that was no UTF-8."""
    return not text.isascii() and (_BAD in text or any("\udc80" <= c <= "\udcff" for c in text))


def without_surrogates(text: str) -> str:
    """`text` as parsers that work on UTF-8 accept it; `has_bad_bytes` still tells what was no UTF-8."""
    return text if text.isascii() else "".join(_BAD if "\ud800" <= c <= "\udfff" else c for c in text)


def ends_complete(text: str) -> bool:
    """Whether `text` ends the way an abstract does: with punctuation, a closing quotation mark or bracket, or an address."""
    last = text.rstrip().rsplit(None, 1)[-1:]
    return bool(last) and (last[0][-1] in ".!?…。！？)]}>\"'”’»" or "://" in last[0])


def is_cut(last_line: str, text: str) -> bool:
    """Whether a file that ends with `last_line` seems to break off inside `text`, its last record.

    A file that somebody finished ends with a line end, or its last text ends as a sentence or a whole address does.
    """
    return not last_line.endswith(("\n", "\r")) and (
        _ENDED.search(text.rstrip()) is None or _ABBREVIATED.search(text) is not None
    )
