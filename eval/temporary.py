"""A temporary library made of the user's papers, for trials that add and remove some. The user's own is only read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eval import perturb, runner
from eval.errors import RunError
from eval.questions import QuestionSet
from eval.resolve import Resolution, resolve_in
from rag.settings import Settings

if TYPE_CHECKING:
    from eval.runner import Assistant


@contextmanager
def library(
    questions: QuestionSet, settings: Settings, most: int, seed: int, notes: list[str]
) -> Iterator[tuple[Assistant, Resolution]]:
    """A temporary library of the user's papers, gone at the end, and which of them the questions name."""
    with runner.open_assistant(settings) as own:
        gold = resolve_in((ref for q in questions for turn in q.asked for ref in turn.papers), own.papers)
        named = set(gold.ids.values())
        if not named:
            remedy = "Name them by id, title or opening, and load them first."
            raise RunError(f"No question of {questions.path} names a paper of the library.", remedy=remedy)
        others = [paper.id for paper in own.papers() if paper.id not in named]
        room = max(0, most - len(named))
        if len(others) > room:
            notes.append(f"The library holds {own.count()} papers; tried on {len(named)} named ones and {room} others.")
            others = perturb.generator("papers", seed).sample(others, room)
        wanted = named | set(others)
        with tempfile.TemporaryDirectory(prefix="vouch-robustness-") as folder:
            home = Path(folder)
            if (settings.home / "prompts").is_dir():
                shutil.copytree(settings.home / "prompts", home / "prompts")
            # No server for the vectors: the temporary library must not reach the user's.
            values = {"home": home, "chroma_url": None, "chroma_api_key": None, "chroma_tenant": None, "chroma_database": None}
            with runner.open_assistant(settings.model_copy(update=values)) as assistant:
                assistant.add((paper for paper in own.papers() if paper.id in wanted), name="the library")
                missing = wanted - {paper.id for paper in assistant.papers()}
                if missing:
                    notes.append(f"{len(missing)} papers were taken for others of the library and are missing from it.")
                yield assistant, gold
