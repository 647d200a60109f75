"""The curves of a robustness trial as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from eval.report.answers import esc
from eval.report.charts import Axis, Dot, Series, chart
from eval.report.page import POLICY
from eval.report.style import CSS
from eval.robustness import CITES_PLANTED, Curve, Robustness
from eval.scoring import FIGURES

TITLES = {**FIGURES, CITES_PLANTED: "answers that cite a planted paper"}
EXPLAINED = {
    "typos": "Words of the question misspelt.",
    "paraphrases": "1: another frame; 2: and other common words; 3: key words alone.",
    "contradictions": "Papers planted that claim the opposite of those the questions name.",
    "distractors": "Abstracts added that no question is about.",
    "removed": "Named papers taken out: who has lost all must be refused, who has all must not.",
}


def curves_page(found: Robustness) -> Iterator[str]:
    """The page, piece by piece."""
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{esc(f'Robustness of {found.set_name}')}</title><style>{CSS}</style></head><body>\n<h1>Robustness</h1>"
    )
    yield f'<p class="lead">{esc(found.set_name)}, answered by {esc(found.llm)} over {found.papers} papers.</p>'
    yield "".join(f'<p class="note">{esc(note)}</p>' for note in found.notes)
    yield '<div class="plots">'
    yield from (curve(one) for one in found.curves)
    yield "</div></body></html>\n"


def curve(one: Curve) -> str:
    """A chart and its numbers."""
    names = [name for name in TITLES if any(name in point.figures for point in one.points)]
    series = [
        Series(
            TITLES[name],
            tuple(
                Dot(p.level, f.value, f.low, f.high, hint=f"{TITLES[name]} {f.value:.3f} ({f.low:.3f} to {f.high:.3f}), n {f.n}")
                for p in one.points
                if (f := p.figures.get(name)) is not None
            ),
        )
        for name in names
    ]
    svg = chart(one.name, Axis(one.unit, 0, max(p.level for p in one.points)), Axis("share", 0, 1), series)
    head = "".join(f"<th>{point.level:g}</th>" for point in one.points)
    rows = [f"<tr><td>questions</td>{''.join(f'<td>{p.questions}{failed(p.failures)}</td>' for p in one.points)}</tr>"]
    for name in names:
        values = [point.figures.get(name) for point in one.points]
        cells = "".join(f"<td>{'' if value is None else f'{value.value:.3f}'}</td>" for value in values)
        rows.append(f"<tr><td>{esc(TITLES[name])}</td>{cells}</tr>")
    table = f'<div class="scroll"><table><tr><th>{esc(one.unit)}</th>{head}</tr>{"".join(rows)}</table></div>'
    return f'<div><h3>{esc(one.name)}</h3><p class="note">{esc(EXPLAINED.get(one.name, ""))}</p>{svg}{table}</div>\n'


def failed(count: int) -> str:
    """How many questions have no answer, where some have none."""
    return f"<small>{count} failed</small>" if count else ""
