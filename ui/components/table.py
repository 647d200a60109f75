"""Papers set side by side: a row for each aspect, a column for each paper, each cell quoted and open to its passage."""

from __future__ import annotations

from collections.abc import Callable

from rag.answering.record import Answer, Passage
from ui.components.paper import heading_html
from ui.components.safe import text
from ui.components.sentence import chip_html

SILENT = '<span class="v-none">says nothing of it</span>'


def table_html(answer: Answer, identity: Callable[[int, Passage], str]) -> str:
    """The answer's table; `identity` names the panel of a source and a passage in it. Empty where there is no table.

    The roles keep it a table where a narrow window sets its cells one below the other.
    """
    if answer.table is None:
        return ""
    sources = {source.number: source for source in answer.sources}
    columns = [number for number in answer.table.columns if number in sources]
    heads = "".join(
        f'<th scope="col" role="columnheader"><span class="v-number">{number}</span> {heading_html(sources[number].paper)}</th>'
        for number in columns
    )
    rows = []
    for aspect in answer.table.rows:
        cells = {number: cell for number, cell in zip(answer.table.columns, aspect.cells, strict=True) if number in sources}
        shown = "".join(
            f'<td role="cell">{text(cell.text)} {chip_html(number, identity(number, cell), sources[number].paper.label)}</td>'
            if cell is not None
            else f'<td role="cell"><span class="v-number v-stacked">{number}</span> {SILENT}</td>'
            for number, cell in cells.items()
        )
        rows.append(f'<tr role="row"><th scope="row" role="rowheader">{text(aspect.name)}</th>{shown}</tr>')
    return (
        '<div class="v-scroll" tabindex="0" role="region" aria-label="Comparison"><table class="v-table" role="table">'
        f'<thead role="rowgroup"><tr role="row"><td role="cell"></td>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table></div>'
    )
