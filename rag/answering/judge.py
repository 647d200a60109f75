"""The model's own verdicts on the sentences of an answer, asked for in one call and kept beside the offline ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.answering import prompts
from rag.answering.labelled import label, read
from rag.answering.packing import Packed, inert_line
from rag.answering.record import Sentence, Tokens, Verdict
from rag.backends import Backend, Message, collect
from rag.backends.base import never
from rag.errors import BackendError

# What models say for the five verdicts, the longest first: "unsupported" holds "supported".
_WORDS: Mapping[str, Verdict] = {
    "number mismatch": Verdict.NUMBER_MISMATCH,
    "number_mismatch": Verdict.NUMBER_MISMATCH,
    "mismatch": Verdict.NUMBER_MISMATCH,
    "partially supported": Verdict.PARTLY,
    "partly": Verdict.PARTLY,
    "partially": Verdict.PARTLY,
    "partial": Verdict.PARTLY,
    "not supported": Verdict.UNSUPPORTED,
    "unsupported": Verdict.UNSUPPORTED,
    "contradicted": Verdict.CONTRADICTED,
    "contradicts": Verdict.CONTRADICTED,
    "contradiction": Verdict.CONTRADICTED,
    "supported": Verdict.SUPPORTED,
}
_VERDICT = re.compile(rf"\W*({'|'.join(map(re.escape, _WORDS))})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """The sentences with `judged` filled in where the model gave a verdict, what it took, and a remark where something went
    wrong."""

    sentences: tuple[Sentence, ...]
    tokens: Tokens | None = None
    note: str = ""


def judge(
    sentences: Sequence[Sentence],
    cited: Sequence[Sequence[str]],
    packed: Packed,
    backend: Backend,
    home: Path,
    *,
    cancelled: Callable[[], bool] = never,
) -> Judged:
    """Ask the model about every sentence that cites something; `cited` are the keys of each one's passages.

    The model is told neither who wrote the sentences nor the offline verdicts. Whatever fails, the sentences are kept.
    """
    lines: list[str] = []
    numbers: list[int] = []
    for number, (sentence, keys) in enumerate(zip(sentences, cited, strict=True), 1):
        papers = dict.fromkeys(packed.keys[key].paper_id for key in keys if key in packed.keys)
        if papers:
            numbers.append(number)
            shown = " ".join(inert_line(passage.text) for paper in papers for passage in packed.of_paper(paper))
            lines += [f"{label(number)}: {inert_line(sentence.text)}", f"Passages for {label(number)}: {shown}"]
    if not numbers:
        return Judged(tuple(sentences))
    asked = prompts.render("judge", home, fence=packed.fence, sentences=packed.fenced(lines))
    try:
        reply = collect(backend.stream([Message("user", asked)], cancelled=cancelled))
    except BackendError as error:
        return Judged(tuple(sentences), note=f"The model gave no verdicts of its own: {error.message}")
    verdicts = {number: found for number, line in read(reply.text, numbers).items() if (found := _read(line)) is not None}
    judged = tuple(replace(sentence, judged=verdicts.get(number)) for number, sentence in enumerate(sentences, 1))
    missing = len(numbers) - len(verdicts)
    note = "" if not missing else f"{missing} of {len(numbers)} verdicts of the model could not be read."
    return Judged(judged, reply.tokens, note)


def _read(line: str) -> Verdict | None:
    """The verdict at the head of what the model says of a sentence."""
    found = _VERDICT.match(line)
    return _WORDS[found[1].lower()] if found else None
