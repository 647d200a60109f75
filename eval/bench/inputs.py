"""The papers and questions that every benchmark uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SAMPLE_PAPERS = ROOT / "rag" / "sample" / "sample-library.jsonl"
SAMPLE_QUESTIONS = ROOT / "eval" / "sets" / "sample.jsonl"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files of abstracts, and a question set over them."""

    papers: tuple[Path, ...]
    questions: Path
    note: str = ""
    home: Path | None = None  # a library to be used in place of one made of the files, by the benchmarks that can


def find_inputs(shared: Path = SHARED) -> Inputs:
    """The five real dumps with their questions where they lie beside the project, else the bundled sample, saying so."""
    dumps, questions = tuple(sorted((shared / "corpus").glob("*.txt"))), shared / "questions" / "single.jsonl"
    if dumps and questions.is_file():
        return Inputs(dumps, questions)
    note = f"{shared} holds no corpus: measured on the bundled sample library. The targets are set for the real dumps."
    return Inputs((SAMPLE_PAPERS,), SAMPLE_QUESTIONS, note)
