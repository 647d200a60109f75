"""Where the word pieces of texts lie, remembered word by word: abstracts are made of few different words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from weakref import WeakKeyDictionary

from rag.embedding import Embedder

Span = tuple[int, int]
Word = tuple[Span, ...]
"""The word pieces of a word: offsets (start, end) from its beginning."""

REMEMBERED = 50_000  # words of one embedder kept at most, about 10 MB
LONGEST = 40  # characters of a word that is kept

_known: WeakKeyDictionary[Embedder, dict[str, Word]] = WeakKeyDictionary()


class Pieces:
    """The word pieces of one text, which is made of words that begin at `starts`, the first at 0."""

    __slots__ = ("_before", "_starts", "_words")

    def __init__(self, starts: Sequence[int], words: Sequence[Word]) -> None:
        self._starts, self._words = starts, words
        self._before = list(accumulate(map(len, words), initial=0))

    def until(self, place: int) -> int:
        """How many end at this character or before it."""
        n = bisect_right(self._starts, place) - 1
        word, rest = self._words[n], place - self._starts[n]
        if not word or word[-1][1] <= rest:  # where sentences end
            return self._before[n + 1]
        return self._before[n] + (sum(end <= rest for _, end in word) if rest else 0)

    def inside(self, start: int, end: int) -> list[Span]:
        """Those that lie between the two characters, as offsets in the text."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, end)
        every = (
            (at + a, at + b) for at, word in zip(self._starts[first:last], self._words[first:last], strict=True) for a, b in word
        )
        return [(a, b) for a, b in every if start <= a and b <= end]


def pieces_of(texts: Sequence[str], embedder: Embedder) -> list[Pieces]:
    """What `embedder.token_spans` tells of each text, in a fraction of the time once most words are known.

    What stands between two spaces is called a word here: an embedder reads it alike wherever it stands.
    """
    known = _known.get(embedder)
    if known is None or len(known) > REMEMBERED:
        known = _known[embedder] = {}  # other threads go on with what they have, which never loses a word
    split = [text.split(" ") for text in texts]
    unknown = [word for word in set().union(*split) if word not in known]
    new = dict(zip(unknown, _read(unknown, embedder), strict=True)) if unknown else {}
    known.update((word, own) for word, own in new.items() if len(word) <= LONGEST)
    return [
        Pieces(
            list(accumulate([len(word) + 1 for word in words[:-1]], initial=0)),
            [known[word] if word in known else new[word] for word in words],
        )
        for words in split
    ]


def _read(words: Sequence[str], embedder: Embedder) -> Iterable[Word]:
    """The word pieces of each word, found in one text of them all."""
    pieces = embedder.token_spans([" ".join(words)])[0]
    at = start = 0
    for word in words:
        first, end = at, start + len(word)
        while at < len(pieces) and pieces[at][0] < end:
            at += 1
        yield tuple((a - start, b - start) for a, b in pieces[first:at])
        start = end + 1
