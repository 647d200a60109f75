"""Asks the questions of a set and keeps the answers; stopped at any moment, it goes on where it was."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import results, runs
from eval.errors import RunBusy, RunError
from eval.questions import Question, QuestionSet, require_questions
from eval.resolve import Resolution, resolve
from eval.scoring import score
from eval.summary import Summary, summarise
from rag.answering.record import Answer
from rag.errors import BackendError, BackendMissing, BackendUnknown, LibraryError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings

LOCK = "run.lock"
RECORDED_PACKAGES = ("chromadb", "tantivy", "openvino", "tokenizers", "llama-index-core", "ir-measures", "numpy")


@dataclass(frozen=True, slots=True)
class RunProgress:
    """`done` of `total` questions have a row, `before` of them from earlier starts; `failures` of the rows are errors."""

    folder: Path
    done: int
    total: int
    before: int
    failures: int


@contextmanager
def open_assistant(settings: Settings) -> Iterator[Assistant]:
    """The assistant over the library in `settings.home`."""
    from rag.assistant import Assistant

    with Assistant.open(settings) as assistant:
        yield assistant


def run(
    questions: QuestionSet,
    assistant: Assistant,
    out: Path | None = None,
    *,
    llm: str | None = None,
    progress: Callable[[RunProgress], None] | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
) -> Summary:
    """Ask every question that has no row in `out` yet, append its row, and return the summary over all rows.

    `out` None means `runs.default_folder`; `llm` None the back end of the settings. `limit` asks the first questions only.
    A question on which the back end fails becomes a row with its error; those are asked again with `retry_failed` only.

    Raises QuestionSetError where there is no question, LibraryError where there is no paper, RunChanged where `out` belongs
    to another run, RunBusy where another process is at it, and BackendMissing or BackendUnknown at the first question,
    because they would be the same for every one. KeyboardInterrupt leaves a folder that can be resumed.
    """
    require_questions(questions)
    if not assistant.count():
        raise LibraryError(
            f"The library in {assistant.settings.home} holds no paper.", remedy="Load papers first: vouch ingest FILES."
        )
    manifest = _manifest(questions, assistant, llm, limit)
    folder = out if out is not None else runs.default_folder(assistant.settings.home, manifest)
    report = progress or (lambda _: None)
    with _locked(folder):
        manifest, is_new = _enter(folder, manifest)
        if retry_failed:
            results.keep_only(folder, (row for row in results.read_rows(folder) if row["error"] is None))
        failed = {row["id"]: row["error"] is not None for row in results.read_rows(folder)}
        pending = [q for q in questions.questions[:limit] if q.id not in failed]
        before, failures = len(failed), sum(failed.values())
        state = RunProgress(folder, before, before + len(pending), before, failures)
        report(state)
        refs = (ref for question in pending for turn in question.asked for ref in turn.papers)
        resolution = resolve(refs, assistant.papers() if pending else ())
        for question in pending:
            row = _ask(question, assistant, resolution, manifest.llm)
            if state.done == before:
                # Only now: a back end that cannot be used at all leaves no run behind.
                _begin(folder, manifest, is_new)
            results.append(folder, row)
            state = replace(state, done=state.done + 1, failures=state.failures + (row["error"] is not None))
            report(state)
        summary = summarise(results.read_rows(folder))
        runs.write_summary(folder, summary)
    return summary


def _ask(question: Question, assistant: Assistant, resolution: Resolution, llm: str) -> dict[str, Any]:
    """The row of one question. In a dialogue every turn sees the answers before it; an error ends it."""
    history: list[Answer] = []
    exchanges: list[dict[str, Any]] = []
    error: BackendError | None = None
    for position, turn in enumerate(question.asked):
        relevant, unresolved = resolution.split(turn.papers)
        exchange: dict[str, Any] = {
            "question": turn.question,
            "answerable": turn.answerable,
            "key_facts": list(turn.key_facts),
            "relevant": list(relevant),
            "unresolved": list(unresolved),
            "answer": None,
            "scores": None,
        }
        exchanges.append(exchange)
        try:
            answer = assistant.ask(turn.question, history=tuple(history), llm=llm)
        except (BackendMissing, BackendUnknown):
            raise
        except BackendError as problem:
            error = problem
            break
        history.append(answer)
        exchange["answer"] = answer.to_dict()
        if question.is_scored(position):
            exchange["scores"] = score(turn, relevant, answer)
    head = {"id": question.id, "kind": question.kind, "tags": list(question.tags), "question": question.question}
    failure = None if error is None else {"type": type(error).__name__, "message": str(error)}
    body = {"turns": exchanges} if question.turns else exchanges[0]
    return {**head, "error": failure, **body}


def _manifest(questions: QuestionSet, assistant: Assistant, llm: str | None, limit: int | None) -> runs.Manifest:
    shaping = assistant.settings if llm is None else assistant.settings.model_copy(update={"llm": llm})
    return runs.Manifest(
        set_name=questions.path.name,
        set_hash=questions.hash,
        questions=len(questions),
        llm=shaping.llm,
        settings=shaping.fingerprint(),
        library=assistant.library_fingerprint(),
        papers=assistant.count(),
        vouch=_version("vouch"),
        limit=limit,
        started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        versions={"python": platform.python_version(), **{name: _version(name) for name in RECORDED_PACKAGES}},
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if need be; the lock ends with the process, however that ends."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise RunBusy(f"{folder} is being written by another run.", remedy="Wait for it, or give another --out.") from None
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}.", remedy="Choose another --out.") from error
    try:
        yield
    finally:
        lock.release()


def _enter(folder: Path, manifest: runs.Manifest) -> tuple[runs.Manifest, bool]:
    """The manifest to go on with, and whether the run is new. A half-written row of an earlier start is cut off."""
    earlier = runs.read_manifest(folder)
    if earlier is None:
        if (folder / results.RESULTS).exists():
            raise RunError(
                f"{folder} has results but no {runs.MANIFEST} that says what they are of.", remedy="Give another --out."
            )
        return manifest, True
    runs.require_same(folder, earlier, manifest)
    results.repair(folder)
    return (replace(earlier, limit=manifest.limit) if manifest.total > earlier.total else earlier), False


def _begin(folder: Path, manifest: runs.Manifest, is_new: bool) -> None:
    """Write down what the rows to come are of; an earlier summary no longer covers the run."""
    if is_new or runs.read_manifest(folder) != manifest:
        runs.write_manifest(folder, manifest)
    (folder / runs.SUMMARY).unlink(missing_ok=True)
