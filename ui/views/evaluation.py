"""Evaluation: finished and unfinished runs, their figures with intervals, and every question down to its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from eval.results import RESULTS
from eval.runs import RunInfo, list_runs, load_run
from eval.scoring import FIGURES
from eval.summary import Figure, Group, Summary, exchanges
from rag.answering.record import Answer
from ui import state
from ui.components import drawer
from ui.components.answer import answer_html
from ui.components.safe import text

COMMAND = "vouch eval run eval/sets/sample.jsonl"
ALL = "all"
WHOLE = {"words"}  # figures that are no shares
COLUMNS = {"hit@1": "hit@1", "fact_recall": "key facts", "citation_precision": "citations", "abstained": "abstained"}
ROWS = "rows"  # begins the name of a run's table
LOWER = 480  # pixels of that table at most


def page() -> None:
    """Draw the evaluation page."""
    st.html("<h1>Evaluation</h1>")
    runs = {run.name: run for run in list_runs(state.home())}
    if not runs:
        _nothing()
        return
    run = runs[st.selectbox("Run", list(runs), format_func=lambda name: _title(runs[name]), key="run", width=640)]
    rows, summary = _load(str(run.folder), _changed(run.folder))
    st.html(_about_html(run))
    _figures(summary)
    _rows(run, rows)


def _nothing() -> None:
    st.html(
        '<div class="v-notice v-plain" role="status"><strong>No runs yet</strong><p>A run asks every question of a file and '
        "scores the answers: are the right papers found and cited, are the key facts there, is refused what cannot be answered. "
        "Start one in a terminal, in Vouch's folder; it shows up here.</p></div>"
    )
    st.code(COMMAND, language=None)


def _title(run: RunInfo) -> str:
    done = "" if run.finished else f", {run.done} of {run.manifest.total} so far"
    return f"{run.manifest.set_name} · {run.manifest.llm} · {run.manifest.started[:16].replace('T', ' ')}{done}"


def _about_html(run: RunInfo) -> str:
    made = run.manifest
    parts = [
        f"{run.done:,} of {made.total:,} questions",
        f"{made.papers:,} papers",
        f"answered by {made.llm}",
        f"Vouch {made.vouch}",
    ]
    state_of = "" if run.finished else " This run is not finished: the figures cover the questions answered so far."
    return f'<p class="v-lead">{text(" · ".join(parts))}.{state_of}</p>'


@st.cache_resource(show_spinner="Reading the run", max_entries=4)
def _load(folder: str, changed: int) -> tuple[list[dict[str, Any]], Summary]:  # noqa: ARG001  part of the cache's key
    return load_run(Path(folder))


def _changed(folder: Path) -> int:
    """A number that is another one when the run has more rows."""
    file = folder / RESULTS
    return file.stat().st_size if file.exists() else 0


def _figures(summary: Summary) -> None:
    """Means with intervals, for all questions or for those of one kind."""
    groups: dict[str, Group] = {ALL: summary.overall, **summary.kinds}
    kind = ALL
    if len(summary.kinds) > 1:
        kind = (
            st.segmented_control("Questions", list(groups), default=ALL, required=True, key="kind", format_func=_kind_title)
            or ALL
        )
    group = groups.get(kind, summary.overall)
    st.html(
        f'<p class="v-lead">{group.questions:,} questions: {group.answered:,} answers, {group.abstained:,} refusals, '
        f"{group.failures:,} failures.</p>"
    )
    if not group.figures:
        return
    st.dataframe(
        {
            "Figure": [FIGURES.get(name, name) for name in group.figures],
            "Value": [number(name, figure.value) for name, figure in group.figures.items()],
            "95 % interval": [interval(name, figure) for name, figure in group.figures.items()],
            "n": [figure.n for figure in group.figures.values()],
        },
        hide_index=True,
        width=640,
        height=drawer.HEADER + drawer.ROW * len(group.figures),
        row_height=drawer.ROW,
    )


def _kind_title(kind: str) -> str:
    return "all questions" if kind == ALL else kind


def number(name: str, value: float) -> str:
    """A figure as people read it: shares with three decimals, counts with one."""
    return f"{value:.1f}" if name in WHOLE else f"{value:.3f}"


def interval(name: str, figure: Figure) -> str:
    """Both ends of the interval."""
    return f"{number(name, figure.low)} to {number(name, figure.high)}"


def _rows(run: RunInfo, rows: Sequence[Mapping[str, Any]]) -> None:
    """Every question; the selected one opens with its answer."""
    if not rows:
        return
    st.html('<h2>Questions</h2><p class="v-lead">Select one to see its answer.</p>')
    wanted = st.text_input(
        "Filter", placeholder="Words in the question, or failed", key="filter-rows", label_visibility="collapsed", width=640
    )
    chosen = [row for row in rows if matches(row, wanted)]
    shares = {title: st.column_config.NumberColumn(format="%.2f", width="small") for title in COLUMNS.values()}
    configuration = {"Question": st.column_config.TextColumn(width="large"), **shares}
    if chosen and (row := drawer.table(f"{ROWS}-{run.name}", columns(chosen), chosen, configuration, tallest=LOWER)):
        _open(row, run.name)


def matches(row: Mapping[str, Any], wanted: str) -> bool:
    """Whether all the words occur in the row; `failed` also finds rows with an error."""
    told = (row["id"], row["kind"], *row.get("tags", ()), row["question"], "failed" if row["error"] else "")
    return all(word in " ".join(told).casefold() for word in wanted.casefold().split())


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The table's columns; of a dialogue the mean over its scored turns."""
    table: dict[str, list[Any]] = {
        "Id": [row["id"] for row in rows],
        "Kind": [row["kind"] for row in rows],
        "Question": [row["question"] for row in rows],
    }
    for name, title in COLUMNS.items():
        table[title] = [mean_score(row, name) for row in rows]
    table["Error"] = [row["error"]["message"] if row["error"] else "" for row in rows]
    return table


def mean_score(row: Mapping[str, Any], name: str) -> float | None:
    """The mean of a score over the row's exchanges that have it; None where none has."""
    found = [exchange["scores"][name] for exchange in exchanges(row) if exchange["scores"] and name in exchange["scores"]]
    return sum(found) / len(found) if found else None


def _open(row: Mapping[str, Any], run: str) -> None:
    """A question with what was expected, its scores and its answer as the chat shows it, in a drawer."""
    st.dialog("Question", position="right", width="medium", on_dismiss=partial(drawer.closed, f"{ROWS}-{run}"))(_detail)(row)


def _detail(row: Mapping[str, Any]) -> None:
    for position, exchange in enumerate(exchanges(row)):
        with st.container(border=True):
            st.html(f'<div class="v-question">{text(exchange["question"])}</div>{_expected_html(exchange)}')
            if exchange["answer"] is not None:
                st.html(answer_html(Answer.from_dict(exchange["answer"]), f"run-{position}"))
            elif row["error"]:
                st.html(f'<div class="v-notice v-bad"><strong>Failed</strong><p>{text(row["error"]["message"])}</p></div>')
            if exchange["scores"]:
                st.html(_scores_html(exchange["scores"]))


def _expected_html(exchange: Mapping[str, Any]) -> str:
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


def _scores_html(scores: Mapping[str, float]) -> str:
    shown = "".join(f"<span>{text(FIGURES.get(name, name))} {number(name, value)}</span>" for name, value in scores.items())
    return f'<div class="v-facts">{shown}</div>'
