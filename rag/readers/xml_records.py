"""XML to the elements that are records, one in memory at a time.

Entity declarations are refused, because a few lines of them can expand to gigabytes and name files of this machine; nothing
outside the file is ever fetched. Characters that XML forbids are left out, as they are from all other texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # which builds; the parsing is defusedxml's

from rag.errors import ReadError
from rag.readers.dump import Dump, Read, without_surrogates
from rag.readers.lines import LONGEST_LINE

CHUNK = 32_768  # characters parsed at once

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def elements(pieces: Iterable[str], tags: frozenset[str], dump: Dump) -> Iterator[tuple[Element, int] | ReadError]:
    """Each element named in `tags` (`{namespace}name`) and the line on which it begins; at the end perhaps a ReadError.

    An element inside another one is part of that one.
    """
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

    target = _Target(tags)
    parser = DefusedXMLParser(target=target)
    target.expat = expat = parser.parser
    fed = 0
    try:
        for chunk in _chunks(pieces):
            data = _FORBIDDEN.sub("", without_surrogates(chunk)) if not chunk.isascii() or _FORBIDDEN.search(chunk) else chunk
            fed += len(data.encode())
            parser.feed(data)
            yield from target.take()
            if fed - (target.began if target.builder else max(expat.CurrentByteIndex, 0)) > LONGEST_LINE:
                found = f"a record or value of more than {LONGEST_LINE:,} characters"
                yield dump.error(target.line or expat.CurrentLineNumber, found, remedy="Remove it.")
                return
        parser.close()
        yield from target.take()
    except ParseError as error:
        yield from target.take()
        line, said = error.position[0], re.sub(r": line \d+, column \d+$", "", str(error))
        cut = "breaks off" if said in ("no element found", "unclosed token") else f"cannot be read on ({said})"
        yield dump.error(line, f"XML that {cut}", remedy="Get the file again; what stands before is read.")
    except DefusedXmlException:
        yield from target.take()
        remedy = "Nothing behind it is read: entities can make a file expand without end. Save it without them."
        yield dump.error(expat.CurrentLineNumber, "an XML entity that the file declares", remedy=remedy)


def records(
    pieces: Iterable[str], tags: frozenset[str], dump: Dump, make: Callable[[Element, int, Dump], Read], none: ReadError
) -> Iterator[Read]:
    """What `make` makes of each element with the line it begins on, errors as they come; `none` where there is no element."""
    found = False
    for item in elements(pieces, tags, dump):
        found = True
        yield item if isinstance(item, ReadError) else make(*item, dump)
    if not found:
        yield none


def text_of(element: Element | None) -> str:
    """The whole text of an element and what is in it, without the tags; empty where there is no element."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _chunks(pieces: Iterable[str]) -> Iterator[str]:
    held, length = list[str](), 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= CHUNK:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


class _Target:
    """What the parser tells its events to: builds the elements wanted, and passes over all else."""

    def __init__(self, tags: frozenset[str]) -> None:
        self.expat: Any = None
        self.builder: TreeBuilder | None = None
        self.line = self.began = 0  # line and byte where the element under way begins
        self._tags = tags
        self._depth = 0
        self._done: list[tuple[Element, int]] = []

    def take(self) -> list[tuple[Element, int]]:
        """The elements completed since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.builder is None:
            if tag not in self._tags:
                return
            self.builder = TreeBuilder()
            self.line, self.began = self.expat.CurrentLineNumber, self.expat.CurrentByteIndex
        self._depth += 1
        self.builder.start(tag, attributes)

    def data(self, data: str) -> None:
        if self.builder is not None:
            self.builder.data(data)

    def end(self, tag: str) -> None:
        if self.builder is None:
            return
        self.builder.end(tag)
        self._depth -= 1
        if self._depth == 0:
            self._done.append((self.builder.close(), self.line))
            self.builder, self.line = None, 0

    def close(self) -> None:
        """Called at the end of the document."""
