"""Telling an abstract from other prose, and prose from code, where nothing but the text itself says which it is."""

from __future__ import annotations

import re

FEWEST_WORDS, MOST_WORDS = 40, 1500  # of an abstract
ENOUGH = 6  # points; 97 of 100 abstracts have them, and hardly a page of manuals and licences

# How research is reported: two points for each different way.
_VERBS = (
    "propose|present|show|introduce|study|find|found|investigate|demonstrate|develop|describe|report|evaluate|analy[sz]e"
    "|examine|explore|argue|prove|derive|compare|address|conduct|observe|measure|use"
)
_CUES = re.compile(
    rf"\bwe (?:also |further |then |first |finally )?(?:{_VERBS})d?\b"
    r"|\b(?:in )?this (?:paper|work|study|article|review|thesis|survey)\b"
    r"|\bour (?:results?|experiments?|findings|approach|method|model|analysis|work|framework)\b"
    r"|\b(?:results?|experiments?|findings|evaluations?) (?:show|suggest|indicate|demonstrate|reveal|on)(?:ed|s)?\b"
    r"|\b(?:is|are|was|were) (?:proposed|presented|introduced|investigated|studied|reported|compared|evaluated)\b"
    r"|\bstate.of.the.art\b|\boutperforms?\b"
    r"|\b(?:background|objectives?|methods?|results|conclusions?)\s?:",
    re.IGNORECASE,
)
# What research is about: a point for each.
_TOPICS = re.compile(
    r"\b(?:methods?|methodology|algorithms?|models?|datasets?|corpus|experiment(?:s|al|ally)?|approach(?:es)?|frameworks?|novel"
    r"|performance|accuracy|evaluat\w+|propos\w+|papers?|stud(?:y|ies)|demonstrat\w+|significant(?:ly)?|baselines?|analys[ei]s"
    r"|hypothes[ei]s|patients|theor(?:y|em|ems|etical)|results?|findings|empirical(?:ly)?|research|literature|existing"
    r"|previous(?:ly)?|improve\w*|effective(?:ness)?|efficien\w+|tasks?|learning|simulations?|estimat\w+|networks?|problems?"
    r"|techniques?|investigat\w+|introduc\w+|provid\w+|achiev\w+|challeng\w+|applications?|systems?|data)\b",
    re.IGNORECASE,
)
# Lines that code, pages, letters and instructions have, and abstracts do not.
_CODE = re.compile(
    r"^\s*(?:```|~~~|#!|<!doctype|<\?|<(?:html|head|body|div|p|table|script|svg|img|a)\b|\$ |>>> |[{}\[\]]\s*$"
    r"|import \w+\s*$|from \w+ import|def \w+\(|class \w+[(:]|public \w+|function \w+\(|#include|package \w"
    r"|\.(?:TH|SH|PP|IP|if|\\\")|\\(?:documentclass|begin|section|usepackage)\b|diff --git|commit [0-9a-f]{7,}"
    r"|(?:subject|from|to|received|return-path):\s)",
    re.IGNORECASE | re.MULTILINE,
)
_INSTRUCTIONS = re.compile(
    r"\b(?:pip3?|conda|npm|apt|brew|cargo) install\b|\bgit clone\b|!\[[^\]]*\]\(|\]\(https?://\S*(?:badge|shields)"
    r"|^#{1,6} *(?:installation|usage|getting started|requirements|quick ?start|contributing|licen[sc]e|table of contents"
    r"|setup|changelog|how to (?:use|run|cite)|citation)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"(?:[-*•]|\d+[.)])\s")


def is_something_else(head: str) -> bool:
    """Whether a text holds code, tags, the head of a letter, or instructions as a README gives them; or is no text at all."""
    if "\x00" in head or sum("\udc80" <= c <= "\udcff" for c in head) > len(head) / 100:
        return True
    return _CODE.search(head) is not None or _INSTRUCTIONS.search(head) is not None


def is_code(head: str) -> bool:
    """Whether one line in twenty is one that only code, pages and letters have."""
    return 20 * sum(1 for _ in _CODE.finditer(head)) > sum(1 for line in head.split("\n") if line.strip())


def reads_as_abstract(paragraph: str) -> bool:
    """Whether a paragraph is prose of an abstract's length that reports research."""
    lines = paragraph.split("\n")
    text = " ".join(paragraph.split())
    if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS or text[0] in "-*>|#{[<":
        return False
    if _CODE.search(paragraph) or sum(_ITEM.match(line) is not None for line in lines) >= 2:
        return False
    letters = sum(c.isalpha() or c.isspace() for c in text) / len(text)
    return letters > 0.85 and points(text) >= ENOUGH


def points(text: str) -> int:
    """How much `text` sounds like a report of research."""
    cues = {m[0].lower() for m in _CUES.finditer(text)}
    return 2 * len(cues) + len({m[0].lower()[:5] for m in _TOPICS.finditer(text)})
