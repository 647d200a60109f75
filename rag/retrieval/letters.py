"""How much of a text's wording a paper has, by groups of three letters: endings, compounds and slips cost little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rag.terms import QUESTION_WORDS, WORD, stem

GROUP = 3  # bytes: letters, but for those beyond ASCII
_SPACES = bytes.maketrans(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\n\t", b" " * 34)

Weighed = Sequence[tuple[Sequence[bytes], float]]
"""The groups of each word, and what one of them weighs."""


def wording(text: str) -> bytes:
    """Lower case, marks turned into spaces, a space at both ends: what `shared` looks into."""
    return f" {text.lower()} ".encode("utf-8", "replace").translate(_SPACES)


def words_of(text: str) -> list[str]:
    """The distinct words that are looked for, framing words left out."""
    return list(dict.fromkeys(word for word in WORD.findall(text.lower()) if word not in QUESTION_WORDS))


def weigh(words: Iterable[str], rarity: Mapping[str, float]) -> Weighed:
    """Each word's groups, which share the word's part of 1: its rarity over that of all words.

    `rarity` has the inverse document frequency of stems; a word without one is as rare as the rarest.
    """
    unknown = max(rarity.values(), default=1.0)
    own = [(sorted(groups(word)), rarity.get(stem(word), unknown)) for word in words]
    total = sum(weight for _, weight in own) or 1.0
    return [(parts, weight / total / len(parts)) for parts, weight in own]


def shared(wanted: Weighed, text: bytes) -> float:
    """Share in 0..1 of the words' groups that occur in `text` (a `wording`), those of rare words counting more."""
    return sum([weight * sum([part in text for part in parts]) for parts, weight in wanted])


def groups(word: str) -> set[bytes]:
    """The groups of letters of a word with its borders: "gene" has " ge", "gen", "ene" and "ne "."""
    bounded = f" {word} ".encode("utf-8", "replace")
    return {bounded[at : at + GROUP] for at in range(max(1, len(bounded) - GROUP + 1))}
