"""The line below an answer: back end, time, tokens, cost and confidence; on request what lies behind them."""

from __future__ import annotations

from rag.answering.record import Answer
from ui.components.safe import text

QUOTING = "extractive"
STAGES = {"retrieve": "finding papers", "evidence": "reading their sentences", "answer": "writing and checking"}


def footer_html(answer: Answer) -> str:
    """Back end, time, tokens, cost and confidence; the stages behind them on request."""
    shown = " · ".join(text(part) for part in footer(answer))
    stages = "".join(
        f"<dt>{text(STAGES.get(name, name))}</dt><dd>{seconds:.3f} s</dd>" for name, seconds in answer.timings.items()
    )
    if answer.tokens.total:
        counted = {"server": "as the server counted", "tiktoken": "estimated"}.get(answer.tokens.counted_by, "")
        stages += f"<dt>tokens</dt><dd>{answer.tokens.prompt:,} read, {answer.tokens.completion:,} written {counted}</dd>"
    if answer.standalone and answer.standalone != answer.question:
        stages += f"<dt>searched as</dt><dd>{text(answer.standalone)}</dd>"
    for attempt in answer.attempts:
        stages += f"<dt>asked {text(attempt.backend)}</dt><dd>{attempt.seconds:.1f} s, {text(attempt.outcome)}</dd>"
    for repair in answer.repairs:
        became = f"now: {text(repair.after)}" if repair.after else "left out"
        stages += f"<dt>{text(repair.verdict.value)}, then mended</dt><dd>{text(repair.before)} → {became}</dd>"
    return f'<details class="v-footer"><summary>{shown}</summary><dl>{stages}</dl></details>'


def footer(answer: Answer) -> list[str]:
    """The parts of the line below an answer, as plain text."""
    parts = [back_end(answer.model), f"{sum(answer.timings.values()):.2f} s"]
    if answer.tokens.total:
        approximate = "" if answer.tokens.counted_by == "server" else "about "
        parts.append(f"{approximate}{answer.tokens.total:,} tokens")
        parts.append(cost(answer.cost))
    parts.append(answer.sureness)
    return parts


def back_end(spec: str) -> str:
    """A back end as people call it."""
    return "quoted sentences, no model" if spec == QUOTING else spec


def cost(dollars: float | None) -> str:
    """A price in US dollars."""
    if dollars is None:
        return "price unknown"
    return f"${dollars:.4f}" if dollars else "no cost"
