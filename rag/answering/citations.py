"""Citations: opaque keys for passages, and a model's text with keys turned into one with numbered marks.

A model copies `[k7f2q]` or gets it wrong; it cannot count itself into a citation that happens to exist, as it can with [3].
Keys are drawn anew for every question, so that no text of a paper can name one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answering.cited import CLOSERS, CitedSentence, Mark, cited_sentences
from rag.answering.record import OUTSIDE_MARK, Passage

LETTERS, DIGITS = "bcdfghjkmnpqrstvwxz", "23456789"  # no vowels, so no words; nothing that looks like something else
GROUP_LIMIT = 80  # characters between the brackets of a citation at most

_PAIRS = tuple(letter + digit for letter in LETTERS for digit in DIGITS)
_KEYS = len(_PAIRS) * len(_PAIRS) * len(LETTERS)  # 438,976
_INSIDE = r"([^\[\]()【】（）［］\n]*)"
_GROUP = re.compile(rf"\[\[{_INSIDE}\]\]|\[{_INSIDE}\]|\({_INSIDE}\)|【{_INSIDE}】|（{_INSIDE}）|［{_INSIDE}］")
_ENDS_GROUP = re.compile(r"[\[\]()【】（）［］\n]")
_OPENERS = "[(【（［"
_WORD = re.compile(r"[A-Za-z0-9]+")
_SPLIT = re.compile(r"[\s,;&+|/]+")
_KEY = re.compile(rf"[{LETTERS}][{DIGITS}][{LETTERS}][{DIGITS}][{LETTERS}]")
_LIKE_A_KEY = re.compile(r"(?=(?:.*\d){2})(?=(?:.*[a-z]){2})[a-z0-9]{4,6}")
_NUMBER = re.compile(r"\d+(?:[-–—]\d+)?")
_FILLER = frozenset(
    (
        "key",
        "keys",
        "passage",
        "passages",
        "source",
        "sources",
        "ref",
        "refs",
        "reference",
        "references",
        "see",
        "and",
        "id",
        "no",
    )
)
_ADDRESS_HEAD = re.compile(r"(?:https?|ftp|www)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A model's text with marks [1], [2], … in the place of keys. `papers` are the ids behind the numbers, [1] first;
    `keys` the passages cited in order of first use; `invented` the citations that stood for nothing and were removed;
    `marks` say where in the text which keys were."""

    text: str
    sentences: tuple[CitedSentence, ...]
    papers: tuple[str, ...]
    keys: tuple[str, ...]
    invented: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


def fresh_keys(count: int, avoid: str = "") -> tuple[str, ...]:
    """`count` different keys such as `k7f2q`, drawn at random, none of which occurs in `avoid`."""
    taken = set(re.findall(_KEY, avoid.casefold()))
    keys: dict[str, None] = {}
    while len(keys) < count:
        if (key := _key(secrets.randbelow(_KEYS))) not in taken:
            keys[key] = None
    return tuple(keys)


