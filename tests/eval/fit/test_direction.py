"""Training which way the evidence points: what is made of a text, the slope, and a toy world that is learned."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from eval.fit.attention import Side, slope, start
from eval.fit.direction import grouped, material, train, written
from eval.fit.opposites import inflected, opposites
from eval.fit.reversals import Statement, reversals, statement, with_not
from rag.answering.direction import Direction
from rag.answering.polarity import cues
from rag.embedding.minilm import MiniLM

RNG = random.Random(0)


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("Aspirin improved sleep.", {"Aspirin worsened sleep.", "Aspirin impaired sleep.", "Aspirin reduced sleep."}),
        ("Higher doses were safe.", {"Lower doses were safe.", "Higher doses were unsafe."}),
        ("It did not grow.", {"It grow."}),
        ("There was no effect of heat.", {"There was a effect of heat."}),
        ("We counted bees.", set()),
    ],
)
def test_a_text_is_turned_round_word_by_word(text: str, turned: set[str]) -> None:
    assert set(reversals(text, RNG)) <= turned
    assert bool(reversals(text, RNG)) == bool(turned)


def test_a_not_is_put_behind_an_auxiliary_verb() -> None:
    assert with_not("Sleep is cheap.", RNG) == "Sleep is not cheap."
    assert with_not("Sleep is not cheap.", RNG) is None
    assert with_not("Sleep heals.", RNG) is None


def test_the_table_holds_the_endings_of_its_verbs() -> None:
    assert inflected("reduce") == ("reduce", "reduces", "reduced", "reducing")
    assert "inhibits" in opposites()["promotes"]


def test_questions_and_scraps_are_no_statements() -> None:
    evidence = ["One.", "Two.", "Three."]
    assert statement("Does aspirin improve sleep or not?", evidence, RNG) is None
    assert statement("Aspirin improved.", evidence, RNG) is None
    found = statement("Aspirin improved sleep in men.", evidence, RNG)
    assert found is not None
    assert found.evidence == ("One.", "Two.", "Three.")


def test_titles_and_last_sentences_become_statements_and_cited_papers_do_not(tmp_path: Path) -> None:
    text = (
        "We gave aspirin. Nobody knew. We counted hours. There were many. Sleep was better with aspirin. We recommend it highly."
    )
    rows = [{"_id": name, "title": "Aspirin improves the sleep of adults", "abstract": text} for name in ("a", "b")]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = list(material([tmp_path / "own.jsonl"], ["b"], seed=0))
    assert [one.text for one in found][:1] == ["Aspirin improves the sleep of adults"]
    assert all(len(one.reversals) >= 1 for one in found)
    assert list(material([tmp_path / "own.jsonl"], ["a", "b"], seed=0)) == []


def test_the_slope_is_that_of_the_verdict_s_own_arithmetic() -> None:
    rng = np.random.default_rng(0)
    p = start(8, seed=0)

    def side(n: int) -> Side:
        return Side(
            rng.normal(0, 0.4, (n, 8)).astype(np.float16), rng.normal(0, 1, (n, 4)).astype(np.float32), np.zeros(n, np.float32)
        )

    said, evidence = side(3), side(5)
    value, slopes = slope(p, said, evidence)
    for name, at in (
        ("poles", (1, 2)),
        ("asks", (0, 3)),
        ("answers", (2, 1)),
        ("weight", (4,)),
        ("cosine", ()),
        ("marked", (1, 1)),
    ):
        moved = {key: array.copy() for key, array in p.items()}
        moved[name][at] += 0.01
        further, _ = slope(moved, said, evidence)
        moved[name][at] -= 0.02
        back, _ = slope(moved, said, evidence)
        assert (further - back) / 0.02 == pytest.approx(slopes[name][at], rel=0.02, abs=1e-3), name
    assert np.isfinite(value)


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM.load(threads=1)


def test_a_toy_world_is_learned(embedder: MiniLM) -> None:
    drugs = ["aspirin", "caffeine", "insulin", "morphine", "nicotine", "ethanol", "quinine", "codeine", "heparin", "dopamine"]
    made = [
        Statement(
            f"{drug.capitalize()} {said} pain.",
            (f"{drug.capitalize()} {turned} pain.",),
            (f"Pain was {seen} after {drug} was given.", f"We bought {drug}.", "Thirty people took part."),
        )
        for drug in drugs
        for said, turned, seen in (("increases", "reduces", "higher"), ("reduces", "increases", "lower"))
    ]
    groups = grouped(made, embedder)
    learned = train(groups[:18], rounds=20)
    row = json.loads(written(learned))
    direction = Direction(**{name: np.array(row[name], np.float32) for name in Direction.__slots__})
    odds = []
    for said in ("Dopamine increases pain.", "Dopamine reduces pain."):
        evidence = "Pain was higher after dopamine was given."
        own, other = embedder.read([said, evidence])
        views = direction.view(own, cues(said)), direction.view(other, cues(evidence))
        likeness = other.pieces @ own.pieces.T
        odds.append(direction.agreement(views[0], [views[1]], [likeness], np.array([other.text @ own.text])))
    assert odds[0] > 0 > odds[1]
