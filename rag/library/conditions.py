"""What may be asked of papers beside their text: conditions that all must hold, and an order by a field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that are set must hold. Bounds include their ends. A paper whose field is unknown does not match a condition on it.

    `organisation`, `venue` and `file` match anywhere in the field, `author` as whole words, all without regard to case.
    `min_sources` counts the files a paper was read from. The `has_…` conditions ask whether a field is known at all; authors
    are where their names or their number is. Where `within` is set, no other papers match, and none where it is empty.

    Of every group in `any_of` at least one must hold. None of `none_of` may hold, nor be possible: a paper without a date is
    not known to be from another year than 2024. Only names are taken for absent where the field is empty, since most papers
    have no organisation.
    """

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    min_upvotes: int | None = None
    max_upvotes: int | None = None
    min_authors: int | None = None
    max_authors: int | None = None
    organisation: str | None = None
    author: str | None = None
    venue: str | None = None
    file: str | None = None
    min_sources: int | None = None
    ids: tuple[str, ...] = ()
    has_title: bool | None = None
    has_date: bool | None = None
    has_arxiv_id: bool | None = None
    has_doi: bool | None = None
    has_authors: bool | None = None
    has_organisation: bool | None = None
    has_venue: bool | None = None
    has_upvotes: bool | None = None
    within: tuple[str, ...] | None = None
    any_of: tuple[tuple[Conditions, ...], ...] = ()
    none_of: tuple[Conditions, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, own.name) not in (None, ()) for own in fields(self))

    @property
    def dated(self) -> bool:
        """Whether a date is wanted, or unwanted."""
        return any(part.date_from or part.date_to for part in self.parts())

    def parts(self) -> Iterator[Conditions]:
        """These conditions, and those in `any_of` and `none_of`."""
        yield self
        for own in (*(each for group in self.any_of for each in group), *self.none_of):
            yield from own.parts()


@dataclass(frozen=True, slots=True)
class Order:
    """A ranking by a field. `field` is `upvotes`, `date` or `author_count`. `limit` as asked, or None. Papers without the field
    are left out, except where `whole` says that a list was to be sorted, not cut: then they come last."""

    field: str
    descending: bool
    limit: int | None
    whole: bool = False
