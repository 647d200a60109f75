"""The plots of one run or two: recall by k, risk by coverage, calibration. They follow the page's light or dark scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from eval.groups import Confidence
from ui.components.safe import text
from ui.evaluation_data import Reading

if TYPE_CHECKING:
    import altair as alt

DEEPEST = 20  # ranks of the recall plot
HEIGHT = 240  # pixels
COLOURS = ["#4583d6", "#d9822b"]  # seen on light and dark, and told apart by everybody
Points = list[dict[str, Any]]


def plots(runs: Mapping[str, Reading]) -> None:
    """Draw all three side by side, below each other on a phone. `runs` by the names to call them."""
    held = {name: one.summary.overall.confidence for name, one in runs.items()}
    judged = {name: one for name, one in held.items() if one is not None}
    left, middle, right = st.columns(3)
    with left:
        _recall({name: recall_points(one) for name, one in runs.items()})
    with middle:
        _risk(judged)
    with right:
        _calibration(judged)


def recall_points(reading: Reading) -> list[float]:
    """Mean share of the named papers among the first k, for k = 1, 2, … as deep as the rankings go."""
    deepest = min(DEEPEST, max((depth for _, _, depth in reading.ranks), default=0))
    shares = [
        sum(sum(rank <= k for rank in found) / wanted for found, wanted, _ in reading.ranks) / len(reading.ranks)
        for k in range(1, deepest + 1)
    ]
    return shares if any(depth for _, _, depth in reading.ranks) else []


def _recall(runs: Mapping[str, Sequence[float]]) -> None:
    points = [{"run": name, "k": k, "recall": share} for name, own in runs.items() for k, share in enumerate(own, start=1)]
    if not points:
        _nothing("Recall by k", "No question names papers that a ranking could be held against.")
        return
    import altair as alt

    chart = _chart(points).mark_line(point=True)
    # Ticks at whole ranks: half a paper is not retrieved.
    deepest = max(len(own) for own in runs.values())
    ticks = alt.Axis(values=[k for k in (1, 5, 10, 15, 20) if k <= deepest], format="d")
    x = alt.X("k:Q", title="papers retrieved (k)", axis=ticks)
    drawn = chart.encode(
        x=x, y=_share("recall", "recall@k"), tooltip=["run:N", "k:Q", alt.Tooltip("recall:Q", format=".3f")], **_colour(runs)
    )
    _draw(
        "Recall by k",
        "The share of the papers a question names that are among the first k found, on average.",
        drawn,
        {name: f"{own[0]:.2f} at k = 1, {own[-1]:.2f} at k = {len(own)}" for name, own in runs.items() if own},
    )


def _risk(runs: Mapping[str, Confidence]) -> None:
    points = _points("Risk by coverage", runs, lambda held: held.curve, ("coverage", "risk", "confidence"))
    if not points:
        return
    import altair as alt

    tips = ["run:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("coverage", "risk", "confidence"))]
    drawn = (
        _chart(points)
        .mark_line(point=len(points) <= 60)
        .encode(
            x=_share("coverage", "share of questions answered", alt.X),
            y=_share("risk", "share of wrong answers"),
            tooltip=tips,
            **_colour(runs),
        )
    )
    _draw(
        "Risk by coverage",
        "If only the most confident answers were given: how many that leaves, and how many of them are wrong.",
        drawn,
        {name: f"area {held.aurc:.3f}" for name, held in runs.items() if held.aurc is not None},
    )


def _calibration(runs: Mapping[str, Confidence]) -> None:
    points = _points("Calibration", runs, lambda held: held.bins, ("confidence", "right", "n"))
    if not points:
        return
    import altair as alt

    base = _chart(points).encode(
        x=_share("confidence", "mean confidence", alt.X), y=_share("right", "share of right answers"), **_colour(runs)
    )
    tips = [
        "run:N",
        alt.Tooltip("n:Q", title="answers"),
        *(alt.Tooltip(f"{name}:Q", format=".2f") for name in ("confidence", "right")),
    ]
    dots = base.mark_circle(opacity=0.85).encode(
        size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[40, 300])), tooltip=tips
    )
    diagonal = (
        _chart([{"confidence": 0, "right": 0}, {"confidence": 1, "right": 1}])
        .mark_line(strokeDash=[4, 4], color="gray")
        .encode(x=_share("confidence", "mean confidence", alt.X), y=_share("right", "share of right answers"))
    )
    _draw(
        "Calibration",
        "Answers in ten bins by confidence: on the dashed line it is the chance of being right. Larger dots are more answers.",
        diagonal + base.mark_line() + dots,
        {name: f"calibration error {held.ece:.3f}" for name, held in runs.items() if held.ece is not None},
    )


def _points(
    title: str, runs: Mapping[str, Confidence], of: Callable[[Confidence], Iterable[object]], fields: Sequence[str]
) -> Points:
    """A point for each thing that `of` gives of each run; where there is none, that is said in the plot's place."""
    points = [
        {"run": name, **{field: getattr(one, field) for field in fields}} for name, held in runs.items() for one in of(held)
    ]
    if not points:
        _nothing(title, "No answer with a confidence can be called right or wrong.")
    return points


def _chart(points: Points) -> alt.Chart:
    """A chart over these points."""
    import altair as alt

    return alt.Chart(alt.Data(values=points))  # type: ignore[no-untyped-call]


def _share(name: str, title: str, channel: Any = None) -> Any:
    """An axis from 0 to 1."""
    import altair as alt

    return (channel or alt.Y)(f"{name}:Q", title=title, scale=alt.Scale(domain=[0, 1]))


def _colour(runs: Mapping[str, object]) -> dict[str, Any]:
    """A colour a run with its legend, where there are several."""
    import altair as alt

    legend = alt.Legend(orient="top", title=None) if len(runs) > 1 else None
    return {"color": alt.Color("run:N", legend=legend, sort=list(runs), scale=alt.Scale(domain=list(runs), range=COLOURS))}


def _draw(title: str, note: str, chart: alt.Chart | alt.LayerChart, told: Mapping[str, str]) -> None:
    """A chart with how to read it, and what it comes down to for each run."""
    words = "; ".join(f"{name}: {said}" if len(told) > 1 else said for name, said in told.items())
    st.html(f'<h4 class="v-head">{text(title)}</h4>')
    st.altair_chart(chart.properties(height=HEIGHT), width="stretch", alt=f"{title}. {words}")
    st.html(f'<p class="v-places">{text(note)} {text(words[:1].upper() + words[1:])}{"." if words else ""}</p>')


def _nothing(title: str, why: str) -> None:
    st.html(f'<h4 class="v-head">{text(title)}</h4><p class="v-places">{text(why)}</p>')
