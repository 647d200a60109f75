"""Benchmark `throughput`: an evaluation that keeps its model busy, as a share of what the model could answer at best."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target
from eval.bench.inputs import Inputs
from eval.bench.loopback import Log
from eval.bench.process import ROOT, BenchError, environment
from eval.bench.start import vouch, wall_time
from eval.questions import load_questions

SECONDS, AT_ONCE = 0.5, 16  # a reply takes so long; so many are waited for at once
HELD = Target(0.9, at_least=True, of_ratio=False)
BEFORE = ("", "A colleague asks: ", "For a talk: ", "Out of interest: ")
BEHIND = ("", " Please answer briefly.", " Tell me what the papers say.", " I would like to know.")
SHORT, LONG = 1, len(BEFORE)  # in how many ways each question begins; it ends in as many as there are
SPANS = ("from the first request to the last reply", "from the run's beginning to its last row", "the whole process")


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: questions, those of them that reached the model, and the seconds of SPANS."""

    questions: int
    answered: int
    seconds: tuple[float, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The ideal by the time that was taken, for each of SPANS."""
        return tuple(self.ideal / taken for taken in self.seconds)

    @property
    def ideal(self) -> float:
        """Seconds that the model needs for its answers when it is never without a request."""
        return self.answered / AT_ONCE * SECONDS


def steps(repeats: int) -> int:
    """Steps this benchmark shows: the library is made, then a short and a long run a round."""
    return 1 + 2 * repeats


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """`repeats` rounds of a short and a long run, each a new process."""
    asked = [question.question for question in load_questions(inputs.questions)]
    runs: dict[int, list[Run]] = {SHORT: [], LONG: []}
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        home = Path(folder) / "home"
        stage.job("throughput: making the library", "vouch", {"files": [str(path) for path in inputs.papers], "home": str(home)})
        for n in range(repeats):
            for ways, own in runs.items():
                wordings = reworded(asked, ways)
                with stage.step(f"throughput, round {n + 1} of {repeats}: {len(wordings)} questions"):
                    own.append(one_run(wordings, home, Path(folder) / f"{ways}-{n}"))
    return summarise(runs)


def reworded(questions: Sequence[str], ways: int) -> list[str]:
    """Every question in several wordings; no two are the same, neighbours are about different papers."""
    return [f"{before}{question}{behind}" for before, behind, question in product(BEFORE[:ways], BEHIND, questions)]


def one_run(questions: Sequence[str], home: Path, out: Path) -> Run:
    """`vouch eval run` as a process of its own. Raises BenchError where it fails or a question has no answer."""
    file = out.with_suffix(".jsonl")
    file.write_text("".join(json.dumps({"question": question}) + "\n" for question in questions), encoding="utf-8")
    with loopback() as (address, log):
        command = [*vouch(), "eval", "run", str(file), "--llm", "openai-compatible:m", "--concurrency", str(AT_ONCE)]
        more = {"VOUCH_LLM_BASE_URL": f"{address}/v1"}
        whole = wall_time([*command, "--out", str(out)], str(out.parent), home, more)
    begun, ended = ((out / name).stat().st_mtime for name in ("run.json", "results.jsonl"))
    with (out / "results.jsonl").open("rb") as rows:
        written = sum(1 for _ in rows)
    if written != len(questions) or not log.answered:
        raise BenchError(f"Of {len(questions)} questions {written} have a row, and {log.answered} reached the model.")
    return Run(len(questions), log.answered, (log.last - log.first, ended - begun, whole))


@contextmanager
def loopback() -> Iterator[tuple[str, Log]]:
    """The address of a model server, and its log, which is complete behind the block."""
    command = [sys.executable, "-m", "eval.bench.loopback", str(SECONDS)]
    log = Log()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), text=True
    ) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise BenchError("The model server has no pipes.")
            yield process.stdout.readline().strip(), log
            process.stdin.close()
            for name, value in json.loads(process.stdout.readline()).items():
                setattr(log, name, value)
        finally:
            process.kill()


def summarise(runs: Mapping[int, Sequence[Run]]) -> Outcome:
    """The shares of the ideal, longer runs last."""
    figures, notes = [], []
    for own in runs.values():
        first = own[0]
        for n, span in enumerate(SPANS):
            shares = tuple(run.shares[n] for run in own)
            figures.append(Figure(f"{first.questions} questions, {span}", "of ideal", shares, target=HELD if n == 0 else None))
        notes.append(f"{first.questions} questions, {first.answered} of which reach the model: at best {first.ideal:.1f} s.")
    notes.append(f"New processes over a library that nobody asked before; {AT_ONCE} in flight, {SECONDS:g} s a reply.")
    return Outcome(tuple(figures), tuple(notes))
