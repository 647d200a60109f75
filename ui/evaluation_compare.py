"""Two runs side by side: the verdict, every figure with interval and p, where the difference lies, which questions flipped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from eval.compare import Comparison, Effect, Flip
from eval.comparison_text import probability, remarks
from eval.runs import RunInfo
from eval.scoring import FIGURES, UNBOUNDED
from rag.errors import VouchError
from ui import evaluation_data as data
from ui import evaluation_plots, evaluation_run, state
from ui.components import drawer
from ui.components.notice import error_html, info_html
from ui.components.safe import text
from ui.evaluation_report import downloads

FLIPS = "flips"
SCALE = 100  # shares are compared in points


def compare(runs: Sequence[RunInfo]) -> None:
    """Draw it."""
    pair = two(runs, "compare")
    if pair is None:
        return
    first, second = pair
    decides = st.selectbox("The figure that decides", [None, *FIGURES], format_func=_figure_title, key="decides", width=400)
    try:
        found = data.compared(first.folder, second.folder, decides)
    except VouchError as error:
        st.html(error_html(error))
        return
    st.html(verdict_html(found))
    for remark in remarks(found):
        st.html(f'<p class="v-hint">{text(remark)}</p>')
    downloads([first.folder, second.folder], state.home(), "compare-report")
    st.html('<h2>Every figure</h2><p class="v-lead">p is adjusted for testing several figures at once (Holm).</p>')
    effects((found.headline, *found.others))
    if found.groups:
        st.html(f'<h2>Where it lies</h2><p class="v-lead">{text(_figure_title(found.headline.name))} by kind and tag.</p>')
        effects(found.groups)
    _flips(found, first, second)
    st.html("<h2>Plots</h2>")
    evaluation_plots.plots({"before": data.reading(first.folder), "after": data.reading(second.folder)})


def two(runs: Sequence[RunInfo], key: str) -> tuple[RunInfo, RunInfo] | None:
    """The two runs to hold against each other; None where there are not two of one set."""
    with_rows = [run for run in runs if run.done]
    partners = {run.name: [other for other in with_rows if other is not run and same_set(run, other)] for run in with_rows}
    possible = [run for run in with_rows if partners[run.name]]
    if not possible:
        st.html(info_html("Two runs of one set are needed", "Ask its questions of another back end, or with another setting."))
        return None
    by_name = {run.name: run for run in with_rows}
    title = lambda key_: evaluation_run.title(by_name[key_])  # noqa: E731
    left, right = st.columns(2)
    with left:
        # The older run is the one to be bettered.
        names = [run.name for run in possible]
        first = by_name[st.selectbox("Baseline", names, index=_older(possible), format_func=title, key=f"{key}-first")]
    with right:
        others = [run.name for run in partners[first.name]]
        second = by_name[st.selectbox("Against it", others, format_func=title, key=f"{key}-second-{first.name}")]
    return first, second


def _older(possible: Sequence[RunInfo]) -> int:
    """The place of the run with which the newest one is compared."""
    return next((at for at, run in enumerate(possible) if at and same_set(run, possible[0])), 0)


def same_set(one: RunInfo, other: RunInfo) -> bool:
    """Whether both were asked the same file, or one of that name: a set may have grown."""
    made, also = one.manifest, other.manifest
    return made.set_hash == also.set_hash or made.set_name == also.set_name


def verdict_html(found: Comparison) -> str:
    """The verdict on the figure that decides, in words."""
    effect = found.headline
    better = "No difference that the data support"
    kind = "v-plain"
    if effect.significant:
        up = effect.difference > 0
        better, kind = ("The second run is better", "v-good") if up else ("The second run is worse", "v-bad")
    words = (
        f"{_figure_title(effect.name)}: {value(effect.name, effect.first)} before, {value(effect.name, effect.second)} after, "
        f"a difference of {change(effect.name, effect.difference)} "
        f"(95 % interval {change(effect.name, effect.low)} to {change(effect.name, effect.high)}, "
        f"n = {effect.n:,}, {effect.test} p {probability(effect.adjusted)})."
    )
    return f'<div class="v-notice {kind}" role="status"><strong>{better}</strong><p>{text(words)}</p></div>'


def effects(found: Sequence[Effect]) -> None:
    """A line an effect."""
    st.dataframe(
        {
            "Figure": [_figure_title(one.name) for one in found],
            "Before": [value(one.name, one.first) for one in found],
            "After": [value(one.name, one.second) for one in found],
            "Difference": [change(one.name, one.difference) for one in found],
            "95 % interval": [
                f"{change(one.name, one.low)} to {change(one.name, one.high)}".replace(" points", "") for one in found
            ],
            "p": [probability(one.adjusted).removeprefix("= ") for one in found],
            "": ["significant" if one.significant else "" for one in found],
            "n": [one.n for one in found],
        },
        hide_index=True,
        height=min(drawer.TALLEST, drawer.HEADER + drawer.ROW * len(found)),
        row_height=drawer.ROW,
        column_config={"Figure": st.column_config.TextColumn(width=220)},
    )


def value(figure: str, number: float) -> str:
    """A mean."""
    return evaluation_run.number(figure, number)


def change(figure: str, number: float) -> str:
    """A difference: shares in points of a hundred."""
    return f"{number:+.1f}" if figure in UNBOUNDED else f"{SCALE * number:+.1f} points"


def _figure_title(name_: str | None) -> str:
    return "chosen by what both runs have" if name_ is None else FIGURES.get(name_, name_)


def _flips(found: Comparison, first: RunInfo, second: RunInfo) -> None:
    """The questions that were gained and lost; the selected one opens with both answers."""
    flips = [*found.lost, *found.gained]
    st.html(
        f'<h2>Flipped questions</h2><p class="v-lead">{len(found.gained):,} gained, {len(found.lost):,} lost. '
        "Click one to see both answers.</p>"
    )
    if not flips:
        return
    columns: dict[str, list[Any]] = {
        "": ["gained" if flip.after > flip.before else "lost" for flip in flips],
        "Kind": [flip.kind for flip in flips],
        "Question": [flip.question for flip in flips],
        "Before": [flip.before for flip in flips],
        "After": [flip.after for flip in flips],
    }
    shares = {side: st.column_config.NumberColumn(format="%.2f", width="small") for side in ("Before", "After")}
    table = f"{FLIPS}-{first.name}-{second.name}"
    if flip := drawer.table(table, columns, flips, shares, tallest=evaluation_run.LOWER, opener="Question"):
        draw = st.dialog("Question", position="right", width="large", on_dismiss=partial(drawer.closed, table))(_both)
        draw(flip, first.folder, second.folder)


def _both(flip: Flip, first: Path, second: Path) -> None:
    for place, folder in (("Before", first), ("After", second)):
        line = next((line for line in data.reading(folder).lines if line.id == flip.id), None)
        st.html(f"<h3>{place}</h3>")
        if line is not None:
            evaluation_run.detail(data.row(folder, line), anchor=place.lower())
