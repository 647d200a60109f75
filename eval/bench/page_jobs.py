"""What the benchmark `pages` measures in a process of its own: the questions of the sessions, asked of the engine itself."""

from __future__ import annotations

import json
import time
from pathlib import Path

from eval.bench.process import Measured, Tell
from rag.settings import Settings


def answers(tell: Tell, *, home: str, got: str) -> Measured:
    """Each question in turn, after one that does not count. `got` is a JSON file of what the sessions got; counted as `own`
    are those whose page shows the answer to their own question and no other."""
    from eval.runner import open_assistant

    sessions = json.loads(Path(got).read_text(encoding="utf-8"))
    seconds, own = [], 0
    with open_assistant(Settings.load(home=Path(home))) as assistant:
        assistant.ask("A question that is asked before the clock runs.")
        for n, session in enumerate(sessions, start=1):
            began = time.perf_counter()
            answer = assistant.ask(session["question"])
            seconds.append(time.perf_counter() - began)
            own += len(session["answers"]) == 1 and session["answers"][0].startswith(answer.text)
            tell(n, len(sessions))
        papers = assistant.count()
    return Measured({"ask": seconds}, {"own": own, "papers": papers})
