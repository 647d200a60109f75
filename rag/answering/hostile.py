"""Text in an abstract that is not addressed to its readers: orders to an assistant, forged turns, floods, disguised letters.

Such sentences are neither quoted nor given to a model as evidence; the answer says how many were left out. This is the second
line of defence: the first is that no text of a paper can leave the delimiters it travels in (`rag.answering.packing`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.paper import Paper
from rag.sentences import sentences

LONGEST_WORD = 200  # characters without a blank; the longest real ones are addresses and formulas

TURN = re.compile(
    r"<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|endofprompt|eot_id|eom_id|(?:start|end)_header_id|begin_of_text"
    r"|end_of_text|end|start|message|channel|return|call)\|>|\[/?(?:INST|THINK|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]|<</?SYS>>|</?s>"
    r"|</?(?:start|end)_of_turn>|◁/?think▷|^(?:system|assistant|user)\s*:\s*(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
"""What chat templates mark turns with."""

_READER = r"(?:assistants?|chatbots?|bots?|(?:language |AI )?models?|AIs?|LLMs?|agents?|systems?)"
_TOLD = r"(?:instruction|prompt|rule|guideline|direction|command|order|message|request)s?"
_READS = r"(?:reads?|reading|process(?:es|ing)|sees?|seeing)"
_BEFORE = r"(?:previous|prior|above|earlier|preceding|your|all|any)"
_GAP = r"[^.]{0,40}"
_ORDERS = re.compile(
    "|".join(
        rf"\b(?:{order})"
        for order in (
            rf"(?:ignore|disregard|forget|override|bypass)\b{_GAP}\b{_BEFORE}\b{_GAP}\b{_TOLD}\b",
            rf"(?:reply|respond|answer)\b{_GAP}\bwith (?:only |exactly )?the (?:words?|phrase|sentence)\b",
            rf"you are (?:now|no longer)\b{_GAP}\b(?:mode|bound|restricted|{_READER})\b",
            rf"(?:print|reveal|show|output|repeat|display|leak)\b{_GAP}\byour (?:\w+ ){{0,3}}(?:prompts?|instructions|rules)\b",
            rf"(?:print|output|dump|leak)\b{_GAP}\b(?:text of all|all) retrieved documents\b",
            r"here is my system prompt\b",
            rf"{_READER} (?:that |who |which )?{_READS} (?:this|these)\b{_GAP}\b(?:must|should|shall|ha[sv]e? to|will|is to)\b",
            rf"ask(?:s|ing)? (?:for )?the (?:user|reader)(?:'s|’s)?\b{_GAP}\b(?:password|credential|account|key|card)",
            rf"must be (?:quoted|cited|reported|presented|repeated)\b{_GAP}\b(?:without mentioning|first|only|instead)\b",
            rf"(?:do not|don't|never) (?:mention|cite|quote|reveal)\b{_GAP}\b(?:earlier|other|original|previous|sources?|this)\b",
            r"(?:always|please) cite (?:this|us|first|only)\b",
            r"(?:this|our) (?:record|document|abstract|passage) answers (?:every|all|any)\b",
            r"note to (?:the |any )?(?:AI|LLM|reviewers?|assistants?|language models?)\b",
        )
    ),
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"\\(?:input|include|immediate|write18|def|let|newcommand|require|catcode|csname|openin|usepackage|end\{document\})\b"
    r"|\b(?:javascript|vbscript|data):\S",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"”“]{1,200}[\"”]|[‘`][^’`]{1,200}[’`']|(?<!\w)'[^']{1,200}'(?!\w)")
_FLOOD = re.compile(rf"[!-~]{{{LONGEST_WORD},}}")  # scripts that are written without blanks are none
_WORD = re.compile(r"[^\W\d_]{2,}")
DISGUISED = 2  # words of mixed alphabets in a title, or one more in an abstract, that are taken for intent


@lru_cache(maxsize=65_536)
def for_readers(sentence: str) -> bool:
    """Whether a sentence may be evidence: it gives no orders to an assistant, forges no turn and holds no flood of signs.

    What it quotes in quotation marks does not count: papers on such attacks do that.
    """
    bare = _QUOTED.sub(" ", sentence)
    return not (TURN.search(sentence) or _COMMANDS.search(sentence) or _ORDERS.search(bare) or _FLOOD.search(sentence))


def disguised(paper: Paper) -> bool:
    """Whether words of the title or the abstract mix the Latin alphabet with one of look-alikes, so as to pass for others."""
    if (paper.title or "").isascii() and paper.abstract.isascii():
        return False
    in_title = sum(_mixed(word) for word in _WORD.findall(paper.title or ""))
    return in_title >= DISGUISED or in_title + sum(_mixed(word) for word in _WORD.findall(paper.abstract)) > DISGUISED


def flags(paper: Paper) -> tuple[str, ...]:
    """What a reader should know of the paper's text, in words; empty for nearly all papers."""
    found = []
    if not all(for_readers(sentence) for sentence in sentences(paper.abstract)):
        found.append("holds text that addresses an assistant or a machine; it is not used as evidence")
    if disguised(paper):
        found.append("mixes alphabets within words, as if to pass for another paper; it is not used as evidence")
    return tuple(found)


def _mixed(word: str) -> bool:
    """Latin and Cyrillic (or Armenian, or Cherokee) in one word; Greek is left out, as in `ΔE` and `αβT`."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "ARMENIAN", "CHEROKEE"})
