"""Why these papers: everything that was found for a question, with the parts of its score, and what of it was used."""

from __future__ import annotations

from rag.answering.record import Answer, Hit, StageUse
from ui.components.footer import cost
from ui.components.paper import heading_html, panel_html
from ui.components.safe import text

PARTS = {"dense": "meaning", "keyword": "words", "rerank": "second look"}
STAGES = {"condense": "Follow-up worded by a model", "augment": "Further queries", "rerank": "Second look"}
MEANT = (
    "Score orders the papers of this one question. Meaning is the cosine between the question and the paper's nearest passage, "
    "words is how well its words match (BM25); a dash means that this way did not find the paper."
)


def why_html(answer: Answer, anchor: str) -> str:
    """A table of the papers found, and what optional stages of the search added; folded away, empty where nothing was found."""
    if not answer.retrieved:
        return ""
    used = {source.paper.id: source.number for source in answer.sources}
    names = [name for name in PARTS if any(name in hit.parts for hit in answer.retrieved)]
    head = "".join(
        f'<th scope="col">{title}</th>' for title in ("Paper", "Used", "Score", *(PARTS[n].capitalize() for n in names))
    )
    rows = "".join(_row_html(hit, used.get(hit.paper.id), names, found_id(anchor, n)) for n, hit in enumerate(answer.retrieved))
    why = "The marked passage came closest to the question" + ("; it does not answer it." if answer.abstained else ".")
    panels = "".join(
        panel_html(found_id(anchor, n), hit.paper, (hit.passage,), why=why) for n, hit in enumerate(answer.retrieved)
    )
    unused = sum(hit.paper.id not in used for hit in answer.retrieved)
    left = "none used" if unused == len(answer.retrieved) else f"{unused} not used" if unused else "all used"
    found = f"{len(answer.retrieved)} paper{'' if len(answer.retrieved) == 1 else 's'} found, {left}"
    return (
        f'<details class="v-why-these"><summary>Why these papers: {found}</summary><p class="v-hint">{text(MEANT)}</p>'
        f'<div class="v-scroll" tabindex="0" role="region" aria-label="Papers found"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f"{_stages_html(answer)}</details>{panels}"
    )


def found_id(anchor: str, place: int) -> str:
    """The panel of the paper found in that place, from 0."""
    return f"found-{anchor}-{place}"


def _stages_html(answer: Answer) -> str:
    """What each optional stage of the search added, and what that took."""
    if not answer.stages:
        return ""
    rows = "".join(f"<dt>{text(STAGES.get(use.name, use.name))}</dt><dd>{text(_told(use))}</dd>" for use in answer.stages)
    return f'<dl class="v-facts-list v-stages">{rows}</dl>'


def _told(use: StageUse) -> str:
    took = [f"{use.seconds:.2f} s"]
    if use.tokens.total:
        took.append(f"{use.tokens.total:,} tokens")
    if use.tokens.total or use.cost != 0.0:
        took.append(cost(use.cost))
    return f"{'failed; the plain ranking stands' if use.failed else use.added} · {' · '.join(took)}"


def _row_html(hit: Hit, number: int | None, names: list[str], target: str) -> str:
    tag = '<span class="v-tag">not used</span>' if number is None else f'<span class="v-number">{number}</span>'
    parts = "".join(f"<td>{hit.parts[name]:.2f}</td>" if name in hit.parts else "<td>–</td>" for name in names)
    opener = f'<button class="v-title" popovertarget="{text(target)}"><span>{heading_html(hit.paper)}</span></button>'
    return f'<tr><th scope="row">{opener}</th><td>{tag}</td><td>{hit.score:.2f}</td>{parts}</tr>'
