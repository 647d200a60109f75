"""Runs one job in a process of its own, so that contestants share no threads, no caches and no memory.

The child writes JSON lines: any number of `{"done": n, "total": m}` and at last `{"measured": …}`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import VouchError

JOBS = "eval.bench.jobs"
ROOT = Path(__file__).resolve().parents[2]
SHOWN = 2000  # characters of a failed job's own output

Tell = Callable[[int, int], None]
"""Called with what is done so far and the total."""


class BenchError(VouchError):
    """A benchmark could not be measured, or its contestants did not do the same work."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job found out: seconds of each timed piece by name, counts by name, processor seconds of the timed part summed
    over all threads, and the process's peak resident memory."""

    seconds: dict[str, list[float]]
    counts: dict[str, int] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0

    def to_json(self) -> str:
        """One line, the inverse of `from_json`."""
        return json.dumps({"measured": asdict(self)})


def run_job(name: str, arguments: Mapping[str, Any], tell: Tell) -> Measured:
    """Run the job `name` of `eval.bench.jobs` with JSON-ready arguments. Raises BenchError where it fails."""
    command = [sys.executable, "-m", JOBS, name, json.dumps(dict(arguments))]
    measured: Measured | None = None
    with (
        tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder,
        tempfile.TemporaryFile() as noise,
        child(command, folder, noise) as process,
    ):
        for line in process.stdout or ():
            message = json.loads(line)
            if "measured" in message:
                measured = Measured(**message["measured"])
            else:
                tell(message["done"], message["total"])
        code = process.wait()
        if code or measured is None:
            noise.seek(0)
            said = noise.read().decode(errors="replace").strip()[-SHOWN:]
            raise BenchError(f"The benchmark's job {name!r} ended with exit code {code}.", remedy=f"It said:\n{said}")
    return measured


@contextmanager
def child(command: list[str], folder: str, noise: Any) -> Iterator[subprocess.Popen[str]]:
    """The running process; it does not outlive the block."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=noise, stdin=subprocess.DEVNULL, cwd=folder, env=environment(), text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def environment(**more: str) -> dict[str, str]:
    """This process's environment with Vouch's settings left out: what is measured is what everybody gets by default.

    Run in a folder without `.env`, for the same reason.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("VOUCH_")}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH", ""))))
    return {**kept, "PYTHONPATH": path, "ANONYMIZED_TELEMETRY": "False", **more}
