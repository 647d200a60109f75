"""Kinds of papers: what a question asks for, and what a paper says of itself."""

from __future__ import annotations

import pytest

from rag.retrieval.kinds import is_a, kind_called, wanted


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Are there any review/survey articles ?", "review/survey articles"),
        ("Which general weaving surveys are ?", "surveys"),
        ("papers that introduce a benchmark", "that introduce a benchmark"),
        ("Which papers present a new corpus?", "present a new corpus"),
        ("new datasets for weaving", "datasets"),
        ("survey", "survey"),
        ("Is there a survey on looms", "survey"),
        ("any position papers", "position papers"),
        ("technical reports?", "technical reports"),
        ("methods tested on benchmarks", None),
        ("Which papers use a dataset?", None),
        ("What is the largest dataset?", None),
        ("Give me an overview of weaving", None),
    ],
)
def test_the_kind_a_question_is_for(question: str, said: str | None) -> None:
    asked = wanted(question)
    assert (asked and question[asked.start : asked.end].strip()) == said


@pytest.mark.parametrize(
    ("kind", "title", "abstract", "is_one"),
    [
        ("surveys", "Looms: A Survey", "", True),
        ("reviews", None, "This survey covers ten years of looms.", True),
        ("surveys", None, "In this paper, we systematically review methods of weaving.", True),
        ("surveys", None, "We aim to provide a comprehensive and systematic review of looms.", True),
        ("surveys", None, "Three rounds of surveys of weavers were held; we carefully review the threads.", False),
        ("benchmarks", "LoomBench", "Cloth is judged.", True),
        ("benchmarks", None, "We propose ClothBench, a benchmark of cloth.", True),
        ("benchmarks", None, "It wins on six benchmarks.", False),
        ("datasets", None, "We introduce WOOL, a novel dataset of fleeces.", True),
        ("datasets", None, "Trained on a public dataset, it wins.", False),
        ("technical reports", "Loom 3 Technical Report", "", True),
    ],
)
def test_what_a_paper_says_of_itself(kind: str, title: str | None, abstract: str, is_one: bool) -> None:
    found = kind_called(kind)
    assert found is not None
    assert is_a(found, title, abstract) == is_one
