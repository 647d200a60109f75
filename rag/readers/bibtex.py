r"""BibTeX and BibLaTeX: what Zotero, JabRef and Google Scholar export, and the ACL Anthology with abstracts.

bibtexparser parses one block at a time (from an `@article{` at the start of a line to the next), so that memory does not grow
with the file and a broken entry costs only itself. `@string` abbreviations are kept for the entries behind them. Text outside
of entries is a comment, as BibTeX has it.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.errors import ReadError
from rag.readers.dates import month_number, record_date
from rag.readers.dump import Dump, Read, Reader
from rag.readers.identifiers import arxiv_id, doi, stated_arxiv_id
from rag.readers.markup import untagged
from rag.readers.prose import is_something_else
from rag.readers.records import address

LONGEST_BLOCK = 2_000_000  # characters of one entry
LONGEST_REMARK = 4_000  # characters before the first one; a README may hold an entry too

_BLOCK = re.compile(r"[ \t]*@[ \t]*(\w+)[ \t]*[{(]")
_ENTRY = re.compile(
    r"^[ \t]*@(?:\w+[ \t]*\{|(?:article|book|in\w+|misc|conference|\w+thesis|techreport)[ \t]*\()"
    r"\s*[^\s{}()\",=]+\s*,\s*[\w-]+\s*=",
    re.MULTILINE | re.IGNORECASE,
)
_STRING = re.compile(r"^[ \t]*@string[ \t]*[{(]\s*[\w:-]+\s*=\s*[{\"]", re.MULTILINE | re.IGNORECASE)
_BARE = re.compile(r"=\s*([A-Za-z][\w:.-]*)\s*(?=[,})#\n])")
_TIE = re.compile(r"(?<=[\w.,;)}])(?<!\\)~(?=[\w\\{$(])")  # between words a tie; elsewhere `~` may mean "about"
_TILDE = re.compile(r"\\~(?:\{([A-Za-z])\}|([A-Za-z]))")  # bibtexparser takes the accent of `Nu\~nez` for a tie
_VENUES = ("journal", "journaltitle", "booktitle", "school", "institution", "howpublished")


def sniff(head: str) -> bool:
    """Some line begins an entry with a key and a field, or an abbreviation, and nothing but a few remarks comes before."""
    m = _STRING.search(head) or _ENTRY.search(head)
    return m is not None and m.start() <= LONGEST_REMARK and not is_something_else(head[: m.start()])


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each entry with an abstract, and a ReadError for each without one."""
    # It logs what it skips; here that becomes a ReadError.
    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
    strings: dict[str, str] = {}  # abbreviation in lower case -> the block that defines it
    for block, line, whole in _blocks(lines):
        if len(block) > LONGEST_BLOCK:
            found = f"an entry of more than {LONGEST_BLOCK:,} characters"
            yield dump.error(line, found, expected="one paper", remedy="Look for a brace that is never closed.")
        else:
            yield from _entries(block, line, whole, strings, dump)


def _blocks(lines: Iterable[str]) -> Iterator[tuple[str, int, bool]]:
    """Each block, the line on which it begins, and whether another one follows it."""
    held, length, began = list[str](), 0, 0
    for number, line in enumerate(lines, start=1):
        if _BLOCK.match(line):
            if held:
                yield "".join(held), began, True
            held, length, began = [], 0, number
        elif not began:
            continue
        if length <= LONGEST_BLOCK:  # what comes behind is only passed over
            held.append(line)
            length += len(line)
    if held:
        yield "".join(held), began, False


def _entries(block: str, line: int, whole: bool, strings: dict[str, str], dump: Dump) -> Iterator[Read]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateFieldKeyBlock, Entry, ParsingFailedBlock, String

    used = dict.fromkeys(name.lower() for name in _BARE.findall(block))
    prefix = "".join(strings[name] for name in used if name in strings)
    first = line - prefix.count("\n")
    try:
        library = parse_string(prefix + block)
    except Exception as error:  # its own last resort is to raise whatever happened
        yield dump.error(line, f"an entry that cannot be read ({type(error).__name__})", remedy="Correct it, or remove it.")
        return
    for block_read in library.blocks:
        # Of two equal fields in an entry the first one counts.
        part = block_read.ignore_error_block if isinstance(block_read, DuplicateFieldKeyBlock) else block_read
        if part is None:
            continue
        at = first + max(part.start_line or 0, 0)
        if isinstance(part, Entry):
            yield from _paper({f.key.lower(): f.value for f in reversed(part.fields)}, part, at, dump)
        elif isinstance(part, String):
            strings[part.key.lower()] = f"@string{{{part.key} = {{{part.value}}}}}\n"
        elif isinstance(part, ParsingFailedBlock):
            cut = "" if whole else " that breaks off at the end of the file"
            reason = getattr(part.error, "abort_reason", "") or "it cannot be parsed"
            found = f"an entry{cut} ({' '.join(str(reason).split())[:120].rstrip('.')})"
            yield dump.error(at, found, expected="balanced braces", remedy="Correct it; the other entries are read.")


