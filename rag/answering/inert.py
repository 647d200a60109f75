"""Making a model's words inert while they stream: no markup that a page would run, load or follow.

Removed: hidden thinking (`<think>…</think>`), scripts and styles with their content, HTML tags, images, links whose address is
not one of the evidence's (their text stays), control, zero-width and bidirectional characters. Kept: everything a reader can
read, among it `p < 0.05` and Markdown's emphasis and lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

REMOVED = "‹link removed›"
WAIT_LIMIT = 1000  # characters of an unfinished construct after which it is taken for plain text

_HIDDEN = ("think", "thinking", "thought", "reasoning", "scratchpad", "script", "style")
_BREAKS = ("br", "p", "div", "li", "tr")
# Attributes need a `=`, so that `a <b and c> d` is read as two comparisons.
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?:\s+[^<>]*=[^<>]*|\s*/)?\s*>|<!--.*?-->", re.DOTALL)
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*)>")
_LABEL = re.compile(r"(!?)\[([^\[\]\n]*)\]")
_TARGET = re.compile(r"\( *<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?: +(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))? *\)")
_URL = re.compile(r"(?:\b(?:https?|ftp)://|\bwww\.)[^\s<>\"'`]*", re.IGNORECASE)
_RUN = re.compile(r"\s+|(?:[\x21-\x3b\x3d-\x5a\x5c-\x7e](?<!!)|!(?!\[))+|[^\x00-\x7f\s]+|.", re.DOTALL)
_ALIVE = re.compile(rf"{_URL.pattern}|</?[a-z!?]|\]\(", re.IGNORECASE)
_LINE_HEAD = re.compile(r"[\s>*+\-\d.)]*")  # what may stand before the definition of a reference
_END_OF_URL = ".,;:!?)]}*_~"
_SHORT_LABEL = re.compile(r"[\w^#-]{1,8}")


class Scrubber:
    """A transducer: `feed` pieces of text in any cut, get back the inert text that is certain so far; `close` gives the rest.

    `links` are the addresses that may stay. `links_removed` counts the others.
    """

    def __init__(self, links: Collection[str] = ()) -> None:
        self.links_removed = 0
        self._links = frozenset(links)
        self._pending = ""
        self._hidden = ""  # name of the element whose content is being dropped
        self._line = ""  # what was given out of the current line

    def feed(self, text: str) -> str:
        """The inert text that `text` completes."""
        self._pending += visible(text)
        return self._drain(final=False)

    def close(self) -> str:
        """The inert text of what was still held back."""
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> str:
        given: list[str] = []
        at = 0
        while at < len(self._pending):
            step = self._step(at, final=final)
            if step is None:
                break
            piece, at = step
            if piece:
                given.append(" " + piece if self._comes_alive(piece) else piece)
                self._line = (self._line + given[-1]).rpartition("\n")[2]
        self._pending = self._pending[at:]
        return "".join(given)

    def _step(self, at: int, *, final: bool) -> tuple[str, int] | None:
        """The next piece and where it ends, or None where more text is needed to tell what it is."""
        text = self._pending
        if self._hidden:
            return self._hide(at, final=final)
        if text[at] == "<":
            return self._tag(at, final=final)
        if text[at] == "[" or text.startswith("![", at):
            return self._link(at, final=final)
        run = _RUN.match(text, at)
        end = run.end() if run else at + 1
        waits = end == len(text) and not final and text[at].isascii() and not text[at].isspace()
        return None if waits and end - at < WAIT_LIMIT else (self._words(text[at:end]), end)

    def _comes_alive(self, piece: str) -> bool:
        """Whether what was removed in front of `piece` would leave two halves that together are markup or an address."""
        word = self._line.rpartition(" ")[2]
        if not word or piece[0].isspace():  # nothing that is alive has white space in it
            return False
        return any(found.start() < len(word) < found.end() for found in _ALIVE.finditer(word + piece))

    def _hide(self, at: int, *, final: bool) -> tuple[str, int] | None:
        close = re.compile(rf"</{self._hidden}\s*>", re.IGNORECASE).search(self._pending, at)
        if close:
            self._hidden = ""
            return "", close.end()
        keep = 0 if final else len(self._hidden) + 10  # a closing tag may have begun
        end = max(at, len(self._pending) - keep)
        return ("", end) if end > at else None

    def _tag(self, at: int, *, final: bool) -> tuple[str, int] | None:
        text = self._pending
        if (tag := _TAG.match(text, at)) and tag.end() - at <= WAIT_LIMIT:
            name = (tag[1] or "").lower()
            if name in _HIDDEN and not tag[0].startswith("</"):
                self._hidden = name
            return ("\n" if name in _BREAKS else "", tag.end())
        if (link := _AUTOLINK.match(text, at)) and link.end() - at <= WAIT_LIMIT:
            return self._words(link[1]) if _URL.match(link[1]) else self._gone(), link.end()
        following = text[at + 1 : at + 2]
        opens = following.isascii() and (following.isalpha() or following in "/!?")
        after, ended = (at + 4, "-->") if text.startswith("<!--", at) else (at + 1, "[<>]")
        if not final and (not following or (opens and self._unfinished(at, after, ended))):
            return None
        return ("< " if opens and following else "<", at + 1)  # with a space behind it, it opens nothing

    def _link(self, at: int, *, final: bool) -> tuple[str, int] | None:
        text = self._pending
        label = _LABEL.match(text, at)
        if label is None or label.end() - at > WAIT_LIMIT:
            waits = self._unfinished(at, at + 1 + (text[at] == "!"), r"[\[\]\n]")
            return None if waits and not final else (text[at], at + 1)
        following = text[label.end() : label.end() + 1]
        if not following and not final:
            return None
        if following == "(":
            target = _TARGET.match(text, label.end())
            if target and target.end() - at <= WAIT_LIMIT:
                return self._linked(label, target[1]), target.end()
            if self._unfinished(at, label.end(), "\n") and not final:
                return None
        if following == ":" and _LINE_HEAD.fullmatch(self._line):  # would define the target of a reference
            return f"[{self._inline(label[2])}] ", label.end()
        return text[at], at + 1

    def _unfinished(self, at: int, after: int, ended: str) -> bool:
        """Whether the construct that begins at `at` may yet be completed: nothing that ends it stands behind `after`."""
        return not re.search(ended, self._pending[after:]) and len(self._pending) - at < WAIT_LIMIT

    def _linked(self, label: re.Match[str], address: str) -> str:
        words = self._inline(label[2])
        if address in self._links and not label[1]:
            return f"[{words}]({address})"
        if not re.search(r"[:/.#]", address) and not label[1]:  # no address: `[key](2020)`
            return f"[{words}] ({address})"
        self.links_removed += 1
        # A short label may be a citation: leave it its brackets, for the citations to be judged in one place.
        return f"[{words}]" if _SHORT_LABEL.fullmatch(words) and not label[1] else words

    def _inline(self, text: str) -> str:
        inner = Scrubber(self._links)
        words = inner.feed(text) + inner.close()
        self.links_removed += inner.links_removed
        return words

    def _words(self, run: str) -> str:
        return _URL.sub(self._address, run).replace("](", "] (")

    def _address(self, found: re.Match[str]) -> str:
        address = found[0].rstrip(_END_OF_URL)
        rest = found[0][len(address) :]
        if address in self._links or address + "/" in self._links or f"https://{address}" in self._links:
            return found[0]
        return self._gone() + rest

    def _gone(self) -> str:
        self.links_removed += 1
        return REMOVED


def visible(text: str) -> str:
    """`text` without characters that cannot be seen (control, format, private, unassigned); line and paragraph separators
    become line breaks, tabs spaces."""
    return _UNUSUAL.sub(lambda found: _seen(found[0]), text)


_UNUSUAL = re.compile(r"[^\n\x20-\x7e]")


def _seen(char: str) -> str:
    if char == "\t":
        return " "
    category = unicodedata.category(char)
    if category in ("Zl", "Zp"):
        return "\n"
    return "" if category.startswith("C") else char


def addresses(text: str) -> frozenset[str]:
    """The web addresses that `text` mentions."""
    return frozenset(found.rstrip(_END_OF_URL) for found in _URL.findall(text))
