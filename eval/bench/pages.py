"""Benchmark `pages`: first paint, interactions and twenty sessions at once, in a real browser over a real server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from eval.bench import browser as real
from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target, paired_ratio, percentile
from eval.bench.inputs import Inputs
from eval.bench.process import BenchError, Measured, environment
from eval.questions import load_questions

SESSIONS = 20
PAINT = Target(2.0, at_least=False, of_ratio=False)
PRESS = Target(300.0, at_least=False, of_ratio=False)
ANSWERED = Target(1.5, at_least=False, of_ratio=False)
BARE, PRESSED = "a bare Streamlit page", "a press in a bare page"
IN_A_ROW = "the same questions one after the other, without pages"
OTHERS = ("answers.sqlite*", "conversations.sqlite*", "runs", "serving", "drafts")  # of a home, not of its library


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds. First paints of the bare page, of a new server and of one that was opened before, a round each; presses in the
    bare page; interactions by name; for each round of sessions what every reader waited, and the same questions asked in a row
    by one process; sessions whose page held another question or another answer than their own."""

    bare: Sequence[float]
    first: Sequence[float]
    again: Sequence[float]
    presses: Sequence[float]
    steps: Mapping[str, Sequence[float]]
    waited: Sequence[Sequence[float]]
    in_a_row: Sequence[float]
    crossed: int
    papers: int


def steps(repeats: int) -> int:
    """Steps this benchmark shows: the library, the paints of each round, the tour, the sessions of each round and their check."""
    return 2 + 3 * repeats


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """Over a library made of the dumps, or over a copy of the library that `inputs` name. Raises BenchError."""
    asked = [question.question for question in load_questions(inputs.questions)]
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder, real.chromium() as browser:
        home = Path(folder, "home")
        if inputs.home is None:
            stage.job("pages: making the library", "vouch", {"files": list(map(str, inputs.papers)), "home": str(home)})
        else:
            with stage.step("pages: copying the library"):
                shutil.copytree(inputs.home, home, ignore=shutil.ignore_patterns(*OTHERS))
        bare, first, again = [], [], []
        presses: list[float] = []
        for n in range(repeats):
            with stage.step(f"pages: first paint, round {n + 1} of {repeats}"):
                with real.bare_page() as address:
                    bare.append(real.first_paint(browser, address, real.BARE_TITLE))
                    presses += real.presses(browser, address, 5)
                with real.vouch_pages(home) as address:
                    first.append(real.first_paint(browser, address, real.HEADING))
                    again.append(real.first_paint(browser, address, real.HEADING))
        with real.vouch_pages(home) as address:
            with stage.step("pages: interactions") as tell:
                seen = real.tours(browser, address, asked[0], repeats + 1, tell)
            questions = cycle(asked[1:])
            rounds = []
            for n in range(repeats):
                with stage.step(f"pages: {SESSIONS} sessions at once, round {n + 1} of {repeats}"):
                    rounds.append(ask_at_once(address, list(islice(questions, SESSIONS))))
        checks = [check(stage, home, got, Path(folder, f"got-{n}.json")) for n, got in enumerate(rounds)]
    own = sum(one["asked"] == [one["question"]] for got in rounds for one in got)
    return summarise(
        Seen(
            bare,
            first,
            again,
            presses,
            seen,
            [[one["seconds"] for one in got] for got in rounds],
            [sum(checked.seconds["ask"]) for checked in checks],
            crossed=2 * SESSIONS * repeats - own - sum(checked.counts["own"] for checked in checks),
            papers=checks[0].counts["papers"],
        )
    )


def ask_at_once(address: str, questions: Sequence[str]) -> list[dict[str, Any]]:
    """Every question by a session of its own over Streamlit's protocol: what each got. Raises BenchError."""
    command = [sys.executable, "-m", "ui.readers", address]
    done = subprocess.run(
        command, input=json.dumps(list(questions)), env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError("A session got no answer.", remedy=f"It said:\n{done.stderr.strip()[-500:]}")
    got: list[dict[str, Any]] = json.loads(done.stdout)
    return got


def check(stage: Stage, home: Path, got: Sequence[Mapping[str, Any]], file: Path) -> Measured:
    """The same questions asked of the engine itself: how long that takes, and whose answers were their own."""
    file.write_text(json.dumps(list(got)), encoding="utf-8")
    return stage.job("pages: the same without pages", "answers", {"home": str(home), "got": str(file)})


def summarise(seen: Seen) -> Outcome:
    """Paints in seconds, interactions in milliseconds without each one's first time, sessions as percentiles of each round."""
    p50, p95 = (tuple(percentile(waited, share) for waited in seen.waited) for share in (0.5, 0.95))
    pressed = tuple(1000 * took for took in seen.presses)
    base = percentile(pressed, 0.5)
    named = {name: tuple(1000 * took for took in taken[1:] or taken) for name, taken in seen.steps.items()}
    slowest = max(1000 * taken[0] for taken in seen.steps.values())
    return Outcome(
        (
            Figure(f"first paint, {BARE}", "s", tuple(seen.bare)),
            Figure(
                "first paint of the chat, new server", "s", tuple(seen.first), BARE, paired_ratio(seen.first, seen.bare), PAINT
            ),
            Figure(
                "first paint of the chat, second reader", "s", tuple(seen.again), BARE, paired_ratio(seen.again, seen.bare), PAINT
            ),
            Figure(PRESSED, "ms", pressed),
            *(Figure(name, "ms", took, PRESSED, percentile(took, 0.5) / base, PRESS) for name, took in named.items()),
            Figure(IN_A_ROW, "s", tuple(seen.in_a_row)),
            Figure(f"{SESSIONS} sessions at once, p50", "s", p50, IN_A_ROW, paired_ratio(p50, seen.in_a_row)),
            Figure(f"{SESSIONS} sessions at once, p95", "s", p95, IN_A_ROW, paired_ratio(p95, seen.in_a_row), ANSWERED),
        ),
        (
            f"{seen.papers:,} papers. A paint: from the address to heading and chat input, nothing cached by the browser.",
            f"Each interaction's first time is left out; the slowest of those took {slowest:.0f} ms.",
            f"Each round asks {SESSIONS} other questions while there are any; timed from sending to the finished answer.",
            "No session saw a question or an answer of another one."
            if not seen.crossed
            else f"{seen.crossed} times a session showed a question or an answer that was not its own.",
        ),
    )
