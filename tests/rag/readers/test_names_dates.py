from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.dates import month_number, record_date
from rag.readers.markup import untagged
from rag.readers.names import separate, spoken


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("Lovelace, Ada (57190000001)", "Ada Lovelace"),
        ("King, Martin Luther, Jr.", "Martin Luther King Jr."),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("Sammy Davis, Jr.", "Sammy Davis Jr."),
        ("van der Kat, Maria", "Maria van der Kat"),
        (",", ""),
    ],
)
def test_names_are_spoken_first_name_first(written: str, shown: str) -> None:
    assert spoken(written) == shown


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Lovelace, Ada; Turing, Alan", ("Ada Lovelace", "Alan Turing")),
        ("Lovelace A.; Turing A.", ("Lovelace A.", "Turing A.")),
        ("Ada Lovelace|Alan Turing", ("Ada Lovelace", "Alan Turing")),
        ("Ada Lovelace, Alan Turing and Kurt Gödel", ("Ada Lovelace", "Alan Turing", "Kurt Gödel")),
        ("Ada Lovelace, Alan Turing, and Kurt Gödel", ("Ada Lovelace", "Alan Turing", "Kurt Gödel")),
        ("Lovelace, Ada and Turing, Alan", ("Ada Lovelace", "Alan Turing")),
        ("Lovelace, A., Turing, A.-M.", ("A. Lovelace", "A.-M. Turing")),
        ("Turing, Alan", ("Alan Turing",)),
        ("van der Kat, Maria", ("Maria van der Kat",)),
        ("", ()),
    ],
)
def test_names_in_one_line_are_separated(written: str, names: tuple[str, ...]) -> None:
    assert separate(written) == names


@pytest.mark.parametrize(
    ("written", "date", "year"),
    [
        ("Wed, 3 Jul 2024 06:07:50 GMT", dt.date(2024, 7, 3), 2024),
        ("20240717", dt.date(2024, 7, 17), 2024),
        ("17/07/2024", dt.date(2024, 7, 17), 2024),
        ("07/17/2024", dt.date(2024, 7, 17), 2024),
        ("05/06/2024", None, 2024),
        ("17-21 June 2024", None, 2024),
        ("Jul-Aug 2024", None, 2024),
        ("2024 Winter", None, 2024),
        ("2024-07-17/2024-07-19", None, 2024),
    ],
)
def test_a_date_is_taken_only_where_it_is_one_day(written: str, date: dt.date | None, year: int) -> None:
    assert record_date(written) == (date, year)


@pytest.mark.parametrize(
    "written",
    ["", "soon", "17 July", "17-21 June", "0001-01-01", "10:2000000000999999999992024", "2024" * 40, 12, None, [], True],
)
def test_what_is_no_date(written: object) -> None:
    assert record_date(written) is None


@given(st.text(alphabet=st.sampled_from("0123456789 -/.,:+TZJulyMonday½٣\n"), max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    read = record_date(text)
    assert read is None or (1500 <= (read[1] or 0) < 2200 and (read[0] is None or read[0].year == read[1]))


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("jul", 7),
        ("July", 7),
        ("{Sept.}", 9),
        ('"17~" # jul', 7),
        ("7", 7),
        ("{12}", 12),
        ("13", None),
        ("julia", None),
        ("", None),
    ],
)
def test_months(written: str, month: int | None) -> None:
    assert month_number(written) == month


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("H<sub>2</sub>O and <i>E. coli</i>", "H2O and E. coli"),
        ("<jats:title>Abstract</jats:title><jats:p>Cats sleep.</jats:p>", " Abstract  Cats sleep. "),
        ('<p class="x">Cats</p><br/>sleep', " Cats  sleep"),
        ("the <s> token, a <b> tag and <think>", "the <s> token, a <b> tag and <think>"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)
def test_tags_go_where_they_are_tags(text: str, plain: str) -> None:
    assert untagged(text) == plain
