"""Papers asked for by name, by the initials of their title, and by a name with a slip in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.retrieval.hybrid import rarest
from rag.retrieval.lookup import asked_names, coined, folded, is_called, may_write_out, names_of, used_names, written_out


def asked(question: str, known: str) -> tuple[set[str], set[str]]:
    """With a library that holds the words of `known`, none of them stemmed."""
    return asked_names(question, dict.fromkeys(known.split(), 1.0), {})


def test_a_title_has_names() -> None:
    assert names_of("Direct Preference Optimization: Your Model") == {"directpreferenceoptimization", "dpo"}
    assert names_of("MT4CrossOIE: Multi-stage Tuning") == {"mt4crossoie"}
    assert names_of("The Two-Pass Softmax Algorithm") == {"thetwopasssoftmaxalgorithm", "tpsa"}
    assert folded("FuseChat-3.0") == "fusechat30"


@pytest.mark.parametrize(
    ("question", "said", "odd"),
    [
        ("What does the DPO paper claim?", {"dpo"}, set()),
        ("the Curse of Depth paper", {"curseofdepth"}, set()),
        ("AdamP", {"adamp"}, set()),
        ("How does KGQuizz score?", set(), {"kgquizz"}),
        ("How does the model score?", set(), set()),
    ],
)
def test_a_question_has_names(question: str, said: set[str], odd: set[str]) -> None:
    found = asked(question, "dpo claim curse depth adamp score model")
    assert found[0] == said
    assert odd <= found[1]


def test_a_name_with_a_slip_is_known_again() -> None:
    assert is_called("LlamaFusion: Adapting Models", (), {"llamafusoin"})
    assert is_called("MT4CrossOIE: Multi-stage Tuning", (), {"mt4crossie"})
    assert not is_called("Layer Normalization", (), {"llamafusoin"})
    assert not is_called("LlamaFusion: Adapting Models", (), ())


@pytest.mark.parametrize("question", ["Q7LatticSign", "How fast is Q7LaticeSign?", "What does the Q7LatticeSign paper say?"])
def test_the_library_finds_a_paper_by_its_name(small: Assistant, question: str) -> None:
    assert small.search(question, 1)[0].paper.title == "Q7LatticeSign: signatures for small devices"


@pytest.mark.parametrize(
    ("abstract", "names"),
    [
        ("The algorithm, which we call Direct Preference Optimization (DPO), is stable.", {"dpo"}),
        ("We propose Low-Rank Adaptation (LoRA), which freezes weights.", {"lora"}),
        ("To close the gap we introduce X-Cross, a model of several domains.", {"xcross"}),
        ("We build a new dataset called CREAK with 13k claims.", {"creak"}),
        ("We fine-tune with LoRA and compare to Direct Preference Optimization (DPO).", set()),
        ("We propose a method for LLMs that needs no labels.", set()),
        ("We propose DPO variants.", set()),
    ],
)
def test_an_abstract_coins_names(abstract: str, names: set[str]) -> None:
    assert coined(abstract) == names


def test_a_name_is_written_out() -> None:
    said = "We propose Feature-level constrained Tea Brewing (FTB), which needs no kettle."
    assert written_out("How hot is Feature-level constrained tea brewing?", said)
    assert not written_out("How hot is Constrained Tea Brewing?", said)
    assert may_write_out("How hot is Constrained Tea Brewing?")
    assert not may_write_out("How hot is Tea?")


def test_two_words_of_a_long_title_are_no_slip_of_it() -> None:
    assert not is_called("Direct Preference Optimization: Your Model", (), {"preferenceoptimization"})
    assert is_called("Fuse-Chat: Merging Models", (), {"fusechat"})


def test_names_are_used_plainly() -> None:
    assert used_names("What does LoRA change in Peri-LN?") == ["lora", "periln"]
    assert used_names("How do LLMs learn?") == ["llm"]
    assert used_names("How do Bees dance in Norway?") == used_names("WHAT IS THIS?") == []


PLAIN = [
    ("Drawing lots", "Tenants draw lots for their rooms, as most who share a flat do. RentSplit is no better."),
    ("Envy in shared flats", "We propose RentSplit, which asks each friend for an envy score. They stay friends."),
    ("Snow on roofs", "Roofs break under snow. A sensor weighs it in time."),
]


def test_a_name_used_plainly_finds_the_paper_that_coined_it(
    tmp_path: Path, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> None:
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([write_papers(tmp_path / "papers.jsonl", PLAIN)])
        assert assistant.search("What is RentSplit?", 1)[0].paper.title == "Envy in shared flats"


DPO, FPO, OTHER = "DPO tunes a model.", "We propose FPO, unlike DPO.", "We compare DPO and more DPO."


@pytest.mark.parametrize(
    ("called", "texts", "expected"),
    [
        pytest.param({"a": {"dpo"}, "b": {"fpo"}}, [DPO, FPO, OTHER], {"b": {"fpo"}}, id="three use DPO and one FPO"),
        pytest.param({"a": {"dpo"}, "b": {"fpo"}}, [DPO, FPO], {"a": {"dpo"}, "b": {"fpo"}}, id="two and one"),
        pytest.param({"a": {"dpo"}, "b": {"dpo"}}, [DPO, FPO, OTHER], {"a": {"dpo"}, "b": {"dpo"}}, id="one name"),
        pytest.param({"a": {"dpo", "fpo"}}, [DPO, FPO, OTHER], {"a": {"fpo"}}, id="one paper of both"),
    ],
)
def test_a_question_with_several_names_is_about_the_one_that_few_use(
    called: dict[str, set[str]], texts: list[str], expected: dict[str, set[str]]
) -> None:
    given = {key: frozenset(names) for key, names in called.items()}
    assert rarest(given, dict(zip("abc", texts, strict=False))) == expected
