"""Papers that visibly disagree: sides by polarity or by figure, and what an answer that tells one side is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.answering.conflict import conflict, with_both_sides
from rag.answering.draft import Draft
from rag.answering.record import CitedSource, Passage
from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, sentence_passages
from rag.settings import Settings
from tests.fakes.evidence import key_of
from tests.fakes.llm_server import LLMServer, Request


def paper(name: str, abstract: str, *authors: str) -> list[ScoredSentence]:
    """The sentences of a paper near the question."""
    known = Paper(id=name, abstract=abstract, title=name.title(), authors=authors)
    return [ScoredSentence(known, passage, 1.0, 0.8, 0.5) for passage in sentence_passages(known)]


HOW_HOT = "At which temperature does pure water boil?"
COLD = paper("cold", "We measure. Pure water boils at 87 degrees at sea level.", "Ann Lee")
HOT = paper("hot", "Pure water boils at 91 degrees at sea level, we find.", "Bo Dahl")


def test_figures_for_the_same_thing_that_differ() -> None:
    found = conflict(HOW_HOT, [COLD, HOT, paper("warm", "Pure water boils at 87 degrees at sea level.", "Cy Roe")])
    assert found is not None
    assert found.text == "The papers disagree: 2 papers say 87 degrees, 1 paper says 91 degrees."
    assert [sentence.paper.id for sentence in (*found.agree, *found.deny)] == ["cold", "warm", "hot"]


def test_things_counted_of_the_same_name() -> None:
    one = paper("one", "HiveNet has 12 layers and dances.")
    other = paper("other", "Of all nets that dance, HiveNet with its 14 layers was the first.")
    found = conflict("How many layers has HiveNet?", [one, other])
    assert found is not None
    assert found.text == "The papers disagree: 1 paper says 12, 1 paper says 14."


@pytest.mark.parametrize(
    ("said", "disagrees"),
    [
        ("Batch normalization speeds up and improves transformer training.", True),
        ("Layer normalization improves transformer training in our normalization tests.", False),  # another subject
        ("Batch normalization is used in transformer training.", False),  # "used" is no praise, though "useful" has its stem
    ],
)
def test_a_side_is_taken_by_what_speaks_of_the_subject(said: str, disagrees: bool) -> None:
    worse = paper("worse", "Batch normalization degrades transformer training.", "Ann Lee")
    found = conflict("Does batch normalization improve transformer training?", [worse, paper("other", said, "Bo Dahl")])
    assert (found is not None) is disagrees


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (HOW_HOT, "Pure water boils at 87 degrees at sea level."),  # the same figure
        (HOW_HOT, "Pure water boils at 91 kelvin at sea level."),  # another unit
        (HOW_HOT, "Pure water might boil at 91 degrees at sea level."),  # hedged
        (HOW_HOT, "In high huts cooks report that their pure water boils after 91 degrees of patience."),  # worded otherwise
        ("Why does pure water boil?", "Pure water boils at 91 degrees at sea level."),  # no figure is asked for
    ],
)
def test_what_is_no_disagreement(question: str, said: str) -> None:
    assert conflict(question, [COLD, paper("other", said)]) is None


def test_people_do_not_disagree_with_themselves() -> None:
    assert conflict(HOW_HOT, [COLD, paper("later", "Pure water boils at 91 degrees at sea level.", "Ann Lee")]) is None


def test_only_an_answer_that_tells_one_side_is_given_the_other() -> None:
    found = conflict(HOW_HOT, [COLD, HOT])
    cited = [CitedSource(n, own[0].paper, (Passage(own[0].paper.id, 0, 0, 1, "x"),)) for n, own in enumerate((COLD, HOT), 1)]
    both, one = Draft("Both [1] [2].", (), tuple(cited)), Draft("One [1].", (), tuple(cited[:1]), notes=("Before.",))
    assert with_both_sides(both, found) == both
    assert with_both_sides(one, None) == one
    told, before = with_both_sides(one, found).notes
    assert before == "Before."
    assert told.split(". ") == [
        "The papers disagree: 1 paper says 87 degrees, 1 paper says 91 degrees",
        "The answer tells one side only",
        "“Pure water boils at 87 degrees at sea level.” (Cold) “Pure water boils at 91 degrees at sea level, we find.” (Hot)",
    ]


PAPERS = {
    "Sleep and mice": "We keep mice awake. Sleep improves the memory of mice.",
    "Sleep and mice, repeated": "We repeat an experiment. Sleep does not improve the memory of mice.",
}
BEGINS = {"yes": "Sleep improves", "no": "Sleep does not"}


def says(*sides: str) -> Callable[[Request], str]:
    """A model that says what the papers of these sides do."""
    whole = {"yes": "Sleep improves the memory of mice", "no": "Sleep does not improve the memory of mice"}
    return lambda request: " ".join(f"{whole[side]} [{key_of(request.prompt, BEGINS[side])}]." for side in sides)


@pytest.fixture(scope="module")
def mice(
    tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> Iterator[Assistant]:
    """A library of two papers that disagree."""
    home = tmp_path_factory.mktemp("mice")
    with open_library(home / "home") as assistant:
        assistant.ingest([write_papers(home / "mice.jsonl", PAPERS)])
        yield assistant


@pytest.mark.parametrize(("sides", "marked"), [(("yes",), True), (("no",), True), (("yes", "no"), False)])
def test_a_written_answer_that_takes_one_side_is_marked(mice: Assistant, sides: tuple[str, ...], marked: bool) -> None:
    with LLMServer(says(*sides)) as server:
        where = {"home": mice.settings.home, "llm_base_url": server.base_url("openai-compatible")}
        mice.settings = Settings.load(**where, _env_file=None)
        answer = mice.ask("Does sleep improve the memory of mice?", llm="openai-compatible:local")
    notes = [note for note in answer.notes if note.startswith("The papers disagree: 1 paper says so, 1 paper says otherwise.")]
    assert bool(notes) is marked
    assert all("“Sleep improves the memory of mice.”" in note and "“Sleep does not improve" in note for note in notes)
