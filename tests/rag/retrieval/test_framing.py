"""What is left of a question that is about something, and which questions are for all there is."""

from __future__ import annotations

import pytest

from rag.retrieval.framing import about_what, asks_for_all, words_about


@pytest.mark.parametrize(
    "topic",
    """\
List what you have
Which articles were put online ?
Tell me about everything you know
I'm interested in the publications , can you enumerate them?
Number papers?
Which papers appeared on the same day ?
the documents in your database
papers on record
What topics do the papers cover?\
""".splitlines(),
)
def test_words_that_only_speak_of_papers(topic: str) -> None:
    assert about_what(topic) == []


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("papers about search", ["search"]),
        ("document papers", ["document"]),
        ("papers on named entities", ["named", "entities"]),
        ("retrieval papers", ["retrieval"]),
        ("Which papers deal with wool or looms?", ["wool", "looms"]),
        ("work related to sails", ["sails"]),
        ("working memory", ["working", "memory"]),
    ],
)
def test_words_of_a_topic(topic: str, words: list[str]) -> None:
    assert words_about(topic) == words


@pytest.mark.parametrize(
    ("question", "all_of_it"),
    [
        ("What papers do you have?", True),
        ("What's in the library?", True),
        ("The complete list, please.", True),
        ("What papers do you have on bees?", False),
        ("Which papers received upvotes?", False),
        ("What is the newest paper?", False),
        ("hello", False),
        ("What is this paper about?", False),
    ],
)
def test_what_asks_for_all(question: str, all_of_it: bool) -> None:
    assert asks_for_all(question) == all_of_it
