"""The record of a paper: identity that survives rewriting, labels, links, and the way to JSON and back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.paper import Paper, fingerprint, paper_id
from tests.rag.strategies import papers


@given(papers)
@settings(max_examples=50, deadline=None)
def test_any_paper_survives_json(paper: Paper) -> None:
    assert Paper.from_dict(json.loads(json.dumps(paper.to_dict()))) == paper


def test_the_fingerprint_is_that_of_the_letters_and_digits() -> None:
    expected = hashlib.sha256(b"wereach135ofgpt4").hexdigest()[:16]
    assert fingerprint("We reach 13.5% of GPT-4!") == expected


@pytest.mark.parametrize(
    "same",
    ["WE REACH 13.5 % OF GPT-4", "We  reach\n13.5% of GPT‑4.", "Ｗe reach 13.5% of GPT-4", "“We reach 13.5% of GPT-4”"],
    ids=["case", "line break and hyphen", "full-width letter", "quotation marks"],
)
def test_the_fingerprint_does_not_see(same: str) -> None:
    assert fingerprint(same) == fingerprint("We reach 13.5% of GPT-4!")


@given(st.text(max_size=80))
def test_the_fingerprint_is_sixteen_hex_digits(text: str) -> None:
    assert len(fingerprint(text)) == 16
    int(fingerprint(text), 16)


def test_the_id_is_the_best_name_there_is() -> None:
    assert paper_id("Text.", arxiv_id="2407.02833", doi="10.1000/X") == "arxiv:2407.02833"
    assert paper_id("Text.", doi="10.1000/ABC") == "doi:10.1000/abc"
    assert paper_id("Text.") == f"abs:{fingerprint('text')}"


def test_an_untitled_paper_shows_its_first_words() -> None:
    long = Paper(id="x", abstract="One two three four five six seven eight nine ten eleven twelve.")
    assert long.untitled
    assert long.label == "One two three four five six seven eight nine ten… [untitled]"
    assert Paper(id="x", abstract="Only three words.").label == "Only three words. [untitled]"
    assert Paper(id="x", abstract="Text.", title="A title").label == "A title"


def test_the_link_comes_from_an_identifier_before_the_given_address() -> None:
    url = "https://example.org/p"
    assert Paper(id="x", abstract="", arxiv_id="2407.02833", doi="10.1/x", url=url).link == "https://arxiv.org/abs/2407.02833"
    assert Paper(id="x", abstract="", doi="10.1/x", url=url).link == "https://doi.org/10.1/x"
    assert Paper(id="x", abstract="", url=url).link == url
    assert Paper(id="x", abstract="").link is None


def test_a_date_is_written_as_iso() -> None:
    assert Paper(id="x", abstract="", date=dt.date(2024, 7, 17)).to_dict()["date"] == "2024-07-17"
