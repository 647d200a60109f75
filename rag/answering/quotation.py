"""Whether a sentence is a copy: it stands in a passage word for word, as a statement of its own and not as one denied there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.record import Passage
from rag.sentences import sentence_spans

LEAST_WORDS = 4  # of a copy that is only a part of its sentence
MARKS = " \t\n.;:!…\"'“”‘’"

DENIED_BEFORE = re.compile(
    r"\b(not|no|never|neither|nor|without|cannot|lack\w*|fail\w*|false|untrue|incorrect\w*|wrong\w*|refut\w*|disprov\w*|reject\w*"
    r"|doubt\w*|den(?:y|ies|ied)|contra(?:ry|dict\w*)|whether|if|unless|unclear|unknown|unlikely|hypothesi\w*|assum\w*|suppos\w*"
    r"|conjectur\w*|myth|belie\w*|thought|claim(?:s|ed)? that|argued?|ask\w*|tests?\b|tested"
    r"|rather than|instead of|except|only)\b|n['’]t\b",
    re.IGNORECASE,
)
"""What, before a copy in its sentence, may take it back: negation, doubt, a hypothesis, somebody else's opinion."""
DENIED_AFTER = re.compile(
    r"^[\s,”\"']*(?:(?:which|this|that|and this)\s)?(?:is|are|was|were|has been|have been|proved|turned out|remains?|seems)\b"
    r"[^.;]{0,24}\b(?:not|false|untrue|incorrect|wrong|refuted|rejected|disproved|unclear|unproven|unknown|doubt\w*|unlikely)\b"
    r"|^[\s,]*(?:unless|if|only|except|but not)\b",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"^(?:[\s\"'”’]*$|[\s\"'”’]*[.,;:!?)\]–—]|\s+(?:and|but|while|whereas|although|though|which|because|since)\b)"
)
BEGINS = re.compile(
    r"(?:^|[.,;:(\[–—\"“]|\b(?:that|and|but|while|whereas|because|since|thus|hence|therefore|we))\s*$", re.IGNORECASE
)


def copied(sentence: str, passages: Sequence[Passage]) -> Passage | None:
    """The span of the first passage that says `sentence` word for word, with offsets in the abstract; None where none does.

    White space, the first letter's case and the closing mark do not matter. A copy must be a whole sentence or a clause of
    at least four words, and what stands around it in its sentence must not take it back ("we found no evidence that …").
    """
    words = sentence.strip(MARKS).split()
    if not words:
        return None
    for passage in passages:
        for start, end in places(words, passage.text):
            if stands(passage.text, start, end, len(words)):
                closed = passage.text[end : end + 1] in {".", "!", "…"} and sentence.rstrip()[-1] in ".!…"
                till = end + closed
                return replace(passage, start=passage.start + start, end=passage.start + till, text=passage.text[start:till])
    return None


def places(words: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """The spans of the text in which these words follow one another, whatever the case and the white space between them."""
    said, spaced = " ".join(words), " ".join(text.split())
    if said.casefold() not in spaced.casefold():  # most sentences are no copies
        return
    if spaced != text or not (text.isascii() and said.isascii()):
        pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)"
        yield from (found.span() for found in re.finditer(pattern, text, re.IGNORECASE))
        return
    # The same without a pattern: one as long as a sentence takes a millisecond to build.
    said, lower, start = said.lower(), text.lower(), 0
    while (start := lower.find(said, start)) >= 0:
        end = start + len(said)
        if _in_word(lower[start - 1 : start]) or _in_word(lower[end : end + 1]):
            start += 1
        else:
            yield start, end
            start = end


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def stands(text: str, start: int, end: int, words: int) -> bool:
    """Whether `text[start:end]` is said there, not merely mentioned."""
    spans = sentence_spans(text)
    first = max((a for a, _ in spans if a <= start), default=0)
    last = min((b for _, b in spans if b >= end), default=len(text))
    before, after = text[first:start].strip(MARKS + "([“"), text[end:last].rstrip(MARKS + ")]”")
    if not before and not after.strip():
        return True
    if words < LEAST_WORDS or DENIED_BEFORE.search(before) or DENIED_AFTER.match(text[end:last]):
        return False
    return (not before or bool(BEGINS.search(text[first:start]))) and bool(GOES_ON.match(text[end:last]))
