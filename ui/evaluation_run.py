"""One run: its figures with intervals, plots, what is to blame, and every question down to its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from eval import background
from eval.runs import RunInfo
from eval.scoring import FIGURES, UNBOUNDED
from eval.summary import Figure, Group, Summary, exchanges
from rag.answering.record import Answer
from rag.answering.telling import counted
from ui import evaluation_data as data
from ui import evaluation_plots, evaluation_progress, state
from ui.components import drawer
from ui.components.answer import answer_html
from ui.components.footer import back_end, cost
from ui.components.safe import text
from ui.evaluation_data import Line

ALL = "all"
COLUMNS = {"right": "right", "hit@1": "hit@1", "fact_recall": "key facts", "citation_precision": "citations"}
HEADLINES = (
    *("right", "label_accuracy", "hit@1", "recall@10", "fact_recall", "citation_precision", "citation_recall", "supported"),
    *("words", "wrongly_refused", "rightly_refused"),
)
"""The figures seen first."""
ROWS = "rows"  # begins the name of a run's table
LOWER = 480  # pixels of that table at most


def show(run: RunInfo) -> None:
    """Draw the run."""
    reading = data.reading(run.folder)
    st.html(_about_html(run, reading.summary))
    _again(run, reading.summary)
    _figures(reading.summary)
    _rows(run, reading.lines)
    if reading.lines:
        # Last: charts take their height when they are drawn, and would move what is below them.
        st.html("<h2>Plots</h2>")
        evaluation_plots.plots({name(run): reading})


def name(run: RunInfo) -> str:
    """What to call a run beside others of its set: settings, back end, time of the start."""
    made = run.manifest
    settings = "".join(
        f"{key}={value} · " for key, value in sorted(made.overrides.items())
    )  # first: names are cut off at their end
    system = made.name if made.source != "asked" and made.name else f"{settings}{back_end(made.llm)}"
    return f"{system} · {made.started[:16].replace('T', ' ')}"


def title(run: RunInfo) -> str:
    """What to call a run in a list of all."""
    done = "" if run.finished else f", {run.done} of {run.manifest.total} so far"
    return f"{run.manifest.set_name} · {name(run)}{done}"


def _about_html(run: RunInfo, summary: Summary) -> str:
    made = run.manifest
    parts = [
        f"{run.done:,} of {made.total:,} questions",
        f"{made.papers:,} papers",
        f"answered by {back_end(made.llm)}",
        cost(summary.overall.cost),
        f"Vouch {made.vouch}",
    ]
    state_of = "" if run.finished else " This run is not finished: the figures cover the questions answered so far."
    return f'<p class="v-lead">{text(" · ".join(parts))}.{state_of}</p>'


def _again(run: RunInfo, summary: Summary) -> None:
    """What failed may be asked again."""
    failures = summary.overall.failures
    if not failures or not run.finished or background.read_launch(run.folder) is None:
        return
    st.button(
        f"Ask the {failures:,} failed again" if failures > 1 else "Ask the failed one again",
        key="retry-failed",
        icon=":material/replay:",
        on_click=partial(evaluation_progress.resume, run.folder, retry_failed=True),
    )


def _figures(summary: Summary) -> None:
    """Means with intervals, for all questions or for those of one kind, and what became of the questions."""
    groups: dict[str, Group] = {ALL: summary.overall, **summary.kinds}
    kind = ALL
    if len(summary.kinds) > 1:
        chosen = st.segmented_control("Questions", list(groups), default=ALL, required=True, key="kind", format_func=_kind_title)
        kind = chosen or ALL
    group = groups.get(kind, summary.overall)
    st.html(
        f'<p class="v-lead">{counted(group.questions, "question", "questions")}: {counted(group.answered, "answer", "answers")}, '
        f"{counted(group.abstained, 'refusal', 'refusals')}, {counted(group.failures, 'failure', 'failures')}.</p>"
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        few = {name: group.figures[name] for name in HEADLINES if name in group.figures}
        everything = len(few) < len(group.figures) and st.toggle("All figures", key="all-figures")
        figures(group.figures if everything else few)
    with right:
        _counts("What became of them", group.outcomes)
        _counts("What is to blame", {name: n for name, n in group.blame.items() if name != "none"})


def figures(found: Mapping[str, Figure]) -> None:
    """Every figure with its interval and n."""
    if not found:
        return
    st.dataframe(
        {
            "Figure": [FIGURES.get(name, name) for name in found],
            "Value": [number(name, figure.value) for name, figure in found.items()],
            "95 % interval": [interval(name, figure) for name, figure in found.items()],
            "n": [figure.n for figure in found.values()],
        },
        hide_index=True,
        height=drawer.HEADER + drawer.ROW * len(found),
        row_height=drawer.ROW,
        column_config={"Figure": st.column_config.TextColumn(width=220)},
    )


def _counts(head: str, counts: Mapping[str, int]) -> None:
    """Counts as bars with their numbers."""
    shown = {name: n for name, n in counts.items() if n}
    if not shown:
        return
    total = sum(shown.values())
    bars = "".join(
        f'<div class="v-bar-row"><span>{text(name)}</span><span class="v-bar"><i style="width:{100 * n / total:.1f}%"></i></span>'
        f"<span>{n:,}</span></div>"
        for name, n in sorted(shown.items(), key=lambda own: -own[1])
    )
    st.html(f'<h4 class="v-head">{text(head)}</h4><div class="v-bars">{bars}</div>')


def _kind_title(kind: str) -> str:
    return "all questions" if kind == ALL else kind


def number(name: str, value: float) -> str:
    """A figure as people read it: shares with three decimals, counts with one."""
    return f"{value:.1f}" if name in UNBOUNDED else f"{value:.3f}"


def interval(name: str, figure: Figure) -> str:
    """Both ends of the interval."""
    return f"{number(name, figure.low)} to {number(name, figure.high)}"


def _rows(run: RunInfo, lines: Sequence[Line]) -> None:
    """Every question; the selected one opens with its answer."""
    if not lines:
        return
    st.html('<h2>Questions</h2><p class="v-lead">Click one to see its answer.</p>')
    blamed = Counter(blame for line in lines for blame in line.blame)
    picked: Sequence[str] = ()
    if blamed:
        picked = st.pills(
            "What is to blame",
            list(blamed),
            selection_mode="multi",
            key=f"blame-{run.name}",
            format_func=lambda blame: f"{blame} ({blamed[blame]})",
            label_visibility="collapsed",
        )
    wanted = st.text_input(
        "Filter", placeholder="Words in the question, or failed", key="filter-rows", label_visibility="collapsed", width=640
    )
    chosen = [line for line in lines if matches(line, wanted) and (not picked or set(picked) & set(line.blame))]
    if not chosen:
        st.html('<p class="v-hint">No question is like that.</p>')
        return
    shares = {title: st.column_config.NumberColumn(format="%.2f", width="small") for title in COLUMNS.values()}
    if picked_line := drawer.table(f"{ROWS}-{run.name}", columns(chosen), chosen, shares, tallest=LOWER, opener="Question"):
        open_line(run.folder, picked_line, f"{ROWS}-{run.name}")


def matches(line: Line, wanted: str) -> bool:
    """Whether all the words occur in the line; `failed` also finds lines with an error."""
    told = (line.id, line.kind, *line.tags, line.question, line.outcome, *line.blame)
    return all(word in " ".join(told).casefold() for word in wanted.casefold().split())


def columns(lines: Sequence[Line]) -> dict[str, list[Any]]:
    """The table's columns; of a dialogue the mean over its scored turns."""
    table: dict[str, list[Any]] = {
        "Id": [line.id for line in lines],
        "Kind": [line.kind for line in lines],
        "Question": [line.question for line in lines],
        "Outcome": [line.outcome for line in lines],
        "To blame": [", ".join(line.blame) for line in lines],
    }
    for name_, title_ in COLUMNS.items():
        table[title_] = [line.scores.get(name_) for line in lines]
    if any(line.error for line in lines):
        table["Error"] = [line.error for line in lines]
    return table


