"""What tells whether a paper found is the one that a question is about: nearness, lead, and the names that it holds or lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from difflib import get_close_matches

from rag.answering.record import Hit
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.lookup import folded, is_called
from rag.terms import content_words

QUOTED = re.compile(r"[\"“'‘]([A-Z][^\"”'’]*? [^\"”'’]+)[\"”'’]")
"""A title in quotation marks."""
PERSON = re.compile(r"(?<=\bby )[A-Z][\w'-]+(?: [A-Z][\w'.-]*)+")
"""Who is said to have written it."""
WORD = re.compile(r"[^\W_]+(?:[-^.+][^\W_]+)*")
COUNTED = re.compile(r"[\d.,]+(st|nd|rd|th|k|m|b|x|s)?", re.IGNORECASE)
PARTS = re.compile(r"[^\W\d_]+|\d+")
PLURAL = re.compile(r"(?<=[A-Z0-9])s$")
MIXED = re.compile(r"[a-z][A-Z]")
LIKE = re.compile(r"-[a-z]+$")
"""`-like`, `-type`, `-based` behind a name."""
TITLE_COUNTS = 2
"""How much more a title in quotation marks tells that no paper has: whoever quotes it means that paper and no other."""
STRESSED = frozenset(["AND", "OR", "NOT", "XOR", "IF", "ANY", "ALL", "ONE", "BOTH", "NO", "ONLY", "VS", "OK"])  # and no names
MOST = 12  # names looked for: nobody asks about more, and a pasted text is not worth the time
RARE = 0.5  # rarity of a name that most hits lack
CAPITALISED = 4  # letters of a word with one capital, inside a sentence, from which it is a name
SLIP = 5  # letters of a name that may be written a little differently in a title
LONG, ALIKE = 6, 0.85  # the same within a text, and how much alike the two must be


PAPERS = re.compile(r"\b(papers|works|studies|articles|publications|authors who)\b", re.IGNORECASE)
MEANT = 0.15
"""Lead of the first paper from which a question is about that paper, though its wording ("which datasets", "compared to") would
do for several: 22 of 37 such questions about one paper have it, and 1 of 12 about several."""
LEADS = 0.05
"""The same where it holds a rare name of the question."""


def meant(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the first paper is clearly the one asked about: it leads, and lacks no rare name of the question, which does not
    speak of papers in the plural."""
    if PAPERS.search(question):
        return False
    first, second, *_ = [*sorted((hit.score for hit in hits), reverse=True)[:2], hits[0].score]
    if first - second < LEADS:
        return False
    held, lacking = names_held(question, [hits[0].paper.title or ""], [text_of(hit) for hit in hits])
    return lacking < RARE and (first - second >= MEANT or held >= RARE)


def presence(
    question: str, read: Sequence[Hit], hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]
) -> dict[str, float]:
    """Of the papers to `read` (the first `hits`): best cosine of the first one's sentences, its score and its lead over the
    second, `ahead`: by how much more of the question's words they hold than the best of the others, `named` and `unnamed`:
    the rarity in 0..1 of the rarest name of the question that they hold, and of the rarest that they lack; `nowhere`: share of
    the question's words that no hit holds.

    Words and names count the more, the fewer of the hits hold them: all are near to the question, and what they share says
    nothing. A name that is written in no hit is in no paper, as far as that can be told without reading all.
    """
    first, second, *_ = [*sorted((hit.score for hit in hits), reverse=True)[:2], hits[0].score]
    named, unnamed = names_held(question, [hit.paper.title or "" for hit in read], [text_of(hit) for hit in hits])
    return {
        "cosine": max((sentence.cosine for sentence in sentences[0]), default=0.0) if sentences else 0.0,
        "score": first,
        "lead": first - second,
        "ahead": ahead(question, len(read), hits),
        "named": named,
        "unnamed": unnamed,
        "nowhere": nowhere(question, hits),
    }


def text_of(hit: Hit) -> str:
    """Title and abstract."""
    return f"{hit.paper.title or ''}\n{hit.paper.abstract}"


