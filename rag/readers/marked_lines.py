"""One abstract a line behind `Abstract:`, without titles: what copying from abstract pages leaves.

A line without the mark that follows directly continues the abstract above it (a text wrapped by an editor); text after
an empty line belongs to nothing and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.readers.dump import Dump, Read, Reader, is_cut

_MARK = re.compile(r"[\s\ufeff\u200b]*abstract\s*[:：]\s*", re.IGNORECASE)


def sniff(head: str) -> bool:
    """The first line bears the mark, or most lines do. Prose in which an `Abstract:` occurs is something else."""
    lines = [line for line in head.split("\n") if line.strip()]
    marked = sum(_MARK.match(line) is not None for line in lines)
    return bool(lines) and (_MARK.match(lines[0]) is not None or (marked >= 2 and 2 * marked >= len(lines)))


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each marked line, without title."""
    began, text = 0, ""  # the line and the text of the open record; 0 while there is none
    after_gap = reported = False
    last = ""
    for number, line in enumerate(lines, start=1):
        last = line
        mark = _MARK.match(line)
        if mark:
            if began:
                yield dump.paper(began, text)
            began, text = number, line[mark.end() :]
            reported = False
        elif not line.strip():
            after_gap, reported = True, False
            continue
        elif began and (not after_gap or not text.strip()):
            text += " " + line
        elif not reported:
            if began:
                yield dump.paper(began, text)
            began, reported = 0, True  # one message for a paragraph is enough
            expected = "`Abstract:` in front of each abstract"
            yield dump.error(
                number, "text that belongs to no abstract", expected=expected, remedy="Add the mark, or remove the text."
            )
        after_gap = False
    if began and text.strip() and is_cut(last, text):
        remedy = "Add the rest; if the abstract is complete, end the file with a line end."
        yield dump.error(began, "an abstract that breaks off at the end of the file", remedy=remedy)
    elif began:
        yield dump.paper(began, text)


READER = Reader("marked_lines", "one abstract a line behind `Abstract:`", sniff, read)
