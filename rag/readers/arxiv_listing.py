"""Abstracts, each closed by a line with its arXiv id; the next abstract may follow on that same line.

    Recommending things is hard. …            <- abstract of 2407.02833
    ACL 2024 Findings                         <- its comment, if it has one
    arXiv:2407.02833Following instructions …  <- closes the paper above and opens the next one

An id belongs to the text before it. A file that begins with an id could be read both ways and is refused: citing a
paper under its neighbour's id is worse than not reading it. For the same reason an id is
refused where the text before it stops in the middle of a sentence and the text behind it seems to go on with that sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.readers.dump import Dump, Read, Reader, ends_complete
from rag.readers.identifiers import ARXIV
from rag.readers.prose import is_code

LONGEST_COMMENT = 200  # characters

# The stamp in the margin of a first page has category and day behind the id: `arXiv:2407.02833v1 [cs.CL] 3 Jul 2024`.
_STAMP = r"(?:\s*\[[a-z-]+(?:\.[A-Za-z-]{2,})?\](?:\s+\d{1,2} [A-Z][a-z]{2} \d{4})?)?"
_ID = re.compile(rf"[\s\ufeff\u200b]*(?i:arXiv):\s*{ARXIV}{_STAMP}\s*")
_BROKEN_ID = re.compile(r"[\s\ufeff\u200b]*(?i:arXiv):\s*\d")
_CLOSING = tuple(",;)]")  # behind an id these belong to the sentence it stands in
_REMARK = re.compile(
    r"(?i:\b(accepted|published|(to )?appear(s|ed|ing)?|presented|submitted|(in )?proceedings|findings|conference|workshop"
    r"|symposium|journal|camera.ready|preprint|under review|work in progress|technical report|withdrawn"
    r"|\d+ (pages?|figures?|tables?))\b)"
    r"|\b[A-Z][A-Za-z-]*[A-Z][A-Za-z-]* ?('\d\d|(19|20)\d\d)\b"
)


def sniff(head: str) -> bool:
    """Some line begins with an arXiv id, and the text before or behind it is prose."""
    lines = head.split("\n")
    return not is_code(head) and any(_ID.match(line) for line in lines) and max(len(line.split()) for line in lines) >= 8


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each id line, in the order of the file."""
    text: list[tuple[int, str]] = []
    seen = broken = False
    for number, line, following in _with_next(lines):
        m = _ID.match(line)
        if m is not None and text and line[m.end() : m.end() + 1] in _CLOSING:
            text.append((number, line.strip()))
        elif m is not None and _is_in_sentence(text) and (line[m.end() :] or following)[:1].islower():
            found = f"arXiv:{m[1]} in the middle of a sentence; the abstracts before and behind it are left out"
            yield dump.error(number, found, expected="an id behind its abstract", remedy="Join the lines of that sentence.")
            text, broken = [], True
        elif m is None and _BROKEN_ID.match(line):
            found = "an arXiv id that cannot be read; the abstracts before and behind it are left out"
            yield dump.error(number, found, expected="an id such as arXiv:2407.02833", remedy="Correct the id.")
            text, broken = [], True
        elif m is None:
            if line.strip():
                text.append((number, line.strip()))
        elif not (text or seen or broken):
            found = "an arXiv id at the very beginning, so that no id is sure to belong to the text before it"
            expected = "each abstract followed by a line with its arXiv id"
            yield dump.error(number, found, expected=expected, remedy="Put each id behind its own abstract.")
            return
        else:
            if not broken:
                yield _record(text, number, m[1], dump)
            rest = line[m.end() :].strip()
            text = [(number, rest)] if rest else []
            seen, broken = True, False
    if text and not broken:
        expected = "a line that begins with `arXiv:` and the paper's id"
        remedy = "Add the rest and the id; without it the paper cannot be told from others."
        yield dump.error(text[0][0], "an abstract without its arXiv id at the end of the file", expected=expected, remedy=remedy)


def _with_next(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Number, line, and the line behind it."""
    number, held = 0, None
    for line in lines:
        if held is not None:
            yield number, held, line
        number, held = number + 1, line
    if held is not None:
        yield number, held, ""


def _is_in_sentence(text: list[tuple[int, str]]) -> bool:
    """Whether the last line of an open record ends in the middle of a sentence, and is no comment."""
    if not text or ends_complete(text[-1][1]):
        return False
    return len(text) < 2 or not _is_comment(text[-1][1], text[-2][1])


def _record(text: list[tuple[int, str]], number: int, arxiv_id: str, dump: Dump) -> Read:
    if not text:
        expected = "the abstract before its id"
        return dump.error(
            number, f"arXiv:{arxiv_id} with no abstract", expected=expected, remedy="Add the abstract above the id."
        )
    comments: list[str] = []
    while len(text) > 1 and _is_comment(text[-1][1], text[-2][1]):
        comments.insert(0, text.pop()[1])
    body = " ".join(line for _, line in text)
    if len(text) == 1 and len(body) <= LONGEST_COMMENT and _REMARK.search(body) and not ends_complete(body):
        return dump.error(
            text[0][0], f"arXiv:{arxiv_id} with a comment and no abstract", remedy="Add the abstract above the comment."
        )
    return dump.paper(text[0][0], body, arxiv_id=arxiv_id, comment="; ".join(comments) or None)


def _is_comment(line: str, before: str) -> bool:
    """A short line that names a venue or pages, or stands behind a finished sentence without being one itself."""
    if len(line) > LONGEST_COMMENT:
        return False
    if ends_complete(line):
        return ends_complete(before) and _REMARK.match(line) is not None
    return ends_complete(before) or _REMARK.search(line) is not None


READER = Reader("arxiv_listing", "abstracts each followed by a line with its arXiv id", sniff, read)
