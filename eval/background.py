"""Runs in processes of their own: started, looked after, stopped and resumed by whoever opens the folder later.

Such a run's folder also holds

process.json   the Launch: what was asked for, and which process is at it
run.log        what that process said on standard error, anew with every start

The process leads a session of its own, so that it outlives the page, and the program, that started it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

from eval import results
from eval.errors import RunBusy, RunError
from eval.runs import RUNS, SUMMARY, read_manifest
from rag.terminal.clean import clean

LAUNCH = "process.json"
LOG = "run.log"
PATIENCE = 20.0  # seconds a process has for the question in hand before it is ended; no row is lost by that
MOST_LOG = 4_000  # characters of a message
_MESSAGE = re.compile(r"^vouch: (.*)", re.MULTILINE | re.DOTALL)
_BUDGET = re.compile(r"^Stopped: (the budget.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Launch:
    """What to ask of what, and who does: the `total` questions of the file `questions`, of the back end `llm`.

    `settings` are `name=value`. `before` rows were there when the process `pid`, which `born` tells from a later one with the
    same number, was `started` (UTC). `stopping` once it was asked to stop.
    """

    questions: str
    llm: str
    total: int
    settings: tuple[str, ...] = ()
    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    max_cost: float | None = None
    before: int = 0
    pid: int = 0
    born: str = ""
    started: str = ""
    stopping: bool = False


class State(StrEnum):
    """How it stands with a run."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"  # it can be resumed
    FAILED = "failed"  # the process ended with a message
    FINISHED = "finished"


def new_folder(home: Path, launch: Launch, now: dt.datetime | None = None) -> Path:
    """`<home>/runs/<set>-<back end>-<UTC time>`, not there yet."""
    moment = (now or dt.datetime.now(dt.UTC)).strftime("%Y%m%d-%H%M%S")
    parts = (Path(launch.questions).name.split(".")[0], launch.llm, *launch.settings, moment)
    name = "-".join(re.sub(r"[^\w.=]+", "-", part).strip("-.")[:60] for part in parts)
    folder, number = home / RUNS / name, 1
    while folder.exists():
        number += 1
        folder = home / RUNS / f"{name}-{number}"
    return folder


