"""Same work or not: by identifier, by title, by abstract. The pairs are like those met in 184,305 real records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from rag.library.identity import exact_hashes, folded, record_key, same_work
from rag.library.near import bands, likeness, words
from rag.library.titles import same_name, telling, title_key, titles_alike
from rag.paper import Paper
from tests.rag.strategies import papers

BEES = (
    "Honey bees tell each other by dancing where food is. We filmed 120 dances in 14 hives over three summers and followed the "
    "bees that had watched them. Bees that followed a dance found the feeder 3.5 times as often as bees that did not. Rain cut "
    "the number of dances by half, and wind did not. We conclude that the dance is read by many and understood by most."
)
BEES_REVISED = BEES.replace("three summers", "four summers").replace("understood by most", "understood by nearly all")
GLACIERS = (
    "Radar on drones sees through glacier ice. We fly four drones over two glaciers in Norway and compare the ice thickness that "
    "they report with that of holes which were drilled by hand. It agrees within 2 metres. Batteries last 25 minutes in the "
    "cold, which is enough for a glacier of four square kilometres, and the wreckage of one drone was never found again."
)
DANCE = "How bees read the dances of other bees"


def paper(title: str | None = None, abstract: str = BEES, **values: object) -> Paper:
    return Paper(id="x", abstract=abstract, title=title, **values)  # type: ignore[arg-type]


def reason(one: Paper, other: Paper) -> str | None:
    match, back = same_work(one, other), same_work(other, one)
    assert match == back
    return match.reason if match else None


# --- identifiers


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"doi": "10.1000/BEES"}, {"doi": "10.1000/bees"}, "same DOI"),
        ({"arxiv_id": "2407.02833"}, {"arxiv_id": "2407.02833v3"}, "same arXiv id"),
        ({"arxiv_id": "2407.02833"}, {"doi": "10.48550/arXiv.2407.02833"}, "same arXiv id"),
        ({"arxiv_id": "2407.02833"}, {"arxiv_id": "2407.02834"}, None),
    ],
)
def test_identifiers(one: dict[str, str], other: dict[str, str], expected: str | None) -> None:
    assert reason(paper("Dances", **one), paper("Reading the dance floor", GLACIERS, **other)) == expected


def test_an_identifier_does_not_join_works_of_other_people_with_other_titles() -> None:
    """A list that gives every chapter the DOI of its book."""
    one = paper("Dances of bees", doi="10.1000/book", authors=("K. Frisch",))
    other = paper("Radar over glaciers", GLACIERS, doi="10.1000/book", authors=("O. Nansen",))
    assert reason(one, other) is None


# --- titles


def test_a_title_year_and_first_author() -> None:
    one = paper(DANCE, year=2023, authors=("Karl Frisch", "Ute Ünal"))
    other = paper("How Bees Read the Dances of other Bees.", GLACIERS, year=2024, authors=("Frisch, K.",))
    assert reason(one, other) == "same title and year"
    assert reason(one, replace(other, year=2025)) is None
    assert reason(one, replace(other, authors=("Ute Ünal",))) is None
    assert reason(one, replace(other, year=None)) == "same title"


def test_a_telling_title_is_enough_where_the_authors_are_unknown_and_the_years_fit() -> None:
    """So a digest of a paper is of the paper's work."""
    digest = paper(DANCE, "Bees dance to tell where food is, and other bees find it.", year=2023)
    assert reason(digest, paper(DANCE, year=2024, authors=("Karl Frisch",))) == "same title and year"
    assert reason(digest, paper("Dances of bees", year=2023)) is None
    short = paper("Bees dance", "We count bees.", year=2023)
    assert reason(short, paper("Bees dance", year=2023)) is None


def test_without_authors_and_years_the_abstracts_must_be_about_the_same() -> None:
    """Some old collections repeat a title over many abstracts."""
    assert reason(paper(DANCE), paper(DANCE, GLACIERS)) is None
    assert reason(paper(DANCE), paper(DANCE, BEES[:200])) == "same title"


def test_one_title_under_two_arxiv_ids_is_not_enough() -> None:
    """The overviews of a yearly workshop."""
    one = paper(DANCE, year=2023, authors=("Karl Frisch",), arxiv_id="2301.00001")
    other = paper(DANCE, GLACIERS, year=2024, authors=("Karl Frisch",), arxiv_id="2401.00001")
    assert reason(one, other) is None
    assert reason(one, replace(other, abstract=BEES_REVISED)) == "same title and year"


