"""How much of a text's wording a paper has, by groups of three letters: endings, compounds and slips cost little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rag.terms import QUESTION_WORDS, WORD, stem

GROUP = 3  # letters
_SPACES = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\n\t", " "))


def wording(text: str) -> str:
    """Lower case, marks turned into spaces, a space at both ends: what `shared` looks into."""
    return f" {text.lower().translate(_SPACES)} "


def words_of(text: str) -> list[str]:
    """The distinct words that are looked for, framing words left out."""
    return list(dict.fromkeys(word for word in WORD.findall(text.lower()) if word not in QUESTION_WORDS))


def shared(words: Iterable[str], rarity: Mapping[str, float], unknown: float, text: str) -> float:
    """Share in 0..1 of the words' letter groups that occur in `text` (a `wording`), rare words counting more.

    sum over words of idf(w) * (share of the groups of " w " found) / sum of idf(w). `rarity` has the idf of stems; `unknown`
    stands in for a word that no paper has.
    """
    found = total = 0.0
    for word in words:
        weight = rarity.get(stem(word), unknown)
        parts = groups(word)
        found += weight * sum(part in text for part in parts) / len(parts)
        total += weight
    return found / total if total else 0.0


def groups(word: str) -> set[str]:
    """The groups of letters of a word with its borders: "gene" has " ge", "gen", "ene" and "ne "."""
    bounded = f" {word} "
    return {bounded[at : at + GROUP] for at in range(max(1, len(bounded) - GROUP + 1))}