def _key(number: int) -> str:
    """The key of a number below `_KEYS`: asking the system for chance once a key, and not once a sign, is five times as quick."""
    number, last = divmod(number, len(LETTERS))
    first, second = divmod(number, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[second] + LETTERS[last]


def resolve(text: str, keys: Mapping[str, Passage], outside: str = "") -> Resolved:
    """Turn keys in `text` into marks. Papers are numbered in order of first use, passages of one paper share its number.

    Understood: `[a]`, `[a, b]`, `[a][b]`, `(a)`, `[[a]]`, `[key a]`, a bare key, capitals. Brackets that hold only what looks
    like a key, or only numbers as in [3], are invented citations. The key `outside` stands for the model's own knowledge.
    """
    stream = MarkStream(keys, outside)
    stream.feed(text)
    stream.close()
    return stream.resolved()


class MarkStream:
    """A transducer from text with keys to text with marks: `feed` pieces in any cut, get back what is certain so far.

    What comes out never changes afterwards and never holds a key; white space at the ends is left out.
    """

    def __init__(self, keys: Mapping[str, Passage], outside: str = "") -> None:
        self._keys = keys
        self._outside = outside
        self._known = frozenset({*keys, outside} - {""})
        self._pending = ""
        self._space = ""  # white space not yet given out
        self._removed: str | None = None  # the white space in front of an invented citation behind the text so far
        self._text = ""
        self._marks: list[Mark] = []
        self._papers: list[str] = []
        self._invented: list[str] = []

    def feed(self, text: str) -> str:
        """The text that `text` completes."""
        self._pending += text
        return self._drain(final=False)

    def close(self) -> str:
        """The text that was still held back."""
        return self._drain(final=True)

    def resolved(self) -> Resolved:
        """Everything so far. Before `close` the last sentence may yet grow."""
        used = tuple(dict.fromkeys(key for mark in self._marks for key in mark.keys if key in self._keys))
        said = cited_sentences(self._text, self._marks)
        invented = tuple(dict.fromkeys(self._invented))
        return Resolved(self._text, said, tuple(self._papers), used, invented, tuple(self._marks))

    def _drain(self, *, final: bool) -> str:
        before, at = len(self._text), 0
        while at < len(self._pending):
            end = self._step(at, final=final)
            if end is None:
                break
            at = end
        self._pending = self._pending[at:]
        return self._text[before:]

    def _step(self, at: int, *, final: bool) -> int | None:
        """Take what stands at `at` and say where it ends; None where more text is needed to tell what it is."""
        text = self._pending
        char = text[at]
        if char.isspace():
            self._space += char
            return at + 1
        if char in _OPENERS:
            return self._bracket(at, final=final)
        if word := _WORD.match(text, at):
            if word.end() == len(text) and not final:
                return None
            if (key := word[0].lower()) in self._known:
                self._mark([key])
            else:
                self._give(word[0])
            return word.end()
        self._give(char)
        return at + 1

    def _bracket(self, at: int, *, final: bool) -> int | None:
        text = self._pending
        group = _GROUP.match(text, at)
        if group is not None and group.end() - at <= GROUP_LIMIT:
            if self._cite(next(inside for inside in group.groups() if inside is not None), text[at]):
                return group.end()
        elif not final and self._unfinished(at):
            return None
        elif final and text[at] == "[" and self._cite(self._cut_off(text[at:].lstrip("[")), "["):
            return len(text)
        self._give(text[at])
        return at + 1

    def _unfinished(self, at: int) -> bool:
        """Whether the brackets that open at `at` may yet be closed properly."""
        text = self._pending
        if len(text) - at >= GROUP_LIMIT:
            return False
        double = text.startswith("[[", at)
        end = _ENDS_GROUP.search(text, at + 1 + double)
        return end is None or (double and end[0] == "]" and end.end() == len(text))

    def _cut_off(self, inside: str) -> str:
        """The inside of brackets that the end of the text cut off, a key cut in two made whole."""
        head, space, last = inside.rpartition(" ")
        whole = [key for key in self._known if len(last) > 1 and key.startswith(last.lower())]
        return head + space + (whole[0] if len(whole) == 1 else last)

    def _cite(self, inside: str, opener: str) -> bool:
        """Resolve the inside of brackets if it is a citation, else say that it is none."""
        words = [word.strip("^#*_`\"'.:†") for word in _SPLIT.split(inside.strip())]
        # `(C3H5N)` is a formula; in square brackets capitals are a model's slip.
        words = [word if opener in "(（" and word.lower() not in self._known else word.lower() for word in words]
        words = [word for word in words if word and word.lower() not in _FILLER]
        known = [word for word in words if word in self._known]
        like = _KEY if opener in "(（" else _LIKE_A_KEY
        strange = [word for word in words if word not in self._known and like.fullmatch(word)]
        numbers = [word for word in words if _NUMBER.fullmatch(word)]
        if len(known) + len(strange) + len(numbers) < len(words) or not words:
            return False
        if not known and not strange and (opener in "(（" or ("0" in numbers and len(numbers) > 1)):
            return False  # `(3)` is a step, `[0, 1]` an interval
        self._invented += [word for word in words if word not in self._known]
        if known:
            self._mark(known)
        else:
            self._removed = max(self._removed or "", self._space, key=_breaks)
            self._space = ""
        return True

    def _mark(self, keys: list[str]) -> None:
        last = self._marks[-1] if self._marks else None
        joins = last is not None and last.end == len(self._text) and "\n" not in self._space
        shown = {self._label(key) for key in last.keys} if last is not None and joins else set()
        fresh = dict.fromkeys(label for key in keys if (label := self._label(key)) not in shown)
        marks = "".join(fresh)
        if last is not None and joins:
            self._text += marks
            self._space = ""
            self._marks[-1] = Mark(last.start, len(self._text), tuple(dict.fromkeys((*last.keys, *keys))))
            return
        tail = self._text[-1:]
        if not tail:
            self._space = ""
        elif "\n" not in self._space:
            self._space = " " if (self._space or tail.isascii()) and tail not in "([{\"'“‘*_`~" else ""
        self._text += self._space
        self._marks.append(Mark(len(self._text), len(self._text) + len(marks), tuple(dict.fromkeys(keys))))
        self._text += marks
        self._space, self._removed = "", None

    def _label(self, key: str) -> str:
        if key == self._outside:
            return OUTSIDE_MARK
        paper = self._keys[key].paper_id
        if paper not in self._papers:
            self._papers.append(paper)
        return f"[{self._papers.index(paper) + 1}]"

    def _give(self, piece: str) -> None:
        self._text += self._gap(piece) + piece
        self._space, self._removed = "", None

    def _gap(self, piece: str) -> str:
        """The white space in front of `piece`: what the model wrote, mended where something was removed or a mark was put."""
        tail = self._text
        if not tail:
            return ""
        if self._removed is not None:
            space = max(self._removed, self._space, key=_breaks)
            if "\n" in space:
                return space.strip(" ")
            joins = piece[0] in CLOSERS and not _ADDRESS_HEAD.search(tail)
            return "" if joins else " "
        if not self._space and self._marks and self._marks[-1].end == len(tail):
            line = tail.rpartition("\n")[2]
            defines = piece[0] == ":" and not any(c.isalpha() for c in line)  # `[1]:` at the head of a line hides the line
            return " " if defines or piece[0] == "(" or (piece[0].isascii() and piece[0].isalnum()) else ""
        return self._space


def _breaks(space: str) -> int:
    return space.count("\n")
