"""What a question asks for, and whether an abstract gives it."""

from __future__ import annotations

import pytest

from rag.answering.missing import Asked, details, shortfall, what_is_missing
from rag.answering.missing_names import names, unnamed

SENTENCES = (
    "Honey bees dance on the comb.",
    "We filmed 120 dances in 14 hives with cameras by Sony.",
    "Rain cut the dances by 40%.",
    "Training took three days on a GPU.",
)
COSINES = (0.5, 0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How many hives were filmed?", [(Asked.COUNT, "hives")]),
        ("What learning rate did they use?", [(Asked.AMOUNT, "learning rate")]),
        ("By how many points does it improve?", [(Asked.AMOUNT, "points")]),
        ("How much were the beekeepers paid?", [(Asked.MONEY, "")]),
        ("How long did it take, and on what hardware?", [(Asked.TIME, ""), (Asked.NAME, "hardware")]),
        ("Which language model serves as the judge?", [(Asked.NAME, "language model")]),
        ("What remedy has been suggested?", [(Asked.THING, "remedy")]),
        ("What explains the drop?", [(Asked.OPEN, "")]),
        ("Why do bees dance?", [(Asked.OPEN, "")]),
        ("Is there a model which dances?", []),
    ],
)
def test_what_is_asked(question: str, asked: list[tuple[Asked, str]]) -> None:
    assert [(detail.kind, detail.noun) for detail in details(question)] == asked


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many hives were filmed?", 0),
        ("How many combs were there?", 1),  # there is a comb, but no number stands before it
        ("By how much did rain cut the dances?", 0),
        ("What temperature was it?", 1),  # no figure stands beside the word
        ("How long did training take?", 0),
        ("How much did it cost?", 1),
        ("Which company made the cameras?", 1),  # a name is there; the word "company" is not
        ("What mechanism makes them dance?", 0),  # a shell noun: whatever is said may be it
        ("Which pollen did they collect?", 1),
    ],
)
def test_how_far_an_abstract_falls_short(question: str, missing: int) -> None:
    (detail,) = details(question)
    assert shortfall(detail, question, "Bees", SENTENCES, COSINES).total == missing


def test_names_are_new_words_with_capitals() -> None:
    assert names("Later GPT-4 and Llama beat BERT, see https://example.org/XY.", {"bert"}) == ["GPT-4", "Llama"]


@pytest.mark.parametrize(
    "question", ["How many hives?", "How much is it?", "Which licence?", "How long?", "What accuracy is it?"]
)
def test_what_is_missing_ends_a_sentence(question: str) -> None:
    (detail,) = details(question)
    assert what_is_missing(detail).split()[0] in {"gives", "does", "says"}


@pytest.mark.parametrize(
    ("question", "abstract", "missing"),
    [
        ("Which three models were tested?", "We test three models: Falcon, Gemma and Phi-2.", 0),
        ("Which three models were tested?", "We test three models, among them Falcon.", 1),  # fewer than are asked for
        ("Which reward model was used?", "All reward models (RMs) were compared by RMs.", 1),  # a term and its abbreviation
        ("Which model was tested?", "We propose Fused Normalization (FN). The model uses FN.", 1),  # the paper's own name
        ("Who annotated the cases?", "The cases were annotated by five nurses.", 0),  # not by name
        ("Who annotated the cases?", "The cases were doubled.", 1),
        ("How many warnings were read?", "We read 10K+ warnings.", 0),
        ("How many layers does it have?", "Third, the layer is normalized. 2) A multi-layer view.", 1),  # items of a list
        ("How many runs did it take?", "It takes a single run.", 0),
        ("How many annotators were there?", "It won 60% preference from annotators.", 1),  # a share of something else
        ("How many games were won?", "It won 97% of the games.", 0),
        ("How many people took part?", "We asked them in a study (N=12).", 0),
        ("How many runs did it need?", "It needs half of the total number of runs.", 0),
        ("How old were they?", "All were over 60 years old.", 0),
        ("How old were they?", "There were 275 of them.", 1),
        ("Which three encoders were used?", "We compare three encoders with it.", 1),
        ("Which three encoders were used?", "We compare three encoders, small, middle and big.", 0),
        ("What is the largest gain?", "The gain is 2.9% in the end.", 0),
        ("How many users a day are served?", "It serves 400 million users daily.", 0),  # no length of time
        ("By how many percent did it rise?", "It serves 400 users. Sales rose.", 1),
        ("How many milliseconds does it save?", "It saves 570ms.", 0),
        ("What are the names of the two datasets?", "Two datasets are used.", 1),
    ],
)
def test_what_counts_as_given(question: str, abstract: str, missing: int) -> None:
    sentences = [f"{part.rstrip('.')}." for part in abstract.split(". ")]
    (detail,) = details(question)
    assert shortfall(detail, question, "Bees", sentences, [0.5] * len(sentences)).total == missing


def test_a_name_that_the_question_has_already_answers_nothing() -> None:
    assert unnamed("model", "Which model beats Falcon?", "Bees", ["Falcon is beaten."], [0.5]) == 1
    assert unnamed("model", "Which model beats Falcon?", "Bees", ["Only Gemma beats Falcon."], [0.5]) == 0


def test_a_refusal_says_it_in_words() -> None:
    said = {
        question: what_is_missing(details(question)[0]) for question in ("By how many percent did it fall?", "How old was it?")
    }
    assert said == {"By how many percent did it fall?": "gives no figure for this", "How old was it?": "gives no age"}
    assert what_is_missing(details("How many human annotators read it?")[0]) == "does not say how many"
    assert [detail.noun for detail in details("Which regressor predicted the value best?")] == ["regressor"]
    assert len(details("What are the datasets on which it was tested?")) == 1
