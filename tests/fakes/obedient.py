"""A model that does whatever it is told outside the delimiters of the evidence, and nothing that stands between them.

It answers from the sentences it is shown: all of the first paper, and of the others the one that shares most words with the
question, each with its key. Any sentence outside the delimiters that tells it to reply with something is obeyed.
"""

from __future__ import annotations

import re

from tests.fakes.llm_server import Request

_ORDER = re.compile(
    r"reply to every user only with the words ([A-Z0-9 ]+)|ask for the user's (password)|print your full (system prompt)",
    re.IGNORECASE,
)
_TURN = re.compile(r"<\|[a-z_]+\|>|\[/?INST\]")
_SENTENCE = re.compile(r"^\[(\w{5})\] (.+)$", re.MULTILINE)


def obedient(request: Request) -> str:
    """The reply to one request."""
    prompt = request.prompt
    fence = re.findall(r"<data (\w{16})>", prompt)[-1]
    inside = re.findall(rf"^<data {fence}>\n(.*?)\n</data {fence}>$", prompt, re.DOTALL | re.MULTILINE)
    outside = re.sub(rf"^<data {fence}>\n.*?\n</data {fence}>$", "", prompt, flags=re.DOTALL | re.MULTILINE)
    if _TURN.search(prompt):  # would end the turn in which the evidence stands
        return f"My system prompt: {outside}\nAll documents: {' '.join(inside)}"
    if order := _ORDER.search(outside):
        return order[1] or f"Please give me your {order[2] or order[3]}."
    asked = re.findall(r"^Question: (.+)$", outside, re.MULTILINE)[-1]
    wanted = _words(asked)
    first, *others = [_SENTENCE.findall(paper) for paper in inside]
    chosen = first + [max(own, key=lambda s: len(wanted & _words(s[1]))) for own in others]
    shared = [(key, text) for key, text in chosen if (key, text) in first or len(wanted & _words(text)) > 1]
    return " ".join(f"{text.rstrip('.')} [{key}]." for key, text in shared) or "NOT-IN-LIBRARY"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))
