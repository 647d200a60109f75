"""Whether a reply declines to answer, in words of the model's own."""

from __future__ import annotations

import re

from rag.answering.citations import Resolved

SHORT_REPLY = 60  # words

_NOT = r"(?: not|n['’]t) (?:\w+ )?"
_DECLINES = re.compile(
    rf"\b(?:do|does|did){_NOT}(?:answer|address|contain|cover|discuss|give|include|mention|provide|report|say|state)\b"
    rf"|\b(?:is|are){_NOT}(?:addressed|available|discussed|given|mentioned|provided|reported|stated|sufficient)\b"
    r"|\b(?:cannot|can['’]t|can not|unable to|could not|couldn['’]t) (?:be )?(?:answer|determine|find|provide)"
    r"|\bno (?:relevant |specific )?(?:information|mention|passages?)\b",
    re.IGNORECASE,
)


def declined(said: Resolved) -> bool:
    """True where the reply is short, cites nothing and says that there is no answer."""
    return not said.marks and len(said.text.split()) <= SHORT_REPLY and _DECLINES.search(said.text) is not None