def open_line(folder: Path, line: Line, table: str) -> None:
    """A question with what was expected, its scores and its answer as the chat shows it, in a drawer."""
    draw = st.dialog("Question", position="right", width="medium", on_dismiss=partial(drawer.closed, table))(detail)
    draw(data.row(folder, line))


def detail(row: Mapping[str, Any], anchor: str = "run") -> None:
    """Every exchange of a row; `anchor` differs for each row on the page."""
    for position, exchange in enumerate(exchanges(row)):
        with st.container(border=True):
            st.html(f'<div class="v-question">{text(exchange["question"])}</div>{expected_html(exchange)}')
            if exchange["answer"] is not None:
                st.html(answer_html(Answer.from_dict(exchange["answer"]), f"{anchor}-{position}"))
            elif row["error"]:
                st.html(f'<div class="v-notice v-bad"><strong>Failed</strong><p>{text(row["error"]["message"])}</p></div>')
            if exchange["scores"]:
                st.html(_scores_html(exchange))


def expected_html(exchange: Mapping[str, Any]) -> str:
    """What a good answer holds."""
    parts = []
    if not exchange["answerable"]:
        parts.append("The library cannot answer this; a refusal is right.")
    if exchange["key_facts"]:
        parts.append("Key facts: " + "; ".join(map(str, exchange["key_facts"])))
    titles = [paper.label if (paper := state.assistant().paper(key)) else key for key in exchange["relevant"]]
    if titles:
        parts.append("Expected papers: " + "; ".join(titles))
    if exchange["unresolved"]:
        parts.append("Not in the library: " + "; ".join(map(str, exchange["unresolved"])))
    return "".join(f'<div class="v-places">{text(part)}</div>' for part in parts)


def _scores_html(exchange: Mapping[str, Any]) -> str:
    became = [exchange.get("outcome"), exchange.get("blame") if exchange.get("blame") != "none" else None]
    head = ": ".join(str(one) for one in became if one)
    scores: Mapping[str, float] = exchange["scores"]
    shown = "".join(f"<span>{text(FIGURES.get(name, name))} {number(name, value)}</span>" for name, value in scores.items())
    return f'<h4 class="v-head">{text(head)}</h4><div class="v-facts">{shown}</div>'
