"""Which words of a question only speak of papers and of the library as such: a question of nothing else has no topic."""

from __future__ import annotations

import re

from rag.terms import QUESTION_WORDS, WORD, stem

_WORKS = """
abstract article entry literature manuscript monograph one paper preprint proceedings publication research study stuff work
"""
_LIBRARY = "arxiv catalog catalogue collection dump holding library"
_PRONOUNS = "all anybody anyone anything both everything none nothing something"
_ASKING = """
ask bear belong boast bring browse carry check collect come comprise concern contain count cover deal describe display enumerate
exist explain fall feature fetch find fit gather glance go got has have hold include interested keep know known let line list
look match meet mention need offer order overview possess print pull say search see sentence share summarise summarize summary
think treat try view want wonder
"""
_PUBLISHING = """
add added adding addition appear came coming contribute date dated get got issue made make online out post publish publisher
publishing put receive release released submit turned up upload upvote vote votes write written wrote year
"""
_DETAILS = """
affiliation author coauthor date day duplicate file group identifier inventory item lab material metadata month name number
organisation organization people person personally piece plus record researcher scientist shelf stock subject team theme thing
time title topic upvote week writer
"""
_MANNER = """
above actual actually ago alone already also altogether am apart at available batch below beside big but check complete
completely currently d different do don dozen each eight either eleven else entire ever every exact exactly far first five four
full fully given half hand hello hey hi individual isn just kindly large last late later least ll m many maximum may minimum
more my neither nine nor now occur ok okay once only other out over overall part particular per period please possible quick
quickly quite range re recorded respective respectively s said same seven several sheer simply since single six size so sort
span specific specifically still sum t ten thank thanks three together too top total toward twelve twice two under various ve
whether whole yet zero
"""
_DEGREES = """
biggest earliest early fresh high highest largest late latest long longest low lowest new newest next old oldest past previous
recent short shortest small smallest young youngest
"""
_AMBIGUOUS = """
archive base bibliography corpus data database document field index order person range rank read reference release repository
result retrieve search set sort source store text time view vote
"""
THINGS = frozenset(stem(word) for word in f"{_WORKS} {_LIBRARY} {_PRONOUNS}".split())
FRAMING = frozenset(stem(word) for word in f"{_ASKING}{_PUBLISHING}{_DETAILS}{_MANNER}{_DEGREES}".split())
AMBIGUOUS = frozenset(stem(word) for word in _AMBIGUOUS.split())
"""Said of papers in "the documents you have", of a topic in "document papers"."""
_TOPICAL = frozenset(
    ("named", "ranker", "ranking", "reader", "reading", "retrieval", "retriever", "storage", "treatment", "working")
)
"""Words of a topic that have a stem in common with one of those."""
_RELATED = frozenset(("dealing", "related", "relevant", "relating", "using"))
"""Words that lead to a topic, whose stems are also those of topics."""
_NARROWS = frozenset(stem(word) for word in f"{_PUBLISHING}{_DETAILS}{_DEGREES}".split())
"""What is said of some papers only."""
_ABOUT = frozenset(("about", "on", "regarding", "concerning", "into", "around"))
_ON = frozenset(
    stem(word)
    for word in (
        "average",
        "date",
        "day",
        "each",
        "every",
        "file",
        "hand",
        "offer",
        "record",
        "same",
        "shelf",
        "stock",
        "top",
        "whole",
    )
)
"""Behind an "on", as in "on the same day", no topic."""
_NOUNS = frozenset(stem(word) for word in f"{_WORKS} item piece record title".split())

_WHOLE = re.compile(
    r"\b(?:(?:papers|works|studies|articles|abstracts|publications|preprints|records|entries|titles)"
    r"|(?:complete|full|whole|entire) list|what (?:all )?(?:do|have) (?:you|we)\b(?=.*\b(?:have|got|hold))"
    r"|everything|library|collection|corpus|holdings|catalog(?:ue)?|inventory|database)\b",
    re.IGNORECASE,
)


def asks_for_all(question: str) -> bool:
    """Whether a question is for what the library holds, whatever it is: "What papers do you have?"."""
    narrowed = any(word.isdigit() or stem(word) in _NARROWS for word in WORD.findall(question.lower()))
    return not narrowed and _WHOLE.search(question) is not None and not about_what(question)


def about_what(topic: str) -> list[str]:
    """The stems of a topic's words that are about something, see `words_about`."""
    return [stem(word) for word in words_about(topic)]


def words_about(topic: str) -> list[str]:
    """The words of a topic that are about something, not of papers as such; behind an "about", most words are."""
    words = WORD.findall(topic.lower())
    stems = [stem(word) for word in words]
    found: list[str] = []
    behind = False
    for n, (word, own) in enumerate(zip(words, stems, strict=True)):
        if word in QUESTION_WORDS or (own in THINGS and word not in _TOPICAL):
            behind = (behind or word in _ABOUT) and own not in THINGS
            continue
        if (behind and own not in _ON) or not _frames(word, own, stems[n + 1 : n + 2]):
            found.append(word)
        behind = word in _ABOUT
    return found


def _frames(word: str, own: str, following: list[str]) -> bool:
    if word in _TOPICAL:
        return False
    if word in _RELATED:
        return True
    if word.isdigit():
        return len(word) < len("100")
    if own in AMBIGUOUS:
        return not (following and following[0] in _NOUNS)
    return own in FRAMING
