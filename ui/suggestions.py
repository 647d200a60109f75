"""First questions for an empty chat, made from the library's titles and kept only where the library answers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rag.answering.record import Answer
from rag.paper import Paper

WANTED = 4
TRIES = 12  # questions asked at most to find those
NAME_WORDS, NAME_LETTERS, TITLE_LETTERS = 3, 30, 70


def question_about(paper: Paper) -> str | None:
    """A question whose answer is that paper, None where the title gives none short enough for a button.

    `Name: what it is` asks for the name, a title that is a question is taken as it stands, another is quoted.
    """
    title = " ".join((paper.title or "").split())
    name, colon, _ = title.partition(": ")
    if colon and len(name.split()) <= NAME_WORDS and len(name) <= NAME_LETTERS and not name.endswith("?"):
        return f"What is {name}?"
    if title.endswith("?") and len(title) <= TITLE_LETTERS:
        return title
    return f"What does “{title}” show?" if 0 < len(title) <= TITLE_LETTERS else None


def spread(papers: Iterable[Paper], tries: int = TRIES) -> Iterator[tuple[Paper, str]]:
    """Papers from all over the library that give a question, with it; different libraries show different ones."""
    usable = [(paper, question) for paper in papers if (question := question_about(paper))]
    step = max(1, len(usable) // tries)
    yield from usable[::step][:tries]


def choose(papers: Iterable[Paper], ask: Callable[[str], Answer], wanted: int = WANTED) -> tuple[str, ...]:
    """At most `wanted` questions that the library answers from the very paper they were made of."""
    found: list[str] = []
    for paper, question in spread(papers):
        answer = ask(question)
        if not answer.abstained and any(source.paper.id == paper.id for source in answer.sources):
            found.append(question)
        if len(found) == wanted:
            break
    return tuple(found)
