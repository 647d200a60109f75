"""Saved pages of a daily-papers site: some header lines, then records of title, abstract and, usually, trailing lines.

    Layer Normalization                <- title
                                          (empty line)
    Training is expensive. …           <- abstract, in one paragraph or several
                                          (empty line)
      • 3 authors                      <- or `naver-ai NAVER AI Lab`: handle and name of an organisation
    ·
    Jul 21, 2016 5                     <- date; its year only where it is not the running one; a last number is upvotes

The trailing lines cannot be mistaken, so they are found first, and what lies between two of them is divided: normally
one title and one abstract, but a record may lack its trailing lines, and the next title then follows the abstract.
The site leaves out the running year. That is the year after the latest one written out on the page, unless the caller
says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from rag.errors import ReadError
from rag.readers.cleaning import clean
from rag.readers.dates import PageDate, page_date
from rag.readers.dump import LONGEST_TEXT, Dump, Read, Reader, ends_complete, is_cut
from rag.readers.titles import LONGEST_TITLE, is_title

UNWRAPPED = 200  # a page with a line longer than this was not wrapped by an editor: there every line is a paragraph

_DOT = "·"
_AUTHORS = re.compile(r"(.*?)\s*•\s*(\d{1,5}) authors?")
_CUT_AUTHORS = re.compile(r"•(\s*\d*(\s[a-z]*)?)?")
_ANCHORS = re.compile(r"daily papers|by\s?.{1,30} and the research community", re.IGNORECASE)
_HEADER = re.compile(r"new|get trending papers in your email inbox!?|subscribe|trending papers|log ?in|sign ?up", re.IGNORECASE)
LONGEST_HEADER_LINE = 80
LONGEST_ORGANISATION = 80


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str  # cleaned: what is compared
    raw: str  # as read: what papers are made of
    after_gap: bool


@dataclass(frozen=True, slots=True)
class _Trailer:
    """The trailing lines of one record, `lines[start:end]`."""

    start: int
    end: int
    authors: int | None
    organisation: str | None
    date: PageDate | None
    written: str | None  # the date line as it stands


def sniff(head: str) -> bool:
    """The site's header, or trailing lines as only this site has them."""
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    if any(_AUTHORS.fullmatch(clean(line)) for line in lines if "author" in line and len(line) < 200):
        return True
    dots = (i for i, line in enumerate(lines[:-1]) if len(line) < 5 and clean(line) == _DOT)
    if any(page_date(clean(lines[i + 1])) for i in dots):
        return True
    return sum(_ANCHORS.fullmatch(clean(line)) is not None for line in lines[:40] if len(line) < LONGEST_HEADER_LINE) >= 2


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields the papers of one page in its order; the page is held in memory, since its years are only known at its end."""
    page, last = _lines(lines)
    trailers = _trailers(page)
    years = [t.date.year for t in trailers if t.date and t.date.year]
    running = dump.year or (max(years) + 1 if years else None)
    wrapped = max((len(line.text) for line in page), default=0) <= UNWRAPPED
    found = first = 0
    for trailer in trailers:
        first = _after_header(page, first, trailer.start)
        for read in _segment(page[first : trailer.start], trailer, running, wrapped, dump):
            found += 1
            yield read
        first = trailer.end
    rest = page[_after_header(page, first, len(page)) :]
    cut = rest.pop() if rest and trailers and _CUT_AUTHORS.fullmatch(rest[-1].text) else None
    for read in _segment(rest, None, running, wrapped, dump, cut_in=last):
        found += 1
        yield read
    if cut is not None:
        yield dump.error(
            cut.number, "trailing lines that break off", remedy="Save the page again; the paper is read without them."
        )
    if not found:
        remedy = "Save the page again once it has loaded."
        yield dump.error(None, "a page without papers", expected="titles and abstracts", remedy=remedy)
    undated = next((t for t in trailers if t.date and t.date.year is None), None) if running is None else None
    if undated is not None:
        remedy = "Its papers are read without dates; name the year of the page (--year) to have them."
        yield dump.error(page[undated.end - 1].number, "dates without a year, and no year on the whole page", remedy=remedy)


def _lines(lines: Iterable[str]) -> tuple[list[_Line], str]:
    """The lines that hold something, and the last line of all as it was read."""
    held: list[_Line] = []
    gap, last = True, "\n"
    with suppress(ReadError):  # a damaged file gives what could be read of it; the damage itself is reported elsewhere
        for number, line in enumerate(lines, start=1):
            last = line
            text = clean(line[: LONGEST_TEXT + 1])  # a longer one is refused when a paper is made of it
            if text:
                held.append(_Line(number, text, line.strip(), gap))
            gap = not text
    return held, last


def _trailers(page: list[_Line]) -> list[_Trailer]:
    found: list[_Trailer] = []
    i = floor = 0  # floor: where the lines of the record under way begin
    while i < len(page):
        m = _AUTHORS.fullmatch(page[i].text)
        if m is None and page[i].text != _DOT:
            i += 1
            continue
        start, authors = i, int(m[2]) if m else None
        organisation = m[1] or None if m else None
        if organisation is None and i - floor >= 3 and not page[i].after_gap and _is_organisation(page[i - 1], page[i - 2]):
            organisation, start = page[i - 1].text, i - 1
        end = i + 1
        if m and end < len(page) and page[end].text == _DOT:
            end += 1
        dotted = page[end - 1].text == _DOT
        date, written = None, None
        if end < len(page):
            date = page_date(page[end].text)
            if date or (dotted and not page[end].after_gap and len(page[end].text) <= 20):
                written = page[end].text
                end += 1
                if date and end < len(page) and page[end].text.isdecimal() and not page[end].after_gap:
                    date = replace(date, upvotes=int(page[end].text[:9]))
                    end += 1
        found.append(_Trailer(start, end, authors, _name(organisation), date, written))
        i = floor = end
    return found


def _is_organisation(line: _Line, before: _Line) -> bool:
    apart = line.after_gap or ends_complete(before.text)
    return apart and len(line.text) <= LONGEST_ORGANISATION and line.text[-1] not in ".!?:;," and "://" not in line.text


def _name(organisation: str | None) -> str | None:
    """`naver-ai NAVER AI Lab` -> `NAVER AI Lab`: the name without the handle in front of it."""
    if organisation is None:
        return None
    handle, _, name = organisation.partition(" ")
    letters = re.sub(r"[\W_]", "", handle).casefold()
    is_handle = handle == handle.lower() or re.sub(r"[\W_]", "", name).casefold().startswith(letters)
    return name if name and is_handle else organisation


def _after_header(page: list[_Line], start: int, end: int) -> int:
    """Where the first record of `page[start:end]` begins: behind the site's header and the day the page is of.

    Pages may stand one behind the other in a file, so there may be a header in front of any record.
    """
    first, anchored = start, False
    for i, line in enumerate(page[start : min(end, start + 40)], start):
        if len(line.text) > LONGEST_HEADER_LINE:
            break
        if _ANCHORS.fullmatch(line.text):
            first, anchored = i + 1, True
        elif first == i and (start == 0 or anchored) and _HEADER.fullmatch(line.text):
            first = i + 1
    if first < end and page_date(page[first].text) and _is_day_of_page(page[first + 1 : end], anchored, start == 0):
        first += 1
    return first


def _is_day_of_page(lines: list[_Line], anchored: bool, at_top: bool) -> bool:
    """Whether the date above `lines` is the page's, and not the title of a paper: then a title and a text still follow."""
    if not lines or not (anchored or at_top):
        return anchored
    if anchored and any(line.after_gap for line in lines[1:]):
        return True
    return is_title(lines[0].text, lines[1].text if lines[1:] else None)


