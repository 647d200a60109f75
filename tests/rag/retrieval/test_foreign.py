"""Questions in German, French and Spanish, read in English."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.retrieval.foreign import in_english


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Welche Arbeit untersucht Wissensgraphen?", "which paper investigate knowledge graph?"),
        ("Arbeiten über Sprachmodelle von 2021", "papers about language model from 2021"),
        ("Comment traduire la parole avec un réseau ?", "how translation speech with network ?"),
        ("Quel est le taux d'apprentissage du modèle ?", "which learning rate of model ?"),
        ("artículos sobre redes antes de 2019", "papers about network before 2019"),
        ("Was ist mit LLaMA-2 und DPO?", "what with LLaMA-2 and DPO?"),
        ("What does die casting do in a network?", None),
        ("Which papers use la Monte as an example?", None),
        ("LLaMA-2 DPO", None),
        ("", None),
    ],
)
def test_reading(question: str, english: str | None) -> None:
    assert in_english(question) == english


def test_the_paper_is_found_and_the_reading_told(
    tmp_path: Path, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> None:
    papers = {
        "Robots that weigh rocks": "A robot weighs rocks on a scale. It errs by two percent.",
        "A robot for patients": "We propose a robot for nursing that lifts patients. Nurses liked its speed.",
        "Snow on roofs": "Roofs break under snow. A sensor weighs it in time.",
    }
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([write_papers(tmp_path / "papers.jsonl", papers)])
        answer = assistant.ask("Welche Arbeit untersucht Roboter in der Pflege?")
    assert answer.notes[0] == "Read in English as “which paper investigate robot in nursing?”."
    assert answer.retrieved[0].paper.title == "A robot for patients"
