"""What the benchmark `verdicts` measures in a process of its own: checking answers sentence by sentence."""

from __future__ import annotations

import json
import time
from pathlib import Path

from eval.bench.process import Measured, Tell

SENTENCES = 8  # of an answer
PAPERS = 4  # cited by an answer, two sentences each
ANSWERS = 30
TIMED = ("embedding", "cited sentences", "read ahead", "whole abstracts", "again")


def verdicts(tell: Tell, *, abstracts: str) -> Measured:
    """Answers of eight sentences, each checked against the cited sentence and its two neighbours; then against the whole
    abstract; then again, when everything was read before; and with the passages read ahead, as those of the first papers are
    when evidence is chosen. And embedding the same texts, which nothing can do without.

    `abstracts` is a JSON list. A sentence is one of the abstract's, cut short, so that it is no quotation.
    """
    from rag.answering.record import Passage
    from rag.answering.support import SupportChecker, pieces_of
    from rag.embedding import EMBEDDERS, token_reader

    embedder = EMBEDDERS["minilm"]().load()
    reader = token_reader(embedder)
    cut = [pieces_of([Passage(str(n), 0, 0, len(text), text)]) for n, text in enumerate(json.loads(Path(abstracts).read_text()))]
    papers = [pieces for pieces in cut if len(pieces) > 4]
    seconds: dict[str, list[float]] = {name: [] for name in TIMED}
    rounds = min(ANSWERS, len(papers) // PAPERS)
    for n in range(rounds + 1):
        own = papers[(n % rounds) * PAPERS : (n % rounds + 1) * PAPERS]
        said = [(" ".join(pieces[at].text.split()[1:-1]), pieces, at) for pieces in own for at in (1, 3)]
        near = [(text, pieces[at - 1 : at + 2]) for text, pieces, at in said]
        whole = [(text, list(pieces)) for text, pieces, _ in said]
        texts = list(dict.fromkeys(text for one, pieces in near for text in (one, *(piece.text for piece in pieces))))
        checker, ahead = SupportChecker(reader), SupportChecker(reader)
        ahead.vectors([piece.text for _, pieces in near for piece in pieces])
        for name, call in (
            ("embedding", lambda texts=texts: embedder.embed(texts)),
            ("cited sentences", lambda near=near, checker=checker: checker.check_all(near)),
            ("read ahead", lambda near=near, ahead=ahead: ahead.check_all(near)),
            ("again", lambda near=near, checker=checker: checker.check_all(near)),
            ("whole abstracts", lambda whole=whole: SupportChecker(reader).check_all(whole)),
        ):
            began = time.perf_counter()
            call()
            if n:  # the first round warms up
                seconds[name].append(time.perf_counter() - began)
        tell(n + 1, rounds + 1)
    return Measured(seconds, {"answers": rounds, "sentences": SENTENCES})
