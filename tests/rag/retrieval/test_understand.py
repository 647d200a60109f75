"""How many papers a question asks for, by its wording."""

from __future__ import annotations

import pytest

from rag.retrieval.understand import QuestionType, question_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What does IterAlign find?", QuestionType.ONE),
        ("How large is the gain?", QuestionType.ONE),
        ("Which win rate does the method reach?", QuestionType.ONE),
        ("", QuestionType.ONE),
        ("Which papers are about bees?", QuestionType.LIST),
        ("List all studies on glaciers.", QuestionType.LIST),
        ("Show me every benchmark for agents", QuestionType.LIST),
        ("What other methods are there?", QuestionType.LIST),
        ("Who else works on this?", QuestionType.LIST),
        ("Compare bees and wasps.", QuestionType.COMPARE),
        ("How does Q7LatticeSign differ from RSA?", QuestionType.COMPARE),
        ("violins vs. cellos", QuestionType.COMPARE),
        ("What do both surveys say?", QuestionType.COMPARE),
    ],
)
def test_only_explicit_wording_asks_for_several_papers(question: str, kind: QuestionType) -> None:
    assert question_type(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many papers are about bees?", QuestionType.LIST),
        ("Are there any surveys of pollination?", QuestionType.LIST),
        ("Is there other work on hives?", QuestionType.LIST),
        ("What do the papers say about swarming?", QuestionType.COMPARE),
        ("Which dangers of mites are named in these abstracts?", QuestionType.COMPARE),
        ("How many hives were filmed?", QuestionType.ONE),
        ("Is there a queen in the hive?", QuestionType.ONE),
        ("What happens in the hive at night?", QuestionType.ONE),
    ],
)
def test_what_is_asked_of_the_whole_library_wants_several_papers(question: str, kind: QuestionType) -> None:
    assert question_type(question) is kind
