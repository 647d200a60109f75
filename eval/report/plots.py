"""The plots of a report: recall by k, risk by coverage, calibration, cost against quality, latency.

A plot for which no run has the numbers is left out, with the reason in its place; a run without them is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from eval import metrics
from eval.report.charts import Axis, Dot, Series, chart
from eval.report.gather import Report, RunReport, Said
from eval.scoring import FIGURES, UNBOUNDED

DEEPEST = 20  # ranks of the recall plot
STEPS = 60  # points of a latency curve


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart with a title and how to read it; `svg` is empty where there is nothing to draw, and `note` says why."""

    title: str
    note: str
    svg: str = ""


def plots(report: Report) -> list[Plot]:
    """All five, in order."""
    return [recall(report), risk(report), calibration(report), cost(report), latency(report)]


def recall(report: Report) -> Plot:
    """Mean share of the named papers among the first k."""
    title = "Recall by k"
    series = [Series(run.name, dots) for run in report.runs if (dots := recall_points(run))]
    if not series:
        return Plot(title, "No question names papers that a recorded ranking could be held against.")
    deepest = max(len(one.dots) for one in series)
    note = "The share of the papers a question names that are among the first k retrieved, on average."
    x = Axis("papers retrieved (k)", 1, max(2, deepest))
    return Plot(title, note, chart(title, x, Axis("recall@k", 0, 1), series))


def recall_points(run: RunReport) -> tuple[Dot, ...]:
    """Recall at 1, 2, … as deep as the answers' rankings go."""
    ranked = [said for said in scored(run) if said.wanted and (said.retrieved or "hit@1" in said.scores)]
    deepest = min(DEEPEST, max((said.retrieved for said in ranked), default=0))
    return tuple(
        Dot(k, value, hint=f"{run.name}: recall@{k} {value:.3f}")
        for k in range(1, deepest + 1)
        for value in [metrics.mean([sum(rank <= k for rank in said.found) / said.wanted for said in ranked])]
    )


def risk(report: Report) -> Plot:
    """Risk by coverage."""
    title = "Risk by coverage"
    series = []
    for run in report.runs:
        held = run.summary.overall.confidence
        if held is not None and held.curve:
            dots = (Dot(p.coverage, p.risk, hint=f"{run.name}: confidence from {p.confidence:.2f}") for p in held.curve)
            area = "" if held.aurc is None else f" (area {held.aurc:.3f})"
            series.append(Series(f"{run.name}{area}", tuple(dots), marks=len(held.curve) <= 12))
    if not series:
        return Plot(title, "No run has answers with a confidence that can be called right or wrong.")
    note = "If only the most confident answers were given: the share of questions answered, and of wrong ones among them."
    x, y = Axis("share of questions answered", 0, 1), Axis("share of wrong answers", 0, 1)
    return Plot(title, note, chart(title, x, y, series))


def calibration(report: Report) -> Plot:
    """Confidence against the share of right answers."""
    title = "Calibration"
    series = []
    for run in report.runs:
        held = run.summary.overall.confidence
        if held is None or not held.bins:
            continue
        dots = tuple(
            Dot(b.confidence, b.right, size=2.5 + 6 * (b.n / held.n) ** 0.5, hint=f"{run.name}: {b.n} answers") for b in held.bins
        )
        error = "" if held.ece is None else f" (error {held.ece:.3f})"
        series.append(Series(f"{run.name}{error}", dots))
    if not series:
        return Plot(title, "No run has answers with a confidence that can be called right or wrong.")
    note = "Answers in ten bins by confidence; on the dotted line it is the chance of being right. Larger dots are more answers."
    x, y = Axis("mean confidence", 0, 1), Axis("share of right answers", 0, 1)
    return Plot(title, note, chart(title, x, y, series, diagonal=True))


def cost(report: Report) -> Plot:
    """What a question costs, against the figure that decides."""
    title = "Cost against quality"
    name = report.headline
    priced = [(run, price) for run in report.runs if (price := cost_of(run)) is not None]
    if name is None or name in UNBOUNDED or not priced:
        return Plot(title, "What the answers cost is not known.")
    if not any(price for _, price in priced):
        return Plot(title, "The answers cost nothing: no back end with a price was used.")
    dearest = max(price for _, price in priced)
    series = []
    for run, price in priced:
        figure = run.summary.overall.figures.get(name)
        if figure is not None:
            hint = f"{run.name}: {FIGURES.get(name, name)} {figure.value:.3f}, ${price:.5f} a question"
            series.append(Series(run.name, (Dot(1000 * price, figure.value, figure.low, figure.high, 5, hint),), line=False))
    note = f"US dollars for a thousand questions against {FIGURES.get(name, name)}, with its 95 % interval."
    left_out = [run.name for run in report.runs if cost_of(run) is None]
    note += f" Without a known price: {', '.join(left_out)}." if left_out else ""
    x = Axis("US dollars for 1,000 questions", 0, 1000 * dearest * 1.1)
    return Plot(title, note, chart(title, x, Axis(FIGURES.get(name, name), 0, 1), series))


def cost_of(run: RunReport) -> float | None:
    """Mean cost of an exchange in US dollars, None where one answer's is unknown or there is none."""
    costs = [said.cost for one in run.asked for said in one.said if said.abstained is not None]
    known = [one for one in costs if one is not None]
    return metrics.mean(known) if known and len(known) == len(costs) else None


def latency(report: Report) -> Plot:
    """The share of answers that were there after so many seconds."""
    title = "Latency"
    times = {run.name: times_of(run) for run in report.runs}
    series = [Series(name, curve(own), steps=True, marks=False) for name, own in times.items() if own]
    if not series:
        return Plot(title, "No run kept how long its answers took.")
    every = [seconds for own in times.values() for seconds in own]
    low, high = max(1e-4, min(every) * 0.9), max(every) * 1.1
    log = high / low > 20
    medians = ", ".join(f"{name} {own[len(own) // 2]:.3g} s" for name, own in times.items() if own)
    note = f"The share of answers that were complete after so many seconds. Median: {medians}."
    x = Axis("seconds" + (" (logarithmic)" if log else ""), low if log else 0, max(high, low * 2), log=log)
    return Plot(title, note, chart(title, x, Axis("share of answers", 0, 1), series))


def times_of(run: RunReport) -> list[float]:
    """Seconds of every answer, sorted."""
    return sorted(said.seconds for one in run.asked for said in one.said if said.seconds is not None)


def curve(times: list[float]) -> tuple[Dot, ...]:
    """The empirical distribution, thinned to what can be seen."""
    n = len(times)
    places = sorted({round(at * (n - 1) / STEPS) for at in range(STEPS + 1)})
    return (Dot(times[0], 0), *(Dot(times[at], (at + 1) / n) for at in places))


def scored(run: RunReport) -> list[Said]:
    """The exchanges that have scores."""
    return [said for one in run.asked if one.error is None for said in one.said if said.scores]
