"""Whether a sentence is a copy: it stands in a passage word for word, as a statement of its own and not as one denied there."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    plain = " ".join(words).casefold()
    # Most sentences are no copies, and a pattern as long as a sentence takes longer to build than to look for.
    passages = [passage for passage in passages if words and plain in " ".join(passage.text.split()).casefold()]
    if not passages:
        return None
    wanted = re.compile(r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)", re.IGNORECASE)
    for passage in passages:
        for found in wanted.finditer(passage.text):
            if stands(passage.text, found.start(), found.end(), len(words)):
                start, end = found.span()
                if passage.text[end : end + 1] in {".", "!", "…"} and sentence.rstrip()[-1] in ".!…":
                    end += 1
                return replace(passage, start=passage.start + start, end=passage.start + end, text=passage.text[start:end])
    return None


def stands(text: str, start: int, end: int, words: int) -> bool:
    """Whether `text[start:end]` is said there, not merely mentioned."""
    first = max((a for a, _ in sentence_spans(text) if a <= start), default=0)
    last = min((b for _, b in sentence_spans(text) if b >= end), default=len(text))
    before, after = text[first:start].strip(MARKS + "([“"), text[end:last].rstrip(MARKS + ")]”")
    if not before and not after.strip():
        return True
    if words < LEAST_WORDS or DENIED_BEFORE.search(before) or DENIED_AFTER.match(text[end:last]):
        return False
    return (not before or bool(BEGINS.search(text[first:start]))) and bool(GOES_ON.match(text[end:last]))