def _paper(fields: Mapping[str, Any], entry: Any, line: int, dump: Dump) -> Iterator[Read]:
    values = {name: _TIE.sub(" ", value) for name, value in fields.items() if isinstance(value, str)}
    abstract, title = values.get("abstract", ""), values.get("title", "")
    if subtitle := values.get("subtitle"):
        title = f"{title}: {subtitle}"
    if not abstract.strip():
        found = f"a record without an abstract ({' '.join((title or entry.key).split())[:60]})"
        yield dump.error(line, found, expected="an `abstract` field", remedy="Export with abstracts, or leave the record out.")
        return
    written = values.get("date") or values.get("year") or ""
    date, year = _date(values)
    venue = next((values[name] for name in _VENUES if values.get(name)), None)
    paper = dump.paper(
        line,
        untagged(abstract),
        title=untagged(title),
        authors=tuple(_names(values.get("author", ""))),
        organisation=values.get("organization"),
        date=date,
        year=year,
        arxiv_id=_arxiv_id(values),
        doi=doi(values.get("doi", "").replace("\\_", "_").replace("{", "").replace("}", "")) or doi(values.get("url")),
        comment=venue if stated_arxiv_id(venue) is None else None,
        url=address(_bare_address(values.get("url") or values.get("howpublished") or "")),
    )
    yield paper
    if written.strip() and year is None and not isinstance(paper, ReadError):
        found = f"a date that cannot be understood ({written[:40]})"
        yield dump.error(line, found, expected="a year such as 2024", remedy="The paper is read without a date.")


def _names(text: str) -> Iterator[str]:
    """`Lovelace, Ada and {The Cat Lab} and others` -> Ada Lovelace, The Cat Lab."""
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    for name in split_multiple_persons_names(_TILDE.sub(lambda m: f"{{\\~{m[1] or m[2]}}}", " ".join(text.split()))):
        if name.strip() and name.strip() != "others":
            yield parse_single_name_into_parts(name, strict=False).merge_first_name_first


def _date(values: Mapping[str, str]) -> tuple[dt.date | None, int | None]:
    """BibLaTeX's `date`, or year, month and day; `month = "17~" # jul` and `month = "July 17"` give a day too."""
    if (read := record_date(values.get("date"))) is not None:
        return read
    read = record_date(values.get("year", "").strip("{} ")) or record_date(values.get("date", "")[:4])
    if read is None or read[1] is None:
        return None, None
    month = month_number(values.get("month", ""))
    day = re.search(
        r"(?<![\d])([0-9]{1,2})(?![\d])", values.get("day", "") or re.sub(r"^\W*[0-9]{1,2}\W*$", "", values.get("month", ""))
    )
    try:
        return (dt.date(read[1], month, int(day[1])) if month and day else None), read[1]
    except ValueError:
        return None, read[1]


def _arxiv_id(values: Mapping[str, str]) -> str | None:
    kind = (values.get("eprinttype") or values.get("archiveprefix") or "arxiv").strip().lower()
    named = arxiv_id(values.get("eprint")) if kind == "arxiv" else None
    given = (arxiv_id(values.get(name)) for name in ("arxiv", "arxivid", "doi", "url"))
    stated = (stated_arxiv_id(values.get(name)) for name in ("note", "number", "journal", "journaltitle", "howpublished"))
    return named or next((found for found in (*given, *stated) if found), None)


def _bare_address(text: str) -> str:
    m = re.fullmatch(r"\s*(?:\\url\{)?(.*?)\}?\s*", text, re.DOTALL)
    return re.sub(r"\\([_%&#~])", r"\1", m[1]) if m else text


READER = Reader("bibtex", "BibTeX", sniff, read)
