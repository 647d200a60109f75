"""What a run is made of, gathered for run.json: set, settings, prompts, library, versions, revision."""

from __future__ import annotations

import datetime as dt
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import rag
from eval.questions import QuestionSet
from eval.runs import Manifest
from rag.request import EXTRACTIVE
from rag.settings import SHAPING, Settings

if TYPE_CHECKING:
    from eval.runner import Assistant

RECORDED_PACKAGES = ("chromadb", "tantivy", "openvino", "tokenizers", "llama-index-core", "ir-measures", "numpy")


def manifest_of(
    questions: QuestionSet,
    assistant: Assistant,
    *,
    llm: str | None = None,
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
    overrides: Mapping[str, str] | None = None,
) -> Manifest:
    """The manifest of a run that would begin now. `overrides` are settings given for this run, as they were written."""
    from rag.answering import prompts

    shaping = assistant.settings if llm is None else assistant.settings.model_copy(update={"llm": llm})
    written = dict(overrides or {})
    return Manifest(
        set_name=questions.path.name,
        set_hash=questions.hash,
        questions=len(questions),
        llm=shaping.llm,
        settings=shaping.fingerprint(),
        library=assistant.library_fingerprint(),
        papers=assistant.count(),
        vouch=package_version("vouch"),
        limit=limit,
        started=now(),
        versions=versions(),
        values=shaping_values(shaping),
        overrides=written,
        prompts={} if shaping.llm == EXTRACTIVE else prompts.digests(shaping.home),
        git=revision(),
        sample=sample,
        seed=None if sample is None else seed,
        name=" ".join([shaping.llm, *(f"{name}={value}" for name, value in sorted(written.items()))]),
    )


def shaping_values(settings: Settings) -> dict[str, Any]:
    """The settings that shape an answer, the address without user name, password and query."""
    values = {name: getattr(settings, name) for name in SHAPING}
    if values.get("llm_base_url"):
        parts = urlsplit(str(values["llm_base_url"]))
        values["llm_base_url"] = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return values


def now() -> str:
    """UTC, to the millisecond: runs are listed by it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def versions() -> dict[str, str]:
    """Python and the packages that shape answers."""
    return {"python": platform.python_version(), **{name: package_version(name) for name in RECORDED_PACKAGES}}


def package_version(package: str) -> str:
    """The installed version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def revision() -> str | None:
    """The git revision of the program, `+` behind it where files were changed; None where it runs from no checkout."""
    root = Path(str(rag.__file__)).parents[1]
    if not (root / ".git").exists():
        return None
    head, changes = (_git(root, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "-uno")))
    return f"{head}{'+' if changes else ''}" if head else None


def _git(root: Path, *words: str) -> str:
    # GIT_OPTIONAL_LOCKS: looking must not take a lock that somebody else's commit waits for.
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