def start(home: Path, folder: Path, launch: Launch, *, retry_failed: bool = False) -> Launch:
    """Start, or resume, the run in `folder` over the library in `home`; returns as soon as the process is there.

    Raises RunBusy where one is at it, RunError where the folder cannot be written.
    """
    if state_of(folder) in (State.RUNNING, State.STOPPING):
        raise RunBusy(f"{folder.name} is being asked already.", remedy="Wait for it, or stop it first.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOG).open("wb") as log:
            # A session of its own: neither Ctrl-C in the terminal nor the end of the pages' process reaches it.
            process = subprocess.Popen(
                command(home, folder, launch, retry_failed=retry_failed),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}.", remedy="Make room, then start it again.") from error
    # Somebody has to ask for its exit code, or it would stay in the table of processes.
    threading.Thread(target=process.wait, name="vouch-run", daemon=True).start()
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    before = 0 if retry_failed else results.count_lines(folder)
    begun = replace(launch, before=before, pid=process.pid, born=birth(process.pid) or "", started=started, stopping=False)
    _write(folder, begun)
    return begun


def command(home: Path, folder: Path, launch: Launch, *, retry_failed: bool = False) -> list[str]:
    """The command line of the process."""
    words = [sys.executable, "-P", "-m", "rag.cli", "eval", "run", launch.questions, "--llm", launch.llm]
    words += ["--out", str(folder), "--home", str(home)]
    options: Mapping[str, object] = {"--limit": launch.limit, "--sample": launch.sample, "--max-cost": launch.max_cost}
    for name, value in options.items():
        words += [name, str(value)] if value is not None else []
    for setting in launch.settings:
        words += ["--setting", setting]
    return [*words, *(["--seed", str(launch.seed)] if launch.seed else []), *(["--retry-failed"] if retry_failed else [])]


def stop(folder: Path) -> None:
    """Ask the run's process to stop after the question in hand; one that does not is ended after a while."""
    launch = read_launch(folder)
    if launch is None or not alive(launch):
        return
    with suppress(ProcessLookupError):
        os.kill(launch.pid, signal.SIGTERM if deaf(launch.pid) else signal.SIGINT)
    _write(folder, replace(launch, stopping=True))
    timer = threading.Timer(PATIENCE, _end, (launch,))
    timer.daemon = True
    timer.start()


def _end(launch: Launch) -> None:
    if alive(launch):
        with suppress(ProcessLookupError):
            os.kill(launch.pid, signal.SIGTERM)


def discard(folder: Path) -> None:
    """Delete a run that nobody is at. RunBusy where somebody is, RunError where `folder` is none or cannot be deleted."""
    if state_of(folder) in (State.RUNNING, State.STOPPING):
        raise RunBusy(f"{folder.name} is being asked.", remedy="Stop it first.")
    if read_launch(folder) is None and read_manifest(folder) is None:
        raise RunError(f"{folder} holds no run.")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise RunError(f"{folder} cannot be deleted: {error.strerror}.", remedy="Check its permissions.") from error


def read_launch(folder: Path) -> Launch | None:
    """How the run was started, None where that was not done from here or cannot be read."""
    try:
        row = json.loads((folder / LAUNCH).read_text(encoding="utf-8"))
        values = {field.name: row[field.name] for field in fields(Launch) if field.name in row}
        return Launch(**{**values, "settings": tuple(values.get("settings", ()))})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def launched(home: Path) -> list[Path]:
    """The folders of all runs that were started from here."""
    return sorted(path.parent for path in (home / RUNS).glob(f"*/{LAUNCH}"))


def state_of(folder: Path) -> State:
    """How it stands with the run, whoever started it."""
    launch = read_launch(folder)
    if launch is not None and alive(launch):
        return State.STOPPING if launch.stopping else State.RUNNING
    if (folder / SUMMARY).exists():
        return State.FINISHED
    if message(folder) and not spent(folder) and not (launch and launch.stopping):
        return State.FAILED
    return State.STOPPED


def message(folder: Path) -> str:
    """Why the process ended before all was asked, in its own words; empty where it was stopped or cut off."""
    said = _log(folder)
    if found := _MESSAGE.search(said):
        return found[1].strip()
    return said.strip().splitlines()[-1] if "Traceback" in said else spent(folder)


def spent(folder: Path) -> str:
    """What the process said where the money for it ran out, else empty."""
    found = _BUDGET.search(_log(folder))
    return found[1] if found else ""


def _log(folder: Path) -> str:
    try:
        return clean((folder / LOG).read_bytes()[-MOST_LOG:].decode(errors="replace"))
    except OSError:
        return ""


def deaf(pid: int) -> bool:
    """Whether the process ignores SIGINT, as one does whose ancestor a shell put into the background."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    ignored = re.search(r"^SigIgn:\s*([0-9a-f]+)", status, re.MULTILINE)
    return ignored is not None and bool(int(ignored[1], 16) >> (signal.SIGINT - 1) & 1)


def alive(launch: Launch) -> bool:
    """Whether the very process that was started is still there."""
    return bool(launch.pid and launch.born) and birth(launch.pid) == launch.born


def birth(pid: int) -> str | None:
    """A text that no later process of that number shares: its time of birth. None where it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None if Path("/proc/self/stat").exists() else _asked(["ps", "-o", "lstart=", "-p", str(pid)])
    # The name in parentheses may hold anything; behind it follow the state and, as the 20th field, ticks since the start.
    rest = stat.rpartition(")")[2].split()
    return None if rest[0] in "ZX" else rest[19]


def _asked(words: Sequence[str]) -> str | None:
    """What a program prints, None where it fails or prints nothing."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _write(folder: Path, launch: Launch) -> None:
    results.replace_file(folder / LAUNCH, [json.dumps(asdict(launch), indent=1, ensure_ascii=False) + "\n"])
