"""An answer as Markdown: what goes beyond sentences and sources. The rest is checked where it is exported from the terminal."""

from __future__ import annotations

from dataclasses import replace

from rag.answering.markdown import markdown
from rag.answering.record import Answer, AnswerKind, Aspect, CitedSource, Passage, Table, Tokens
from rag.paper import Paper

CRANES = Paper(id="p1", title="Cranes", abstract="Cranes fly at night | mostly. Radar sees them.")
MOSS = Paper(id="p2", title="Moss", abstract="Moss cools walls.")
ANSWER = Answer(
    question="Which?",
    text="Two papers.",
    sentences=(),
    sources=(CitedSource(1, CRANES, ()), CitedSource(2, MOSS, ())),
    retrieved=(),
    kind=AnswerKind.QUOTED,
    abstained=False,
    confidence=0.5,
    model="extractive",
    tokens=Tokens(),
    cost=0.0,
    timings={},
)


def test_a_comparison_is_a_table_that_no_word_breaks() -> None:
    cell = Passage("p1", 0, 0, 29, "Cranes fly at night | mostly.")
    table = Table((1, 2), (Aspect("finding", (cell, None)),))
    assert (
        "| | \\[1\\] | \\[2\\] |\n|---|---|---|\n| finding | Cranes fly at night \\| mostly. | says nothing of it |\n"
        in markdown(replace(ANSWER, table=table))
    )


def test_what_a_list_leaves_out_is_counted() -> None:
    assert "\n1,204 more found and not shown.\n" in markdown(replace(ANSWER, left_out=1204))
