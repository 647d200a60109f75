"""Which question sets there are to ask: bundled ones, those in VOUCH_HOME/sets, and uploads, which go there too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from eval import checking
from eval.checking import Problem, check
from eval.formats import SUFFIXES
from eval.questions import QuestionSet, load_questions
from rag.errors import QuestionSetError
from ui import state
from ui.uploads import Upload, safe_name

FOLDER = "sets"  # under VOUCH_HOME


@dataclass(frozen=True, slots=True)
class Known:
    """A file of questions; `bundled` ones came with Vouch."""

    path: Path
    bundled: bool


def known(home: Path) -> list[Known]:
    """Every set there is: the user's own first, by name."""
    own = sorted(path for path in (home / FOLDER).glob("*") if is_set(path))
    return [*(Known(path, bundled=False) for path in own), *(Known(path, bundled=True) for path in bundled())]


def bundled() -> list[Path]:
    """The sets that came with Vouch, the sample first."""
    folder = Path(checking.__file__).parent / "sets"
    return sorted((path for path in folder.glob("*") if is_set(path)), key=lambda path: (path.stem != "sample", path.name))


def is_set(path: Path) -> bool:
    """Whether its name is that of a file of questions."""
    suffixes = path.suffixes[:-1] if path.suffix == ".gz" else path.suffixes
    return path.is_file() and not path.name.startswith(".") and bool(suffixes) and suffixes[-1].lower() in SUFFIXES


def keep(home: Path, upload: Upload) -> Path:
    """Write an upload among the sets; a name that is taken by other content gets a number.

    Raises QuestionSetError where it is no kind of file that holds questions, or cannot be written.
    """
    name = safe_name(upload.name)
    stem, _, ending = name.partition(".")
    path, number = home / FOLDER / name, 1
    if f".{ending.lower().removesuffix('.gz').rpartition('.')[2]}" not in SUFFIXES:
        raise QuestionSetError(f"{name} is no file of questions.", remedy="Upload JSON lines, JSON, YAML or CSV.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while path.exists() and path.read_bytes() != upload.data:
            number += 1
            path = home / FOLDER / f"{stem}-{number}.{ending}"
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(upload.data)
        beside.replace(path)
    except OSError as error:
        raise QuestionSetError(
            f"The set could not be written to {path.parent} ({error.strerror}).", remedy="Make room, then upload it again."
        ) from error
    return path


def load(path: Path) -> QuestionSet:
    """The set, read anew when its file has changed. Raises QuestionSetError."""
    try:
        stat = path.stat()
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be read: {error.strerror}.", remedy="Choose another set.") from error
    return _load(str(path), stat.st_mtime_ns, stat.st_size)


@st.cache_resource(show_spinner=False, max_entries=16)
def _load(path: str, changed: int, size: int) -> QuestionSet:  # noqa: ARG001  both are part of the cache's key
    return load_questions(path)


def problems(questions: QuestionSet, *, in_library: bool) -> Sequence[Problem]:
    """What is wrong with the set, as `vouch eval check` says it; with `in_library` also papers that are not there."""
    return _problems(str(questions.path), questions.hash, state.assistant().mark() if in_library else "")


@st.cache_resource(show_spinner="Looking the papers up", max_entries=16)
def _problems(path: str, digest: str, library: str) -> Sequence[Problem]:  # noqa: ARG001
    return check(load(Path(path)), state.assistant().papers if library else None)


def exchanges(questions: QuestionSet, asked: int) -> int:
    """How many answers that many of its questions take: a dialogue takes one a turn."""
    if not len(questions):
        return 0
    return round(sum(len(question.asked) for question in questions) * asked / len(questions))
