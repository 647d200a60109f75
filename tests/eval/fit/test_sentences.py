"""The fit of sentence choice: what is taken as right, what the weights come to where they can be worked out, what is quoted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from eval.fit.sentences import (
    Measured,
    Row,
    claims,
    compared,
    fit,
    gather,
    in_chemistry,
    judged,
    measure,
    of_set,
    out_of_fold,
    quoted,
)
from rag.embedding import EMBEDDERS
from rag.paper import Paper
from rag.retrieval.evidence import WEIGHTS, known_of
from tests.paths import SHARED, shared_only

OVERLAP = list(WEIGHTS).index("overlap")


def asked(*holders: int, source: str = "development", group: str = "paper") -> Measured:
    """A question of two sentences, of which the first holds all of its words and the second none; `holders` says for each fact
    which of the two holds it."""
    values = np.zeros((2, len(WEIGHTS)))
    values[0, OVERLAP] = 1.0
    held = np.array([[holder == n for holder in holders] for n in range(2)])
    return Measured(Row(source, group, "", known_of(Paper("", "Yes. No.")), held), values, (1, 1))


@pytest.mark.parametrize(
    "rows",
    [
        [asked(0), asked(0), asked(0), asked(1)],
        [asked(0), asked(0, 1)],  # each of two facts counts half
        [asked(0), asked(0), asked(0), *[asked(1, source="claims")] * 5],  # a claim counts a fifth
    ],
)
def test_the_weight_is_the_log_odds_of_the_sentence_that_has_the_feature(rows: list[Measured]) -> None:
    expected = np.zeros(len(WEIGHTS))
    expected[OVERLAP] = math.log(3)  # three to one
    assert fit(rows, ridge=0.0) == pytest.approx(expected, abs=1e-3)


def test_every_question_is_judged_by_weights_that_saw_no_question_about_its_paper() -> None:
    others = [asked(0, group=f"paper {n}") for n in range(9)]
    found = out_of_fold([*others, *[asked(1, group="the other way round")] * 30], rounds=1)
    assert found[-30:] == [(1.0, 0.0)] * 30  # both sentences fit, and the wrong one is first


def test_sentences_are_quoted_by_score_as_long_as_they_fit() -> None:
    row = Row("sample", "", "", known_of(Paper("", "A. B. C.")), np.array([[False, False], [True, False], [False, False]]))
    values = np.zeros((3, len(WEIGHTS)))
    values[:, OVERLAP] = [0.9, 0.5, 0.1]
    one, weights = Measured(row, values, (50, 45, 40)), np.ones(len(WEIGHTS))
    assert quoted(one, weights) == [0, 2]
    assert quoted(one, weights, longest=95) == [0, 1]
    assert judged(one, weights) == (0.0, 0.0)
    assert judged(one, -weights) == (1.0, 0.0)  # 2, 1: the fact that no sentence holds does not count


def test_facts_are_looked_for_in_the_paper_that_a_question_names() -> None:
    question: dict[str, Any] = {"kind": "single", "question": "How do bees dance?", "papers": [{"title": "Bees"}]}
    papers = [Paper("1", "Ants march.", "Ants"), Paper("2", "Bees fly. They dance in eights.", "Bees")]
    (row,) = of_set("sample", [{**question, "key_facts": ["in eights", "at noon"]}], papers)
    assert row.held.tolist() == [[False, False], [True, False]]
    assert not list(of_set("sample", [{**question, "key_facts": ["at noon"]}], papers))
    assert not list(of_set("sample", [{**question, "key_facts": ["in eights"], "papers": [{"title": "Wasps"}]}], papers))


def test_a_chemistry_answer_comes_from_the_sentence_that_holds_at_least_half_of_it() -> None:
    question = {"question": "What melts?", "answerable": True, "context": "Ice melts at zero. Iron stays hard."}
    (row,) = in_chemistry([{**question, "answer": "ice, salt"}])
    assert row.held.tolist() == [[True], [False]]
    assert not list(in_chemistry([{**question, "answer": "ice, salt, sugar"}]))
    assert not list(in_chemistry([{**question, "answer": "ice", "answerable": False}]))


def test_every_third_claim_is_taken_with_the_sentences_that_people_marked() -> None:
    claimed = [{"text": str(n), "evidence": [{"doc": "7", "sentences": [1]}, {"doc": "7", "sentences": [2]}]} for n in range(6)]
    found = list(claims(claimed, [{"_id": 7, "metadata": {"sentences": ["A cat. Or two.", "A dog.", "A cow."]}}]))
    assert [row.question for row in found] == ["2", "5"]
    assert [passage.text for passage in found[0].known.passages] == ["A cat. Or two.", "A dog.", "A cow."]
    assert found[0].held.tolist() == [[False], [True], [True]]


def test_weights_that_differ_by_more_than_rounding_are_named() -> None:
    assert (
        list(compared({"place": 2.144, "last": -0.89}, {"place": 2.14, "last": -0.89}))[-1].strip()
        == "equal to the rounding of the code"
    )
    assert list(compared({"place": 2.147, "last": -0.89}, {"place": 2.14, "last": -0.89}))[-1].endswith("rounding: place")


@shared_only
def test_the_sets_have_their_sizes_and_features_are_as_stated() -> None:
    rows = gather(SHARED)
    sources = [row.source for row in rows]
    assert {source: sources.count(source) for source in sources} == {
        "development": 55,
        "described": 60,
        "sample": 90,
        "chemistry": 89,
        "claims": 188,
    }
    (found,) = measure([rows[0]], EMBEDDERS["minilm"]().load())
    # "... on a model's internal activations ... . What does it get those activations from, and what win-rate gain did it report?"
    *_, last = [dict(zip(WEIGHTS, own, strict=True)) for own in found.features.tolist()]
    text = rows[0].known.passages[-1].text
    assert "5.08%" in text
    assert (last["place"], last["first"], last["last"], last["number"], last["background"]) == (1.0, 0.0, 1.0, 1.0, 0.0)
    assert last["length"] == pytest.approx(math.log(len(text.split()) + 1))
    assert rows[0].held[-1].tolist() == [False, True]  # not "sparse autoencoder", but "5.08%"
    assert 0 < last["overlap"] < last["part"] <= 1  # the question has parts, and this sentence answers the last of them