@pytest.mark.parametrize(
    "title",
    ["Editorial", "Introduction to the Special Issue", "Withdrawn", "Letter to the Editor", "Keynote speech and plenary talks"],
)
def test_generic_titles_name_no_work(title: str) -> None:
    one, other = paper(title, year=2024, authors=("K. Frisch",)), paper(title, GLACIERS, year=2024, authors=("K. Frisch",))
    assert reason(one, other) is None
    assert title_key(title) is None
    assert not telling(title)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("IMPersona: Evaluating LM Impersonation of People", "IMPersona: Evaluating LLM Impersonation of People", True),
        ("Puck Localization Using Contextual Cues", "Ice Hockey Puck Localization Using Contextual Cues", True),
        ("Learning Word-Like Units from Audio-Visual Analylsis", "Learning Word-Like Units from Audio-Visual Analysis", True),
        ("Attention sinks in the first tok", "Attention sinks in the first token, explained", True),
        ("Deep $\\alpha$ networks", "Deep networks", True),
        ("Bagging is an Optimal PAC Learner", "Bagging is an Optimal PAC Learner (Extended Abstract)", True),
        ("Motion planning in urban environments: Part I", "Motion planning in urban environments: Part II", False),
        ("Cooperative control of two snake robots", "Cooperative Control of Three Snake Robots", False),
        ("Overview of BioASQ 2024: the twelfth challenge", "Overview of BioASQ 2025: the twelfth challenge", False),
        ("Boosting Decision Trees", "From Isolation to Cooperation: an alternative view of experts", False),
        ("Withdrawn", "Improving Conditional Sequence Generation", None),
        (None, "Improving Conditional Sequence Generation", None),
    ],
)
def test_titles_alike(one: str | None, other: str | None, alike: bool | None) -> None:
    assert titles_alike(one, other) is alike
    assert titles_alike(other, one) is alike


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("J. Devlin", "Devlin, Jacob", True),
        ("Minh-Anh Nguyen", "Nguyen Anh Minh", True),
        ("Rémi Munos", "Remi Munos", True),
        ("Wei Zhang", "Wei Li", False),
        ("", "", True),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


# --- abstracts


def test_the_same_abstract_is_the_same_work_under_alike_titles_or_none() -> None:
    assert reason(paper(), paper(abstract=BEES.upper().replace(".", " ."))) == "same abstract"
    assert reason(paper(DANCE), paper()) == "same abstract"
    assert reason(paper("Withdrawn"), paper(DANCE)) == "same abstract"
    assert reason(paper(authors=("K. Frisch",)), paper(authors=("O. Nansen",))) is None


def test_publishers_print_one_abstract_over_two_papers() -> None:
    """Different titles stand against identical abstracts, unless the paper was only renamed by its authors."""
    one = paper("Boosting Decision Trees", authors=("Harris Drucker",))
    assert reason(one, paper("An alternative view of experts", authors=("Stefan Schaal",))) is None
    assert reason(one, paper("An alternative view of experts", authors=("Harris Drucker",))) is None
    assert reason(one, paper("Boosting of Decision Forests", authors=("Harris Drucker",))) == "same abstract"
    assert reason(one, paper("Boosting of Decision Forests")) is None


def test_near_duplicates() -> None:
    near = likeness(words(folded(BEES)), words(folded(BEES_REVISED)))
    assert 0.85 < near < 0.95
    assert reason(paper(DANCE), paper(f"{DANCE} and wasps", BEES_REVISED)) == f"near-duplicate abstract {near:.2f}"
    assert reason(paper("Dances of bees: Part I"), paper("Dances of bees: Part II", BEES_REVISED)) is None
    assert reason(paper(DANCE, authors=("K. Frisch",)), paper(f"{DANCE} again", BEES_REVISED, authors=("O. Nansen",))) is None


def test_short_abstracts_are_never_near_duplicates() -> None:
    one, other = (
        "Provides a programme of the plenary talks held on day one.",
        "Provides a programme of the plenary talks held on day two.",
    )
    assert reason(paper(None, one), paper(None, other)) is None


# --- what makes candidates


def test_pairs_of_one_work_share_a_number() -> None:
    def numbers(record: Paper) -> set[int]:
        text = words(folded(record.abstract))
        return {*exact_hashes(record, text), *bands([text])[0].tolist()}

    pairs = [
        (paper(doi="10.1/A"), paper(None, GLACIERS, doi="10.1/a")),
        (paper(arxiv_id="2407.02833"), paper(None, GLACIERS, doi="10.48550/arXiv.2407.02833")),
        (paper(DANCE), paper("how bees read the dances of other bees!", GLACIERS)),
        (paper(), paper(None, BEES_REVISED)),
    ]
    for one, other in pairs:
        assert numbers(one) & numbers(other)
    assert not numbers(paper(DANCE)) & numbers(paper("Radar over glaciers", GLACIERS))


def test_bands_depend_on_the_text_alone() -> None:
    """They are kept in a database, so they must come out the same everywhere and always."""
    expected = [-46312256452527, -106049350277702, -101350608956272, -109674027181089, 97451147098117]
    assert bands([words("bees dance where the food is")]).tolist() == [expected]


@given(papers, papers)
@settings(max_examples=50, deadline=None)
def test_the_order_makes_no_difference(one: Paper, other: Paper) -> None:
    assert same_work(one, other) == same_work(other, one)
    assert same_work(one, one) is not None or not any(c.isalnum() for c in one.abstract)


@given(papers)
@settings(max_examples=50, deadline=None)
def test_the_key_is_of_texts_and_identifiers_alone(record: Paper) -> None:
    assert record_key(replace(record, sources=(), upvotes=None, url=None)) == record_key(record)
    assert record_key(replace(record, abstract=f"{record.abstract}x")) != record_key(record)
