"""Benchmark `start`: commands in a new process, as multiples of an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target, paired_ratio
from eval.bench.inputs import Inputs
from eval.bench.process import BenchError, environment
from eval.questions import load_questions

HELP = Target(0.3, at_least=False, of_ratio=False)
ROUNDS = 7  # a start is over in a second or so: take more of them than of the long benchmarks
EMPTY = "python -c pass"


def steps(_repeats: int) -> int:
    """Steps this benchmark shows: the library is made, then the commands run."""
    return 2


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """Every command in turn, in at least ROUNDS rounds, after one round that does not count."""
    question = next(iter(load_questions(inputs.questions))).question
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        home = Path(folder) / "home"
        stage.job("start: making the library", "vouch", {"files": [str(path) for path in inputs.papers], "home": str(home)})
        seconds: dict[str, list[float]] = {name: [] for name in commands(question)}
        rounds = max(repeats, ROUNDS) + 1
        with stage.step(f"start: {len(seconds)} commands in turn") as tell:
            for n in range(rounds):
                for name, command in commands(question).items():
                    took = wall_time(command, folder, home)
                    if n:
                        seconds[name].append(took)
                tell(n + 1, rounds)
    return summarise(seconds)


def commands(question: str) -> dict[str, list[str]]:
    """Name -> command line."""
    return {
        EMPTY: [sys.executable, "-c", "pass"],
        "vouch --help": [*vouch(), "--help"],
        "vouch search": [*vouch(), "search", question],
        "vouch ask": [*vouch(), "ask", question],
    }


def vouch() -> list[str]:
    """How the command begins."""
    script = Path(sysconfig.get_path("scripts")) / "vouch"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "rag.cli"]


def wall_time(command: Sequence[str], folder: str, home: Path, settings: Mapping[str, str] | None = None) -> float:
    """Seconds from start to exit. Raises BenchError where the command fails."""
    given = environment(VOUCH_HOME=str(home), **(settings or {}))
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=given, capture_output=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise BenchError(f"`{' '.join(command[:2])}` ended with exit code {done.returncode}.", remedy=f"It said:\n{said}")
    return took


def summarise(seconds: Mapping[str, Sequence[float]]) -> Outcome:
    """Wall seconds, and their multiple of the empty interpreter's in the same round."""
    return Outcome(
        (
            Figure(EMPTY, "s", tuple(seconds[EMPTY])),
            *(
                Figure(
                    name, "s", tuple(took), EMPTY, paired_ratio(took, seconds[EMPTY]), HELP if name == "vouch --help" else None
                )
                for name, took in seconds.items()
                if name != EMPTY
            ),
        ),
        ("New processes whose files the operating system has read before: one round ahead does not count.",),
    )
