"""Whether an abstract names what a question asks the name of: a model, a dataset, a company, whoever did it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.missing_words import ORDINARY
from rag.terms import WORD, content_words, stem

TOKEN = re.compile(r"[^\W_][\w.+%-]*")
LINK = re.compile(r"https?://\S+|\b[\w.-]+\.(com|org|io|net)/\S*", re.IGNORECASE)
BESIDE = re.compile(r"-[a-z]+$")  # RAG-specific
SPELT = re.compile(
    r"\b((?:[A-Z]\w*(?:-\w+){0,3} (?:of |for |and |with |the )?){1,6})\(([A-Z][\w-]*)\)"
    r"|\b([A-Z][\w-]*) \(((?:[A-Z]\w*(?:-\w+){0,3} ?){2,6})\)"
)
"""A name written out and its abbreviation, in either order: what the paper itself introduces or explains."""
COMMON = re.compile(r"\b[a-z][\w-]* \(([A-Z][\w-]*)\)")
"""A term written out in small letters and its abbreviation: `reward models (RMs)` names no model."""
DONE_BY = re.compile(r"\b(\w+) by\b")
MANY = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
LISTED = 3  # things asked for by number, from which on they stand in a list
ITEM = re.compile(r"\(?\b(?:\d{1,2}|i{1,3}|iv|v)\)|\b(?:first|second|third|fourth|fifth)(?:ly)?\b|\bfinally\b", re.IGNORECASE)
JOINED = re.compile(r",| and | or |;")
NEAREST = 2  # sentences nearest to the question, any name in which may answer
SPELLING = {"licenc": "licens", "optimis": "optim", "optimiz": "optim"}


def done_by(clause: str, sentences: Sequence[str]) -> bool:
    """Whether a sentence says by whom the thing was done that the clause begins with ("annotated by five nurses")."""
    doing = next(iter(content_words(clause)), "")
    return any(stem(match[1].lower()) == doing for sentence in sentences for match in DONE_BY.finditer(sentence))


def unnamed(noun: str, question: str, title: str, sentences: Sequence[str], cosines: Sequence[float]) -> float:
    """1 where neither the nearest sentences nor those that speak of `noun` name anything the question does not, or fewer
    things than it asks for."""
    known = {word.lower() for word in TOKEN.findall(f"{question} {title}")}
    known |= {short.lower() for sentence in sentences for short in COMMON.findall(sentence)}
    known |= {
        word.lower() for sentence in sentences for found in SPELT.findall(sentence) for word in TOKEN.findall(" ".join(found))
    }
    wanted = {SPELLING.get(word, word) for word in (stem(word.lower()) for word in WORD.findall(noun))}
    order = sorted(range(len(sentences)), key=lambda n: -cosines[n])
    places = [n for n in order if n in order[:NEAREST] or wanted & set(content_words(sentences[n]))]
    asked = next((MANY[word] for word in noun.lower().split() if word in MANY), 1)
    return float(len({name for n in places for name in names(sentences[n], known)}) < asked)


def unlisted(noun: str, sentences: Sequence[str]) -> float:
    """1 where three things or more are asked for by number ("which three encoders"), and where the text speaks of them it does
    not tell them one by one."""
    asked = next((MANY[word] for word in noun.lower().split() if word in MANY), 1)
    counted = stem(noun.rpartition(" ")[2].lower())
    places = [n for n, sentence in enumerate(sentences) if counted in content_words(sentence)]
    if asked < LISTED or not places:
        return 0.0
    joined = max(len(JOINED.findall(" ".join(sentences[n : n + 2]))) for n in places)
    numbered = max(len(ITEM.findall(" ".join(sentences[n : n + asked + 1]))) for n in places)
    return float(max(joined, numbered) < asked - 1)


def names(sentence: str, known: set[str]) -> list[str]:
    """Words of the sentence written like names, without those `known` (lower case), links, and a plain first word."""
    found = []
    text = LINK.sub(" ", sentence)
    for match in TOKEN.finditer(text):
        word = match.group().rstrip(".,-")
        bare = BESIDE.sub("", word).lower()
        plain = {bare, bare.removesuffix("s"), f"{bare}s", word.lower()}
        if not any(letter.isupper() for letter in word) or plain & known or plain & ORDINARY:
            continue
        if sum(letter.isupper() or letter.isdigit() for letter in word) > 1 or text[: match.start()].strip():
            found.append(word)
    return found
