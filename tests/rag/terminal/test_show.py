"""An answer in the terminal: verdicts behind the sentences, numbered sources with their passages, notes, what it took."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from rich.text import Text

from rag.answering.record import OUTSIDE_MARK, Answer, AnswerKind, CitedSource, Hit, Passage, Sentence, Tokens, Verdict
from rag.answering.trust import trust
from rag.paper import Paper
from rag.terminal.show import GLUE, contains, expense, fold, judged_text, show_answer, show_hits, show_papers

ABSTRACT = "We test pruning. Pruning halves memory. Accuracy falls by 1 point."
PAPER = Paper("arxiv:2401.00001", ABSTRACT, title="Pruning revisited", date=dt.date(2024, 1, 5), arxiv_id="2401.00001")
OTHER = Paper("abs:00000000000000ff", "Sparse models run fast.", authors=("Ada Byron",), year=2023)


def passage(paper: Paper, text: str) -> Passage:
    start = paper.abstract.index(text)
    return Passage(paper.id, 0, start, start + len(text), text)


ANSWER = Answer(
    question="What does pruning do?",
    text="Pruning halves memory [1]. It also cooks [1][2]. Nobody knows why.",
    sentences=(
        Sentence("Pruning halves memory.", (1,), Verdict.SUPPORTED, 0.97),
        Sentence("It also cooks.", (1, 2), Verdict.UNSUPPORTED, 0.1),
        Sentence("Nobody knows why.", (), Verdict.UNCITED),
    ),
    sources=(
        CitedSource(1, PAPER, (passage(PAPER, "Pruning halves memory."),)),
        CitedSource(2, OTHER, (passage(OTHER, "Sparse models run fast."),)),
    ),
    retrieved=(Hit(PAPER, passage(PAPER, "We test pruning."), 1.5, {}),),
    kind=AnswerKind.WRITTEN,
    abstained=False,
    confidence=0.875,
    model="openai:small",
    tokens=Tokens(1200, 34, "server"),
    cost=0.0002,
    timings={"retrieve": 0.25, "write": 1.0},
)


def test_a_sentence_from_elsewhere_is_told_apart() -> None:
    own = Sentence("Everybody prunes.", (), Verdict.UNCITED, outside=True)
    answer = replace(
        ANSWER, text=f"Pruning halves memory [1]. Everybody prunes {OUTSIDE_MARK}.", sentences=(ANSWER.sentences[0], own)
    )
    assert judged_text(answer).plain.replace(GLUE, " ") == (
        "Pruning halves memory [1]. ✓ Everybody prunes [not from your library]. ○"
    )
    assert "○ not from your library" in printed(answer)


def printed(answer: Answer, *, passages: bool = True) -> str:
    console = plain_console()
    show_answer(console, answer, passages=passages)
    return read(console)


def plain_console() -> Console:
    return Console(file=io.StringIO(), width=80, markup=False, emoji=False, highlight=False)


def read(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_figures_of_the_verdicts_stand_where_the_verdicts_do_but_not_below_quotations() -> None:
    told = " ".join(printed(ANSWER).split())
    assert f"How far to trust these marks: {trust().sentence}" in told
    quoted = replace(ANSWER, sentences=(replace(ANSWER.sentences[0], probability=1.0),))
    assert "How far to trust" not in printed(quoted)


def test_the_whole_screen() -> None:
    whole = re.sub(r"How far to trust these marks: .*?\n\n", "\n", printed(ANSWER), flags=re.DOTALL)
    assert (
        whole
        == """\
Pruning halves memory [1]. ✓ It also cooks [1][2]. ✗ Nobody knows why. ?

✓ supported  ~ partly  ≠ contradicted  # number mismatch  ✗ unsupported
? uncited

Sources
[1] Pruning revisited
    2024-01-05 · https://arxiv.org/abs/2401.00001
    “Pruning halves memory.”
[2] Sparse models run fast. [untitled]
    2023 · abs:00000000000000ff
    “Sparse models run fast.”

