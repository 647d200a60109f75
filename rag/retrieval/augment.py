"""A question in a language model's other words: further queries, and a turn of a conversation that stands by itself.

Neither adds a fact: what comes back is only searched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

WAYS = {
    "rephrase": "the question in other words that authors of papers would use",
    "decompose": "up to three shorter questions that together ask the same, each as a line of its own",
    "specialise": "the question about a more specific method, task or measure that it may mean",
    "constrain": "the question with every condition it states (data, model, size, year) spelled out",
    "hypothetical": "two sentences of an abstract, made up, in which the question would be answered",
}
MOST = 8  # further queries
LONGEST = 600  # characters of one
_LINE = re.compile(rf"^[\s*\-#\d.)]*({'|'.join(WAYS)})[ \t*]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)

AUGMENT = """You help to search a library of research-paper abstracts. For the question below write further queries, one a line:
{ways}
Begin each line with its name and a colon. Write nothing else, and do not answer the question.

Question: {question}"""
CONDENSE = """Below are the last turns of a conversation about research papers, and its next turn. Write that turn as one question
that can be understood without the conversation: put what it points at in place of pronouns, keep every name, number and
condition, add nothing. Where it stands by itself already, repeat it. Write the question alone.

{turns}

Next turn: {question}"""


def augment_prompt(question: str, ways: Collection[str]) -> str:
    """What the model is asked; `ways` are names of WAYS."""
    return AUGMENT.format(ways="\n".join(f"{way}: {WAYS[way]}" for way in WAYS if way in ways), question=_line(question))


def read_queries(reply: str, ways: Collection[str], question: str) -> list[tuple[str, str]]:
    """(way, query) of the lines that keep to the form, at most MOST, without what repeats the question or another one."""
    found: list[tuple[str, str]] = []
    seen = {_line(question).casefold()}
    for match in _LINE.finditer(_THOUGHT.sub("", reply)):
        way, query = match[1].lower(), _line(match[2]).strip("\"'“” ")[:LONGEST]
        if way in ways and query and query.casefold() not in seen:
            seen.add(query.casefold())
            found.append((way, query))
    return found[:MOST]


def condense_prompt(question: str, turns: Sequence[tuple[str, str]]) -> str:
    """What the model is asked; `turns` are earlier questions and answers, oldest first."""
    said = "\n".join(f"User: {_line(asked)}\nAnswer: {_line(answered)[:LONGEST]}" for asked, answered in turns)
    return CONDENSE.format(turns=said, question=_line(question))


def read_question(reply: str) -> str:
    """The first line that says something, without a label or quotation marks; empty where there is none."""
    lines = (line.strip() for line in _THOUGHT.sub("", reply).splitlines())
    first = next((line for line in lines if re.search(r"\w", line)), "")
    return re.sub(r"^(?:standalone |next )?(?:question|turn)\s*:\s*", "", first, flags=re.IGNORECASE).strip("\"'“” ")[:LONGEST]


def _line(text: str) -> str:
    return " ".join(text.split())
