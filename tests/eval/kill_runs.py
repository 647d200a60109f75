"""Starts a run again and again and kills it with SIGKILL at a moment drawn at random; prints the moments as JSON.

    python kill_runs.py QUESTIONS HOME OUT FIRST KILLS SEED

A program of its own, which forks before any library has started threads, so that twenty runs cost no twenty starts of Python.
The answers are those of the finished run in FIRST, asked of nothing: what is tested is what is left of a run.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, cast

from eval import results, runner, runs
from eval.questions import load_questions
from eval.runner import Plan
from rag.answering.record import Answer
from rag.assistant import Assistant
from rag.settings import Settings


class Repeating:
    """What a run needs of an assistant, with the answers and the papers of an earlier run."""

    def __init__(self, home: str, first: Path) -> None:
        self.settings = Settings.load(home=Path(home))
        self._manifest = runs.open_run(first).manifest
        exchanges = [e for row in results.read_rows(first) for e in results.exchanges(row)]
        self._answers = {e["question"]: Answer.from_dict(e["answer"]) for e in exchanges}

    def count(self) -> int:
        return self._manifest.papers

    def library_fingerprint(self) -> str:
        return self._manifest.library

    def papers(self) -> list[Any]:
        return list({hit.paper.id: hit.paper for answer in self._answers.values() for hit in answer.retrieved}.values())

    def ask(self, question: str, **_: Any) -> Answer:
        time.sleep(0.002)
        return self._answers[question]


def one_run(questions: str, assistant: Repeating, out: Path) -> None:
    """What a killed process was doing; ends the process."""
    code = 1
    try:
        runner.run(load_questions(questions), cast(Assistant, assistant), out, plan=Plan(concurrency=2))
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def main(questions: str, assistant: Repeating, out: Path, kills: int, seed: int) -> None:
    """Kill it so often, then let it finish; a run that is done before its moment counts as done."""
    draw = random.Random(seed)
    total = len(load_questions(questions))
    path = out / results.RESULTS
    moments = []
    for number in range(kills):
        child = os.fork()
        if not child:
            one_run(questions, assistant, out)
        # A moment in bytes of the file, so that rows are also cut in the middle, and a few milliseconds more.
        rows = max(1, round(total * (number + 1) / (kills + 2)))
        pause = draw.random() * 0.01
        ended = False
        while results.count_lines(out) < rows and not ended:
            time.sleep(0.002)
            ended = os.waitpid(child, os.WNOHANG) != (0, 0)
        time.sleep(pause)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        moments.append((results.count_lines(out), path.stat().st_size))
        if draw.random() < 0.5:  # what a kill in the middle of a write leaves behind
            with path.open("ab") as file:
                file.write(b'{"id": "half a row", "kind": "single", "error": nu'[: draw.randrange(1, 50)])
    child = os.fork()
    if not child:
        one_run(questions, assistant, out)
    _, status = os.waitpid(child, 0)
    json.dump({"moments": moments, "last": os.waitstatus_to_exitcode(status)}, sys.stdout)


if __name__ == "__main__":
    asked, home, out, first, kills, seed = sys.argv[1:]
    main(asked, Repeating(home, Path(first)), Path(out), int(kills), int(seed))