openai:small · confidence 0.88 · 1,200 + 34 tokens · $0.0002 · 1.25 s"""
    )


def test_sources_without_their_passages() -> None:
    assert "“" not in printed(ANSWER, passages=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Pruning halves memory [1]. It cooks.", "Pruning halves memory [1]. ✓ It cooks. ?"),
        ("Pruning halves memory. [1] It cooks.", "Pruning halves memory. [1] ✓ It cooks. ?"),
        ("Pruning [1] halves memory.[1] [2]\n\nIt cooks.", "Pruning [1] halves memory.[1] [2] ✓\n\nIt cooks. ?"),
        (
            "As quoted:\n- Pruning halves\n  memory. [1, 2]\n- It cooks.",
            "As quoted:\n- Pruning halves\n  memory. [1, 2] ✓\n- It cooks. ?",
        ),
    ],
)
def test_the_verdict_follows_the_sentence_and_its_marks(text: str, shown: str) -> None:
    sentences = (Sentence("Pruning halves memory.", (1,), Verdict.SUPPORTED), Sentence("It cooks.", (), Verdict.UNCITED))
    assert judged_text(replace(ANSWER, text=text, sentences=sentences)).plain.replace(GLUE, " ") == shown


def test_sentences_that_are_not_in_the_text_follow_it() -> None:
    answer = replace(ANSWER, text="Reworded.", sentences=(Sentence("Original.", (1,), Verdict.PARTLY),))
    assert judged_text(answer).plain.replace(GLUE, " ") == "Reworded.\n~ Original. [1]"


def test_a_verdict_is_never_alone_on_a_line() -> None:
    for width in range(20, 80):
        console = Console(file=io.StringIO(), width=width)
        fold(console, judged_text(ANSWER))
        assert not [line for line in read(console).splitlines() if line.strip()[0] in "✓~✗?"], width


def test_folded_lines_hang_under_the_title_and_end_without_blanks() -> None:
    console = Console(file=io.StringIO(), width=24)
    fold(console, Text("Pruning revisited once more"), "[1] ")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "[1] Pruning revisited\n    once more\n"


def test_quotations_are_not_quoted_twice() -> None:
    assert "“" not in printed(replace(ANSWER, kind=AnswerKind.QUOTED))


def test_an_abstention_names_the_nearest_papers() -> None:
    answer = replace(ANSWER, text="The library does not answer this.", sentences=(), sources=(), abstained=True, tokens=Tokens())
    shown = printed(answer)
    assert "Nearest papers\n  · Pruning revisited (2024-01-05 · arxiv:2401.00001)" in shown
    assert "supported" not in shown
    assert shown.endswith("openai:small · no paper is surely the one that is meant · no tokens · 1.25 s")


def test_notes_and_invented_citations_are_reported() -> None:
    shown = printed(replace(ANSWER, notes=("The reply was cut off.",), invented=("K9",)))
    assert "Note: The reply was cut off." in shown
    assert "Note: the model cited what it was not given (K9); those marks were removed." in shown


def test_an_unknown_price_is_not_a_price_of_nothing() -> None:
    assert "price unknown" in expense(replace(ANSWER, cost=None))


def test_a_total_among_the_timings_is_the_time() -> None:
    assert expense(replace(ANSWER, timings={"retrieve": 0.25, "total": 0.5})).endswith("0.50 s")


def test_foreign_text_is_neither_markup_nor_control() -> None:
    hostile = replace(PAPER, title="[red]Free[/red] \x1b[31mmoney\x1b]0;pwned\x07 :bomb:")
    shown = printed(replace(ANSWER, sources=(CitedSource(1, hostile, ()),), notes=("[link=x]y[/link]\x1b[2J",)))
    assert "[1] [red]Free[/red] money :bomb:" in shown
    assert "Note: [link=x]y[/link]" in shown
    assert "\x1b" not in shown


def test_hits_are_ranked_and_quoted() -> None:
    console = plain_console()
    show_hits(console, ANSWER.retrieved)
    assert read(console).splitlines() == [
        "1. Pruning revisited",
        "   2024-01-05 · arxiv:2401.00001 · score 1.500",
        "   “We test pruning.”",
    ]


def test_papers_are_one_line_each_however_long() -> None:
    console = plain_console()
    show_papers(console, [PAPER, replace(OTHER, title="long " * 40)])
    first, second = read(console).splitlines()
    assert first == "2024-01-05  arxiv:2401.00001        Pruning revisited"
    assert second.endswith(("long " * 40).strip())


@pytest.mark.parametrize(
    ("text", "found"), [("PRUNING memory", True), ("2401.00001", True), ("2024-01", True), ("cooking", False), ("", True)]
)
def test_the_filter_wants_every_word_anywhere(text: str, found: bool) -> None:
    assert contains(PAPER, text) is found
