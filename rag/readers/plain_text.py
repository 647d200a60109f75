"""Plain text and Markdown in which abstracts can be told from everything else: the last resort, and a cautious one.

- One file a paper: a title and one abstract in a few paragraphs; or a heading `Abstract` and what stands under it, the rest of
  the paper being left alone. Lines such as `Authors: …`, `DOI: …` and front matter are read too.
- One paragraph a paper: nearly every paragraph reads as an abstract; a short line directly before one is its title.

A file with many other long paragraphs, with code or with tags, is something else, and is not read (`rag.readers.prose`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader, is_cut
from rag.readers.identifiers import ARXIV, doi
from rag.readers.lines import HEAD
from rag.readers.names import separate
from rag.readers.prose import ENOUGH, MOST_WORDS, is_something_else, points, reads_as_abstract
from rag.readers.titles import LONGEST_TITLE, is_title

LONG = 25  # words from which a paragraph has to read as an abstract
MOSTLY = 8  # abstracts to one long paragraph that is none
PARAGRAPHS = 5  # of one abstract, at most

_MARKED = re.compile(r"#{1,6}\s+\S|\*\*[^*]+\*\*:?$|__[^_]+__:?$")  # a heading, as Markdown marks it
_HEADING = re.compile(r"(?:#{1,6}\s+|\*\*|__)?(?:\d{1,2}(?:\.\d+)*\.?\s+)?(.{1,300}?)(?:\*\*|__)?\s*#*")
_ABSTRACT = re.compile(r"(?:#{1,6}\s*)?[*_]{0,2}abstract[*_]{0,2}\s*[:.—–-]?[*_]{0,2}(?:\s+|$|(?<=[:.—–*_-]))", re.IGNORECASE)
_SECTION = re.compile(
    r"(?:[1I]\.?\s+)?(?:introduction|keywords?|index terms|ccs concepts|references|contents|acknowledge?ments?)\b.{0,200}",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\W*(title|authors?|by|doi|arxiv(?: id)?|date|published|year|url|link|journal|venue|conference|keywords?)\W*?\s*[:：]"
    r"\s*(?:\*\*)?\s*(.+)",
    re.IGNORECASE,
)
_ARXIV = re.compile(rf"\barXiv:\s*{ARXIV}|arxiv\.org/(?:abs|pdf)/{ARXIV}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    line: int
    text: str  # its lines, stripped

    @property
    def first(self) -> str:
        return self.text.split("\n", 1)[0]

    @property
    def words(self) -> int:
        return len(self.text.split())


def sniff(head: str) -> bool:
    """Nearly all long paragraphs read as abstracts, or one stands under a heading `Abstract`; and nothing is code."""
    paragraphs = list(_paragraphs(head.splitlines()))
    if len(head) >= HEAD and len(paragraphs) > 1:
        paragraphs.pop()  # it may be cut off
    others = [paragraph for paragraph in paragraphs if not reads_as_abstract(paragraph.text)]
    if is_something_else("\n".join(paragraph.text for paragraph in others)):
        return False
    strange = sum(paragraph.words >= LONG for paragraph in others)
    return _headed(paragraphs) is not None or len(paragraphs) - len(others) > MOSTLY * strange


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields one paper, or a paper for each paragraph. Text that is neither abstract nor title is reported."""
    last = [""]
    source, ahead, length = _remembering(lines, last), list[str](), 0
    while length < HEAD and (line := next(source, "")):
        ahead.append(line)
        length += len(line)
    paragraphs = list(_paragraphs(ahead))
    headed = _headed(paragraphs)
    if headed is not None:
        yield _paper(paragraphs[:headed], _body(paragraphs, headed), dump)
    elif length >= HEAD or (parts := _one_paper(paragraphs)) is None:
        yield from _each(_paragraphs(itertools.chain(ahead, source)), last, dump)
    elif is_cut(last[0], parts[1][-1].text):
        yield _broken(parts[1][0], dump)
    else:
        yield _paper(*parts, dump)


def _paragraphs(lines: Iterable[str]) -> Iterator[_Paragraph]:
    """What stands between empty lines. A heading of Markdown is a paragraph of its own, and so is a line of great length."""
    held, began = list[str](), 0
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        alone = _MARKED.match(text) is not None or len(text) > 400
        if held and (not text or alone):
            yield _Paragraph(began, "\n".join(held))
            held = []
        if alone:
            yield _Paragraph(number, text)
        elif text and not re.fullmatch(r"[-=_*#]{3,}", text):
            began = began if held else number
            held.append(text)
    if held:
        yield _Paragraph(began, "\n".join(held))


def _remembering(lines: Iterable[str], last: list[str]) -> Iterator[str]:
    for line in lines:
        last[0] = line
        yield line


def _each(paragraphs: Iterator[_Paragraph], last: list[str], dump: Dump) -> Iterator[Read]:
    """One paragraph a paper. `last` holds the line read last."""
    title: _Paragraph | None = None
    for paragraph in paragraphs:
        if reads_as_abstract(paragraph.text):
            cut = last[0].strip() and paragraph.text.endswith(last[0].strip()) and is_cut(last[0], paragraph.text)
            yield _broken(paragraph, dump) if cut else _paper([title] if title else [], [paragraph], dump)
            title = None
            continue
        if title is not None:
            yield _stray(title, dump)
        title = paragraph if _is_title(paragraph) else None
        if title is None:
            yield _stray(paragraph, dump)
    if title is not None:
        yield _stray(title, dump)