def ahead(question: str, count: int, hits: Sequence[Hit]) -> float:
    """Share of the question's words, weighted by ln(1 + N / (1 + n)), that the first `count` of the N hits hold between them,
    less the best share of any other; 0 where there is no other."""
    held = [set(content_words(text_of(hit))) for hit in hits]
    if len(held) <= count:
        return 0.0
    weights = {word: math.log(1 + len(held) / (1 + sum(word in own for own in held))) for word in set(content_words(question))}
    shares = [
        sum(weight for word, weight in weights.items() if word in own) for own in (set().union(*held[:count]), *held[count:])
    ]
    return (shares[0] - max(shares[1:])) / (sum(weights.values()) or 1.0)


def nowhere(question: str, hits: Sequence[Hit]) -> float:
    """Share of the question's words that none of the hits holds."""
    asked = set(content_words(question))
    return len(asked.difference(*(content_words(text_of(hit)) for hit in hits))) / len(asked) if asked else 0.0


def names_held(question: str, titles: Sequence[str], texts: Sequence[str]) -> tuple[float, float]:
    """The rarity of the rarest name of the question that the papers with these titles hold, and of the rarest that they lack;
    0 for none. Their texts are the first of `texts`."""
    found, lacking = 0.0, 0.0
    for name in names(question):
        held = [holds(name, text) for text in texts]
        if any(held[: len(titles)]) or any(map(called, [name] * len(titles), titles, texts)):
            found = max(found, rarity(sum(held), len(texts)))
        else:
            lacking = max(lacking, rarity(sum(held), len(texts)) * (TITLE_COUNTS if " " in name else 1))
    return found, lacking


def rarity(holding: int, of: int) -> float:
    """BM25's inverse document frequency, as a share of what it is for a word that no text has."""
    return math.log(1 + (of - holding + 0.5) / (holding + 0.5)) / math.log(1 + (of + 0.5) / 0.5)


def names(question: str) -> list[str]:
    """What is written like a name: a title in quotation marks, a person behind "by", a word or compound with two capitals or
    digits (`GPT-4`, `LayerNorm`, `X-Cross`), or a capital inside a sentence (`Janus`)."""
    found = [match[1] for match in QUOTED.finditer(question)]
    rest = QUOTED.sub(" ", question)
    found += PERSON.findall(rest)
    for match in WORD.finditer(rest):
        word = PLURAL.sub("", match.group())
        capitals, digits = sum(c.isupper() for c in word), sum(c.isdigit() for c in word)
        before = rest[: match.start()].rstrip()
        if not capitals or COUNTED.fullmatch(word) or word in STRESSED:
            continue
        inside = before and before[-1] not in ".?!:" and len(word) >= CAPITALISED and word[0].isupper()
        if capitals + digits > 1 or MIXED.search(word) or inside:
            found.append(word)
    return list(dict.fromkeys(found))[:MOST]


def holds(name: str, text: str) -> bool:
    """Whether the text has the name as words of its own, however it is joined (`GPT4` and `GPT-4`, `US` and
    `U.S.`); `RULE` is not "rule"."""
    initials = name.isupper() and name.isalpha()
    parts = name if initials else PARTS.findall(name)
    case = re.NOFLAG if initials else re.IGNORECASE
    joined = (r"[.]?" if initials else r"[\W_]*").join(parts)
    if parts and re.search(rf"(?<![^\W_]){joined}s?(?![^\W_])", text, case):
        return True
    return bool(LIKE.search(name)) and holds(LIKE.sub("", name), text)


def called(name: str, title: str, text: str) -> bool:
    """Whether the title has the name, its initials, or one that is nearly so, or the text a name that is nearly the same."""
    key = folded(name)
    if title and is_called(title, {key}, ()):
        return True
    digits = re.sub(r"\D", "", key)
    others = {folded(word) for word in WORD.findall(title)} if len(key) >= SLIP else set()
    if len(key) >= LONG:
        others |= {folded(word) for word in WORD.findall(text) if MIXED.search(word) or sum(c.isupper() for c in word) > 1}
    return any(re.sub(r"\D", "", other) == digits for other in get_close_matches(key, others, cutoff=ALIKE))
