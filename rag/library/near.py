"""Near-duplicate texts: MinHash bands find candidates, the exact likeness of two texts decides.

Two texts are compared by their sets of three neighbouring words: their likeness is the Jaccard similarity of the sets. Texts
that share a band are candidates (locality-sensitive hashing; Broder 1997, Leskovec et al., Mining of Massive Datasets, 3.4).
With 5 bands of 3 minima a pair of likeness 0.95 shares a band with probability 0.9999, one of 0.85 with 0.991, one of 0.2 with
0.04. Bands are plain numbers that depend on nothing but the text, so that they can be kept in a database; few of them, since
each one is a row in a random place of its index.
"""

from __future__ import annotations

import operator
import re
import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

BANDS = 5
ROWS = 3  # minima in a band
SHINGLE = 3  # neighbouring words
HASH_BITS = 48  # what SQLite keeps in six bytes; a chance collision only makes a candidate
VOCABULARY = 200_000  # hashed words kept

_WORD = re.compile(r"[^\W_]+")
_MIX = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93))


def words(text: str) -> list[str]:
    """The words of an already folded text, without punctuation."""
    return _WORD.findall(text)


def bands(texts: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """The band hashes (len(texts), BANDS) of texts given as words, each of at least SHINGLE words."""
    from datasketch import MinHash

    minima = np.empty((len(texts), BANDS * ROWS), dtype=np.uint64)
    permutations = _permutations()
    for row, text in enumerate(texts):
        sketch = MinHash(BANDS * ROWS, hashfunc=operator.index, permutations=permutations, scheme="affine32")
        sketch.update_batch(_shingles(text).tolist())
        minima[row] = sketch.hashvalues
    parts = minima.reshape(len(texts), BANDS, ROWS)
    hashed = np.arange(1, BANDS + 1, dtype=np.uint64) * _MIX[0]  # the same minima in another band are another band
    for n, odd in enumerate(_MIX[:ROWS]):
        hashed = (hashed ^ parts[:, :, n]) * odd
        hashed = hashed ^ (hashed >> np.uint64(29))
    return hashed.view(np.int64) >> np.int64(64 - HASH_BITS)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Jaccard similarity of the two texts' sets of SHINGLE neighbouring words; 0 where one has fewer words."""
    if min(len(one), len(other)) < SHINGLE:
        return 0.0
    left, right = set(_shingles(one).tolist()), set(_shingles(other).tolist())
    return len(left & right) / len(left | right)


def _shingles(text: Sequence[str]) -> NDArray[np.uint32]:
    """A 32-bit hash of every SHINGLE neighbouring words."""
    hashed = np.fromiter(map(_hashes.__getitem__, text), np.uint64, len(text))
    mixed: NDArray[np.uint64] = hashed[:-2] * _MIX[0] + hashed[1:-1] * _MIX[1] + hashed[2:] * _MIX[2]
    return (mixed >> np.uint64(32)).astype(np.uint32)


class _Hashes(dict[str, int]):
    """word -> 32-bit hash; forgets all when it has grown to VOCABULARY words."""

    def __missing__(self, word: str) -> int:
        if len(self) >= VOCABULARY:
            self.clear()
        value = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return value


_hashes = _Hashes()


@cache
def _permutations() -> NDArray[np.uint32]:
    from datasketch import MinHash

    found: NDArray[np.uint32] = np.array(MinHash(BANDS * ROWS, seed=1).permutations, dtype=np.uint32)
    return found