def _segment(
    lines: list[_Line], trailer: _Trailer | None, running: int | None, wrapped: bool, dump: Dump, *, cut_in: str = "\n"
) -> Iterator[Read]:
    """The records of the lines before `trailer`, which belongs to the last of them; None at the end of the page."""
    records = _divide(_blocks(lines, wrapped), at_end=trailer is None)
    if trailer and not records:
        yield dump.error(None, "trailing lines without a paper", expected="title and abstract before them", remedy="")
    for k, (title, *paragraphs) in enumerate(records):
        number, text = title[0].number, " ".join(line.raw for block in paragraphs for line in block)
        mine = trailer if k == len(records) - 1 else None
        if not paragraphs or len(title[0].text) > LONGEST_TITLE:
            found = f"one text ({title[0].text[:60]}) where title and abstract belong"
            yield dump.error(number, found, remedy="Add what is missing, or remove the text.")
        elif k == len(records) - 1 and trailer is None and is_cut(cut_in, text):
            remedy = "Save the page again, or add the rest; if the abstract is complete, end the file with a line end."
            yield dump.error(number, "a record that breaks off at the end of the file", remedy=remedy)
        else:
            name = " ".join(line.raw for line in title)
            date = mine.date if mine else None
            yield dump.paper(
                number,
                text,
                title=name,
                author_count=mine.authors if mine else None,
                organisation=mine.organisation if mine else None,
                date=date.on(running) if date else None,
                upvotes=date.upvotes if date else None,
            )
            if mine and (mine.date is None or ((mine.date.year or running) and mine.date.on(running) is None)):
                found = f"a date that cannot be understood ({mine.written})" if mine.written else "trailing lines without a date"
                yield dump.error(
                    number, found, expected="a date such as Jul 17, 2024", remedy="The paper is read without a date."
                )


def _blocks(lines: list[_Line], wrapped: bool) -> list[list[_Line]]:
    """Paragraphs: every line its own, but in a page wrapped by an editor the lines between two empty ones."""
    blocks: list[list[_Line]] = []
    for line in lines:
        if wrapped and blocks and not line.after_gap:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    if len(blocks) == 1 and len(blocks[0]) > 1:  # the empty lines were lost: the first line is the title
        return [blocks[0][:1], blocks[0][1:]]
    return blocks


def _divide(blocks: list[list[_Line]], *, at_end: bool) -> list[list[list[_Line]]]:
    """Blocks to records, each a title and its paragraphs. A record ends where the next title stands.

    That may be at once, where the abstract is missing or the title is: one of the two then stands alone.
    """
    texts = [" ".join(line.text for line in block) for block in blocks]
    records: list[list[list[_Line]]] = []
    title = ""
    for i, block in enumerate(blocks):
        following = texts[i + 1] if i + 1 < len(texts) else None
        full = records and len(records[-1]) >= 2 and (following is not None or at_end)
        half = records and (len(title) > LONGEST_TITLE or len(following or "") > UNWRAPPED)
        last_may_be_cut = at_end and i + 2 == len(texts)  # then its length says nothing
        if not records or ((full or half) and is_title(texts[i], None if last_may_be_cut else following)):
            records.append([block])
            title = texts[i]
        else:
            records[-1].append(block)
    return records


READER = Reader("daily_papers", "a saved page of daily papers: title, abstract, authors, date", sniff, read)
