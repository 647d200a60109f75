"""One HTML page that needs nothing else: no script, no font, no picture, no request. Everything foreign in it is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.blame import Outcome
from eval.compare import Comparison, Effect
from eval.comparison_text import probability, remarks, sentence
from eval.groups import Group
from eval.report.answers import ALL, class_of, esc, filters, questions
from eval.report.gather import Report, RunReport
from eval.report.plots import plots
from eval.report.style import CSS
from eval.scoring import FIGURES, UNBOUNDED

BRIEFLY = 3  # comparisons that are told at the top, too
MANY = 3  # runs beyond which intervals stand below the means
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
OUTCOMES = tuple(
    outcome.value
    for outcome in (
        Outcome.ANSWERED_RIGHT,
        Outcome.REFUSED_RIGHTLY,
        Outcome.ANSWERED_WRONG,
        Outcome.REFUSED_WRONGLY,
        Outcome.NOT_JUDGED,
        Outcome.FAILED,
    )
)


def page(report: Report) -> Iterator[str]:
    """The page, piece by piece."""
    title = "Evaluation of " + ", ".join(run.name for run in report.runs)
    hide = "".join(
        f"body:has(#f-{class_of(name)}:checked) .question:not(.{class_of(name)}){{display:none}}" for name in filters(report)
    )
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{esc(title)}</title><style>{CSS}{hide}</style></head><body>\n"
    )
    yield f'<h1>Evaluation</h1><p class="lead">{esc(lead(report))}</p>'
    yield "".join(
        f"<p>{verdict(one, len(report.comparisons))}.</p>" for one in report.comparisons if len(report.comparisons) <= BRIEFLY
    )
    links = [("runs", "Runs"), ("figures", "Figures"), *([("comparison", "Comparison")] if report.comparisons else [])]
    links += [("plots", "Plots"), ("outcomes", "Outcomes"), ("questions", "Questions")]
    anchors = "".join(f'<a href="#{anchor}">{name}</a>' for anchor, name in links)
    yield f"<nav>{anchors}</nav>\n"
    yield runs(report.runs)
    yield figures(report)
    if report.comparisons:
        yield '<h2 id="comparison">Comparison</h2>'
        yield from (comparison(one, len(report.comparisons)) for one in report.comparisons)
    yield '<h2 id="plots">Plots</h2><div class="plots">'
    for plot in sorted(plots(report), key=lambda plot: not plot.svg):  # those that cannot be drawn say so at the end
        yield f'<div><h3>{esc(plot.title)}</h3><p class="note">{esc(plot.note)}</p>{plot.svg}</div>\n'
    yield "</div>"
    yield outcomes(report)
    yield judges(report.runs)
    yield f'<h2 id="questions">Questions</h2>{filter_bar(report)}\n'
    yield from questions(report)
    yield "</body></html>\n"


def lead(report: Report) -> str:
    """What the page is about, in one sentence."""
    sets = dict.fromkeys(run.manifest.set_name for run in report.runs)
    several = f"{len(report.runs)} runs" if len(report.runs) > 1 else report.runs[0].name
    return f"{several} over {len(report.questions)} questions of {', '.join(sets)}."


def runs(given: Sequence[RunReport]) -> str:
    """What each run was made of."""
    head = "".join(f"<th>{esc(run.name)}</th>" for run in given)
    lines: list[tuple[str, list[str]]] = [
        ("Questions", [f"{len(r.asked)} of {r.manifest.total}" for r in given]),
        ("Answered by", [r.manifest.llm for r in given]),
        ("Library", [f"{r.manifest.papers} papers, {r.manifest.library}" for r in given]),
        ("Settings", [r.manifest.settings for r in given]),
        ("Changed settings", [", ".join(f"{k}={v}" for k, v in sorted(r.manifest.overrides.items())) for r in given]),
        ("Question set", [f"{r.manifest.set_name}, {r.manifest.set_hash}" for r in given]),
        ("Vouch", [revision(r) for r in given]),
        ("Started (UTC)", [r.manifest.started[:16].replace("T", " ") for r in given]),
    ]
    rows = "".join(
        f"<tr><td>{name}</td>{''.join(f'<td>{esc(cell)}</td>' for cell in cells)}</tr>" for name, cells in lines if any(cells)
    )
    return f'<h2 id="runs">Runs</h2><div class="scroll"><table class="text"><tr><th></th>{head}</tr>{rows}</table></div>\n'


def revision(run: RunReport) -> str:
    """Version and revision; a `+` says that files were changed."""
    git = run.manifest.git or ""
    return f"{run.manifest.vouch} {git[:10]}{'+' if git.endswith('+') else ''}".strip()


def figures(report: Report) -> str:
    """All means with intervals, for all questions and for each kind."""
    parts = [
        '<h2 id="figures">Figures</h2><p class="note">Mean, its 95 % bootstrap interval over questions (Wilson’s where all are 0'
    ]
    parts.append(" or all are 1), and n.")
    parts.append(" The figure in bold decides comparisons.")
    if any(run.summary.overall.failures for run in report.runs):
        parts.append(" Failed questions are in no mean; “if failed” is the mean if they all had scored 0, or 1.")
    parts.append("</p>")
    parts.append(figure_table(report, [run.summary.overall for run in report.runs]))
    kinds, tags = [run.summary.kinds for run in report.runs], [run.summary.tags for run in report.runs]
    for name, groups in (("kind", kinds), ("tag", tags)):
        keys = sorted({key for own in groups for key in own})
        for key in keys if name == "tag" or len(keys) > 1 else ():
            table = figure_table(report, [own.get(key) for own in groups])
            parts.append(f"<details><summary>{name} {esc(key)}</summary>{table}</details>")
    return "".join(parts) + "\n"


def figure_table(report: Report, groups: Sequence[Group | None]) -> str:
    """A line a figure, a column a run."""
    have = {name for group in groups if group for name in group.figures}
    head = "".join(f"<th>{esc(run.name)}</th>" for run in report.runs)
    counts = "".join(f"<td>{counted(group)}</td>" for group in groups)
    rows = [f"<tr><td>questions</td>{counts}</tr>"]
    for name in (name for name in FIGURES if name in have):
        cells = "".join(f"<td>{figure_cell(group, name)}</td>" for group in groups)
        decides = ' class="decides"' if name == report.headline else ""
        rows.append(f"<tr{decides}><td>{esc(FIGURES[name])}</td>{cells}</tr>")
    many = ' class="many"' if len(groups) > MANY else ""
    return f'<div class="scroll"><table{many}><tr><th></th>{head}</tr>{"".join(rows)}</table></div>'


def counted(group: Group | None) -> str:
    """How many questions, and what became of them."""
    if group is None:
        return ""
    failed = f", {group.failures} failed" if group.failures else ""
    return f"{group.questions}<small>{group.answered} answers, {group.abstained} refusals{failed}</small>"


def figure_cell(group: Group | None, name: str) -> str:
    """A mean with its interval and whatever else must be known of it; nothing where there is none."""
    figure = group.figures.get(name) if group else None
    if figure is None:
        return ""
    digits = 1 if name in UNBOUNDED else 3
    parts = [f"{figure.value:.{digits}f}<small>{figure.low:.{digits}f} to {figure.high:.{digits}f}, n {figure.n}</small>"]
    if figure.least is not None and figure.most is not None:
        parts.append(f"<small>if failed {figure.least:.{digits}f} to {figure.most:.{digits}f}</small>")
    if figure.baseline is not None:
        parts.append(f"<small>commonest label {figure.baseline:.{digits}f}</small>")
    return "".join(parts)


def comparison(found: Comparison, several: int) -> str:
    """One run against another."""
    sure = "sure" if found.headline.significant else "unsure"
    said = "".join(f'<p class="note">{esc(remark)}</p>' for remark in remarks(found))
    tables = [("By kind and tag", found.groups), ("Other figures", found.others)]
    body = "".join(f"<details><summary>{title}</summary>{effects(own)}</details>" for title, own in tables if own)
    flips = f"{len(found.gained)} questions gained, {len(found.lost)} lost; “flipped” in the list of questions shows them."
    return f'<p class="verdict {sure}">{verdict(found, several)}</p>{said}<p>{flips}</p>{body}\n'


def verdict(found: Comparison, several: int) -> str:
    """The comparison in one sentence."""
    return f"{esc(found.second)} against {esc(found.first)}: {esc(sentence(found.headline, several))}"


def effects(found: Sequence[Effect]) -> str:
    """Differences with intervals and p, as a table."""
    head = "".join(f"<th>{name}</th>" for name in ("", "n", "first", "second", "difference", "95 % interval", "p", "Holm"))
    rows = []
    for one in found:
        cells = [str(one.n), f"{one.first:.3f}", f"{one.second:.3f}", f"{one.difference:+.3f}"]
        cells += [f"{one.low:+.3f} to {one.high:+.3f}", *(probability(p).removeprefix("= ") for p in (one.p, one.adjusted))]
        bold = ' class="decides"' if one.significant else ""
        name = FIGURES.get(one.name, one.name)
        rows.append(f"<tr{bold}><td>{esc(name)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def outcomes(report: Report) -> str:
    """What became of the questions, and what is to blame, as bars and numbers."""
    parts = ['<h2 id="outcomes">Outcomes</h2>']
    present = [name for name in OUTCOMES if any(run.summary.overall.outcomes.get(name) for run in report.runs)]
    if not present:
        return "".join(parts) + '<p class="note">No answer could be called right or wrong.</p>\n'
    for run in report.runs:
        counts = run.summary.overall.outcomes
        total = sum(counts.values()) or 1
        pieces = "".join(
            f'<i class="o{OUTCOMES.index(name)}" style="width:{100 * counts.get(name, 0) / total:.3f}%" '
            f'title="{name}: {counts.get(name, 0)}"></i>'
            for name in present
        )
        parts.append(f'<div class="bar-row"><span>{esc(run.name)}</span><span class="stack">{pieces}</span></div>')
    keys = "".join(f'<span><i class="o{OUTCOMES.index(name)}"></i>{name}</span>' for name in present)
    parts.append(f'<div class="key">{keys}</div>')
    blamed = sorted({name for run in report.runs for name in run.summary.overall.blame if name != "none"})
    parts.append(count_table(report, "outcome", present, [run.summary.overall.outcomes for run in report.runs]))
    blame = [run.summary.overall.blame for run in report.runs]
    blamed = sorted({name for own in blame for name in own if name != "none"})
    parts.append(count_table(report, "blame", blamed, blame))
    return "".join(parts) + "\n"


def count_table(report: Report, title: str, names: Sequence[str], counts: Sequence[Mapping[str, int]]) -> str:
    """A line a name, a column a run; nothing where there is no name."""
    head = "".join(f"<th>{esc(run.name)}</th>" for run in report.runs)
    rows = []
    for name in names:
        cells = "".join(f"<td>{own.get(name, 0)}</td>" for own in counts)
        rows.append(f"<tr><td>{esc(name)}</td>{cells}</tr>")
    table = f'<div class="scroll"><table><tr><th>{title}</th>{head}</tr>{"".join(rows)}</table></div>'
    return table if rows else ""


def judges(given: Sequence[RunReport]) -> str:
    """What LLM judges said, each with how far it agrees with people."""
    if not any(run.judged for run in given):
        return ""
    rows, lines = [], []
    for run in given:
        for one, line in run.judged:
            name = one.metric if one.against is None else f"{one.metric} against {one.against}"
            value = "" if one.value is None else f"{one.value:.3f}"
            ends = f"{one.low:.3f} to {one.high:.3f}" if one.low is not None and one.high is not None else ""
            lost = f"{one.least:.3f} to {one.most:.3f}" if one.least is not None and one.most is not None else ""
            cells = (one.judge, name, value, ends, str(one.n), str(one.unread + one.failed), lost)
            rows.append(f"<tr><td>{esc(run.name)}</td>{''.join(f'<td>{esc(cell)}</td>' for cell in cells)}</tr>")
            lines.append(line)
    said = "".join(f'<p class="note">{esc(line)}</p>' for line in dict.fromkeys(lines))
    names = ("run", "judge", "metric", "score", "95 % interval", "n", "lost", "if all were 0 or 1")
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<h2 id="judges">LLM judges</h2><div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>{said}\n'


def filter_bar(report: Report) -> str:
    """Radio buttons that the style sheet reads: the page needs no script."""
    choices = [ALL, *filters(report)]
    if len(choices) < 3:
        return ""
    return (
        '<div class="filter" role="radiogroup" aria-label="Which questions">'
        + "".join(
            f'<label><input type="radio" name="f" id="f-{class_of(name)}"{" checked" if name == ALL else ""}>'
            f"<span>{esc(name)}</span></label>"
            for name in choices
        )
        + "</div>"
    )
