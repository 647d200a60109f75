"""The bundled sample library and its question set: complete, consistent with each other, and in their own words.

Where the dumps the sample digests lie beside the project, titles, dates, numbers and wording are compared with them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
RUN = 8  # so many words in a row count as copied
OPENING = 100
RUNNING_YEAR = 2025  # the year the saved pages leave out

Row = dict[str, Any]

needs_dumps = pytest.mark.skipif(not CORPUS.is_dir(), reason="the dumps are not beside the project")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]


PAPERS = rows("rag/sample/sample-library.jsonl")
QUESTIONS = rows("eval/sets/sample.jsonl")
DIGESTS = {paper["title"]: paper["abstract"] for paper in PAPERS}

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["title"][:30])
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"(])", text)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[str]:
    """All runs of RUN words, normalized."""
    tokens = words(text)
    return {" ".join(tokens[i : i + RUN]) for i in range(len(tokens) - RUN + 1)}


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def asked(question: Row) -> list[Row]:
    """The question itself, or the turns of a dialogue."""
    turns: list[Row] = question.get("turns", [question])
    return turns


@cache
def sources() -> dict[str, tuple[str, str]]:
    """Per title of the sample its abstract and its date line in the dumps; the title is a line of its own above them."""
    found: dict[str, tuple[str, str]] = {}
    for dump in sorted(CORPUS.glob("*.txt")):
        lines = [line.strip() for line in dump.read_text(encoding="utf-8").splitlines() if line.strip()]
        for i, line in enumerate(lines):
            if line in DIGESTS:
                date = next(text for text in lines[i + 2 :] if re.match(r"[A-Z][a-z]{2} \d", text))
                found[line] = (lines[i + 1], date)
    return found


def test_the_library_has_sixty_different_papers() -> None:
    assert len(PAPERS) == 60
    assert len(DIGESTS) == 60
    assert len({digest[:OPENING] for digest in DIGESTS.values()}) == 60


@each_paper
def test_every_field_is_there(paper: Row) -> None:
    assert paper.keys() - {"arxiv_id"} == {"title", "abstract", "date", "year", "organisation"}
    assert paper["title"].strip() == paper["title"] != ""
    assert dt.date.fromisoformat(paper["date"]).year == paper["year"]
    assert paper["organisation"] is None or paper["organisation"].strip()
    if "arxiv_id" in paper:
        # The number is given out in the month of the first version, or in the next one at the month's end.
        year, month = int("20" + paper["arxiv_id"][:2]), int(paper["arxiv_id"][2:4])
        date = dt.date.fromisoformat(paper["date"])
        assert re.fullmatch(r"\d{4}\.\d{4,5}", paper["arxiv_id"])
        assert 12 * year + month - (12 * date.year + date.month) in (0, 1)


@each_paper
def test_a_digest_is_three_to_six_plain_sentences(paper: Row) -> None:
    assert 3 <= len(sentences(paper["abstract"])) <= 6
    assert paper["abstract"].isascii()
    assert paper["abstract"].endswith(".")
    assert " ".join(paper["abstract"].split()) == paper["abstract"]


def test_the_set_has_thirty_questions_of_all_kinds() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert kinds == {"single": 18, "multi": 4, "unanswerable": 5, "filter": 2, "dialogue": 1}
    assert len({question["id"] for question in QUESTIONS}) == 30
    assert {q["style"] for q in QUESTIONS if q["kind"] == "single"} == {"named", "described"}
    subkinds = {q["subkind"] for q in QUESTIONS if q["kind"] == "unanswerable"}
    assert subkinds == {"missing-detail", "absent-paper", "false-premise", "out-of-domain"}


@each_question
def test_the_papers_of_a_question_exist_and_begin_as_it_says(question: Row) -> None:
    for turn in asked(question):
        assert bool(turn["papers"]) == (question["kind"] != "unanswerable")
        for paper in turn["papers"]:
            assert DIGESTS[paper["title"]][:OPENING] == paper["opening"]


@each_question
def test_key_facts_and_evidence_stand_in_the_digests(question: Row) -> None:
    for turn in asked(question):
        digests = [DIGESTS[paper["title"]] for paper in turn["papers"]]
        for fact in turn.get("key_facts", []):
            assert any(fact.lower() in digest.lower() for digest in digests), fact
        assert turn.get("evidence", "") in "\n".join(digests)
    if question["kind"] == "single":
        assert len(question["papers"]) == 1
        assert question["key_facts"]
        # Whoever reads the evidence alone finds all the facts.
        assert all(fact.lower() in question["evidence"].lower() for fact in question["key_facts"])


@each_question
def test_a_question_has_what_its_kind_needs(question: Row) -> None:
    kind = question["kind"]
    if kind == "unanswerable":
        assert question["answerable"] is False
        assert question["why"]
    elif kind == "dialogue":
        assert len(question["turns"]) >= 2
        assert all(turn["user"] and turn["standalone"] and turn["answer"] and turn["key_facts"] for turn in question["turns"])
    elif kind == "multi":
        assert 2 <= len(question["papers"]) <= 4
        assert question["answer"]
        assert question["key_facts"]


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q["kind"] == "filter"], ids=lambda question: question["id"])
def test_a_filter_question_lists_exactly_the_papers_that_meet_it(question: Row) -> None:
    filters = question["filters"]
    first = filters.get("date_from", f"{filters.get('year')}-01-01")
    last = filters.get("date_to", f"{filters.get('year')}-12-31")
    expected = {paper["title"] for paper in PAPERS if first <= paper["date"] <= last}
    assert {paper["title"] for paper in question["papers"]} == expected
    assert len(question["papers"]) == len(expected) > 1


@needs_dumps
@each_paper
def test_title_and_date_are_those_of_the_dump(paper: Row) -> None:
    _, line = sources()[paper["title"]]
    match = re.match(r"([A-Z][a-z]{2}) (\d+)(?:, (\d{4}))?", line)
    assert match
    month, day, year = match.groups()
    assert dt.date.fromisoformat(paper["date"]).strftime("%b") == month
    assert dt.date.fromisoformat(paper["date"]).day == int(day)
    assert paper["year"] == int(year or RUNNING_YEAR)


@needs_dumps
@each_paper
def test_a_digest_copies_no_wording_and_invents_no_number(paper: Row) -> None:
    title = " ".join(words(paper["title"]))
    source, _ = sources()[paper["title"]]
    copied = {run for run in runs(paper["abstract"]) & runs(source) if run not in title}
    assert not copied
    assert numbers(paper["abstract"]) <= numbers(f"{source} {paper['title']}")
