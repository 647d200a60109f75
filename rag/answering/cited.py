"""A text with marks, cut into sentences that keep their marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.sentences import sentence_spans

CLOSERS = ".,;!?)]}%。，、；：？！）"  # no space stands in front of these
_SIGN = r"(?:\d{1,3}[.)]|[-*•+]|#{1,6})"  # of a list item or a heading
_SIGN_ALONE = re.compile(_SIGN)
_SIGN_AHEAD = re.compile(rf"{_SIGN}\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """Marks side by side: `text[start:end]` is for example `[1][2]`, which stands for the passages under `keys`."""

    start: int
    end: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence without its marks and without list signs; `keys` are the passages it cites, in order.

    In the text with marks it stands, together with its marks, between `start` and `end`.
    """

    text: str
    keys: tuple[str, ...]
    start: int = 0
    end: int = 0


def cited_sentences(text: str, marks: Sequence[Mark]) -> tuple[CitedSentence, ...]:
    """The sentences of `text`, each with the keys of its marks.

    A mark belongs to the sentence it stands in or directly behind, also where it follows the full stop; at the head of a line
    it belongs to the sentence that follows.
    """
    plain, origin, places = _without_marks(text, marks)
    spans = [span for line in re.finditer(r"[^\n]+", plain) for span in _line_spans(plain, *line.span())]
    homes = [_home(plain, spans, place) for place in places]
    said: list[CitedSentence] = []
    for n, (first, end) in enumerate(spans):
        sign = _SIGN_AHEAD.match(plain, first) if _starts_item(plain, first) else None
        start = min(sign.end(), end - 1) if sign else first
        own = [mark for mark, home in zip(marks, homes, strict=True) if home == n]
        words = plain[start:end].lstrip(",:; ")
        keys = tuple(dict.fromkeys(key for mark in own for key in mark.keys))
        before = said[-1].end if said else 0
        begins = max(before, min([origin[start], *(mark.start for mark in own)]))
        ends = max([begins, origin[end - 1] + 1, *(mark.end for mark in own)])
        said.append(CitedSentence(words, keys, begins, ends))
    return tuple(said)


def _without_marks(text: str, marks: Sequence[Mark]) -> tuple[str, list[int], list[int]]:
    """The text without its marks, where each of its characters stands in `text`, and the place in it of each mark."""
    origin: list[int] = []
    places: list[int] = []
    at = 0
    for mark in marks:
        origin += range(at, mark.start)
        following = text[mark.end : mark.end + 1]
        if not following or following.isspace() or following in CLOSERS:
            while origin and text[origin[-1]] == " ":
                origin.pop()
        places.append(len(origin))
        at = mark.end
    origin += range(at, len(text))
    return "".join(text[i] for i in origin), origin, places


def _home(plain: str, spans: Sequence[tuple[int, int]], place: int) -> int | None:
    """The number of the sentence to which a mark at `place` belongs."""
    head = plain.rfind("\n", 0, place) + 1
    foot = plain.find("\n", place)
    before = [n for n, (start, _) in enumerate(spans) if start < place]
    if before and spans[before[-1]][0] >= head:
        return before[-1]
    after = next((n for n, (start, _) in enumerate(spans) if start >= place), None)
    if after is not None and (not before or foot < 0 or spans[after][0] < foot):
        return after
    return before[-1] if before else None


def _line_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of one line. A list sign is part of the sentence behind it, stray signs of the one before."""
    spans: list[tuple[int, int]] = []
    sign: int | None = None
    for first, last in sentence_spans(text[start:end]):
        span = (start + first if sign is None else sign, start + last)
        sign = None
        if _SIGN_ALONE.fullmatch(text[span[0] : span[1]]) and text[span[1] : end].strip():
            sign = span[0]
        elif any(c.isalnum() for c in text[span[0] : span[1]]):
            spans.append(span)
        elif spans:
            spans[-1] = (spans[-1][0], span[1])
    return spans


def _starts_item(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip() and _SIGN_AHEAD.match(text, at) is not None