def _one_paper(paragraphs: list[_Paragraph]) -> tuple[list[_Paragraph], list[_Paragraph]] | None:
    """What stands around the abstract, and its paragraphs, where all the long paragraphs follow one another behind a title."""
    long = [i for i, paragraph in enumerate(paragraphs) if paragraph.words >= LONG]
    if not long or len(long) > PARAGRAPHS or _title(paragraphs[: long[0]]) is None:
        return None
    first, last = long[0], long[-1]
    if long != list(range(first, last + 1)) or sum(paragraphs[i].words for i in long) > MOST_WORDS:
        return None
    return paragraphs[:first] + paragraphs[last + 1 :], paragraphs[first : last + 1]


def _headed(paragraphs: list[_Paragraph]) -> int | None:
    """The paragraph that is headed `Abstract`, or is that heading; None where there is none, or more than one."""
    found = [i for i, paragraph in enumerate(paragraphs) if _is_heading(paragraph)]
    if len(found) != 1:
        return None
    text = " ".join(paragraph.text for paragraph in _body(paragraphs, found[0]))
    return found[0] if len(text.split()) >= LONG and points(text) >= ENOUGH else None


def _is_heading(paragraph: _Paragraph) -> bool:
    """`## Abstract`, `Abstract` alone on its line, or `Abstract: …`; `Abstract reasoning is …` is none."""
    m = _ABSTRACT.match(paragraph.first)
    return m is not None and (m.end() == len(paragraph.first) or not m[0].strip()[-1].isalpha())


def _body(paragraphs: list[_Paragraph], at: int) -> list[_Paragraph]:
    """The paragraphs of the abstract behind the heading, the first of which may begin with it."""
    first = paragraphs[at]
    m = _ABSTRACT.match(first.text)
    rest = first.text[m.end() :].strip() if m else ""
    body = [_Paragraph(first.line, rest)] if rest else []
    for paragraph in paragraphs[at + 1 :]:
        if len(body) >= PARAGRAPHS or paragraph.words < 8 or _MARKED.match(paragraph.text) or _SECTION.fullmatch(paragraph.first):
            break
        body.append(paragraph)
    return body


def _paper(around: list[_Paragraph], body: list[_Paragraph], dump: Dump) -> Read:
    """The paper of an abstract and of what stands around it: a title, and lines such as `Authors: …`."""
    said: dict[str, str] = {}
    for line in (line for paragraph in around for line in paragraph.text.split("\n")):
        if m := _LABELLED.fullmatch(line):
            said.setdefault(m[1].lower().removesuffix("s"), m[2].strip().strip("*\"'").strip())
    title = _title(around)
    ids = {m[1] or m[2] for paragraph in around for m in _ARXIV.finditer(paragraph.text)}
    dated = record_date(next((said[name] for name in ("date", "published", "year") if name in said), None))
    return dump.paper(
        min((*around, *body), key=lambda paragraph: paragraph.line).line,
        " ".join(" ".join(paragraph.text.split()) for paragraph in body),
        title=title if title and len(title) <= LONGEST_TITLE else None,
        authors=separate(said.get("author", said.get("by", ""))),
        date=dated[0] if dated else None,
        year=dated[1] if dated else None,
        arxiv_id=ids.pop() if len(ids) == 1 else None,
        doi=doi(said.get("doi")) or doi(said.get("url")),
        comment=next((said[name] for name in ("journal", "venue", "conference") if name in said), None),
    )


def _title(around: list[_Paragraph]) -> str | None:
    """What is labelled as the title, or the first paragraph that could be one."""
    lines = (line for paragraph in around for line in paragraph.text.split("\n"))
    labelled = next((m[2].strip("*\"' ") for m in map(_LABELLED.fullmatch, lines) if m and m[1].lower() == "title"), None)
    return labelled or next((_bare(paragraph.text) for paragraph in around if _is_title(paragraph)), None)


def _is_title(paragraph: _Paragraph) -> bool:
    text = _bare(paragraph.text)
    shortest = 1 if _MARKED.match(paragraph.text) else 2
    return shortest <= len(text.split()) < LONG and _LABELLED.match(paragraph.text) is None and is_title(text, None)


def _bare(text: str) -> str:
    m = _HEADING.fullmatch(" ".join(text.split()))
    return m[1] if m else ""


def _stray(paragraph: _Paragraph, dump: Dump) -> Read:
    found = f"text that is neither an abstract nor a title ({' '.join(paragraph.text.split())[:60]})"
    return dump.error(paragraph.line, found, expected="a paragraph a paper", remedy="Remove it, or complete the abstract.")


def _broken(paragraph: _Paragraph, dump: Dump) -> Read:
    remedy = "Add the rest; if the abstract is complete, end the file with a line end."
    return dump.error(paragraph.line, "an abstract that breaks off at the end of the file", remedy=remedy)


READER = Reader("plain_text", "paragraphs that are abstracts", sniff, read)
