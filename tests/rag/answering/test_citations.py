"""Keys become numbered marks, one number a paper, and nothing that looks like a key is left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.citations import MarkStream, fresh_keys, resolve
from rag.answering.record import Passage


def passage(paper: str, index: int = 0) -> Passage:
    return Passage(paper, index, 0, 4, "text")


KEYS = {"k7f2q": passage("llama"), "m3x9d": passage("bert"), "t4t4t": passage("llama", 1)}


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("LLaMA is open [k7f2q]. BERT is older [m3x9d].", "LLaMA is open [1]. BERT is older [2]."),
        ("BERT first [m3x9d]. LLaMA next [k7f2q]. BERT again [m3x9d].", "BERT first [1]. LLaMA next [2]. BERT again [1]."),
        ("Both are open [k7f2q, m3x9d].", "Both are open [1][2]."),
        ("Both are open [k7f2q; m3x9d].", "Both are open [1][2]."),
        ("Both are open [k7f2q][m3x9d].", "Both are open [1][2]."),
        ("Both are open [k7f2q] [m3x9d].", "Both are open [1][2]."),
        ("Two passages of one paper [k7f2q][t4t4t].", "Two passages of one paper [1]."),
        ("In round brackets (k7f2q).", "In round brackets [1]."),
        ("In two pairs [[k7f2q]].", "In two pairs [1]."),
        ("In one pair and a half [k7f2q]].", "In one pair and a half [1]]."),
        ("In foreign brackets 【k7f2q】.", "In foreign brackets [1]."),
        ("With a word [key k7f2q] or two [see passages k7f2q and m3x9d].", "With a word [1] or two [1][2]."),
        ("In capitals [K7F2Q].", "In capitals [1]."),
        ("As k7f2q says, it works.", "As [1] says, it works."),
        ("No space[k7f2q].", "No space [1]."),
        ("No space after [k7f2q]the mark.", "No space after [1] the mark."),
        ("方法有效[k7f2q]。", "方法有效[1]。"),
        ("In bold **[k7f2q]**.", "In bold **[1]**."),
        ("- One [k7f2q]\n- Two [m3x9d]", "- One [1]\n- Two [2]"),
        ("Cut off [k7f", "Cut off [1]"),
        ("Cut off [k7f2q", "Cut off [1]"),
        ("An address [k7f2q](m3x9d) must not come about.", "An address [1][2] must not come about."),
        ("(k7f2q)(see Table 1)", "[1] (see Table 1)"),
        ("(k7f2q): the head of a line", "[1] : the head of a line"),
    ],
)
def test_keys_become_marks(said: str, text: str) -> None:
    assert resolve(said, KEYS).text == text
    assert resolve(said, KEYS).invented == ()


@pytest.mark.parametrize(
    ("said", "text", "invented"),
    [
        ("It works [z9z9z].", "It works.", ("z9z9z",)),
        ("It works [k7f2q, z9z9z].", "It works [1].", ("z9z9z",)),
        ("It works (z9z9z) well.", "It works well.", ("z9z9z",)),
        ("Nearly a key [k7f2], [kk7f2q].", "Nearly a key,.", ("k7f2", "kk7f2q")),
        ("Plain numbers [3] and [1, 2] and [4-6].", "Plain numbers and and.", ("3", "1", "2", "4-6")),
        ("It works [source 2].", "It works.", ("2",)),
        ("Twice [3]. Twice [3].", "Twice. Twice.", ("3",)),
        ("[3] at the head.\n[3]\nAnd in a line.", "at the head.\nAnd in a line.", ("3",)),
        ("Nothing[3]between.", "Nothing between.", ("3",)),
        ("Not www[3].a.example.", "Not www .a.example.", ("3",)),
    ],
)
def test_invented_citations_are_removed_and_reported(said: str, text: str, invented: tuple[str, ...]) -> None:
    resolved = resolve(said, KEYS)
    assert (resolved.text, resolved.invented) == (text, invented)


@pytest.mark.parametrize(
    "said",
    [
        "The interval [0, 1] and the mask [MASK] stay.",
        "Step (3) and the year (2020) stay.",
        "A remark [sic] and [citation needed] stay.",
        "The model [gpt4o] and C3H5N (C3H5N) stay.",
        "It rose to 57.7 % (p < 0.05) [in most cases].",
        "An open [ bracket and a lonely ] one.",
    ],
)
def test_other_brackets_are_text(said: str) -> None:
    assert resolve(said, KEYS).text == said
    assert resolve(said, KEYS).invented == ()


def test_numbers_follow_papers_and_keys_follow_passages() -> None:
    resolved = resolve("Both [m3x9d][t4t4t]. One [k7f2q].", KEYS)
    assert resolved.papers == ("bert", "llama")
    assert resolved.keys == ("m3x9d", "t4t4t", "k7f2q")


@pytest.mark.parametrize(
    ("said", "sentences"),
    [
        ("It is open [k7f2q]. It is old [m3x9d].", [("It is open.", ["k7f2q"]), ("It is old.", ["m3x9d"])]),
        ("It is open. [k7f2q] It is old. [m3x9d]", [("It is open.", ["k7f2q"]), ("It is old.", ["m3x9d"])]),
        ("It is open.[k7f2q] It is old.[m3x9d]", [("It is open.", ["k7f2q"]), ("It is old.", ["m3x9d"])]),
        ("It is open [k7f2q] and old [m3x9d].", [("It is open and old.", ["k7f2q", "m3x9d"])]),
        ("It is open. It is old [m3x9d].", [("It is open.", []), ("It is old.", ["m3x9d"])]),
        ("[k7f2q] It is open. It is old.", [("It is open.", ["k7f2q"]), ("It is old.", [])]),
        ("- Open [k7f2q]\n- Old [m3x9d]", [("Open", ["k7f2q"]), ("Old", ["m3x9d"])]),
        ("1. Open, 3.5 % [k7f2q].\n2. [m3x9d] Old.", [("Open, 3.5 %.", ["k7f2q"]), ("Old.", ["m3x9d"])]),
        ("It is open.\n[k7f2q]\n\nIt is old.", [("It is open.", ["k7f2q"]), ("It is old.", [])]),
        (
            "Smith et al. report 57.7 % vs. 12 % [k7f2q]. See Fig. 2 [m3x9d].",
            [("Smith et al. report 57.7 % vs. 12 %.", ["k7f2q"]), ("See Fig. 2.", ["m3x9d"])],
        ),
        ("方法有效[k7f2q]。它很快[m3x9d]。", [("方法有效。", ["k7f2q"]), ("它很快。", ["m3x9d"])]),
        ("[k7f2q]\nIt is open.", [("It is open.", ["k7f2q"])]),
        ("It is open [z9z9z].", [("It is open.", [])]),
        ("42 [k7f2q]", [("42", ["k7f2q"])]),
        ("", []),
    ],
)
def test_marks_stay_with_their_sentence(said: str, sentences: list[tuple[str, list[str]]]) -> None:
    assert [(s.text, list(s.keys)) for s in resolve(said, KEYS).sentences] == sentences


def test_a_stream_shows_marks_and_never_a_key() -> None:
    stream = MarkStream(KEYS)
    given = [stream.feed(piece) for piece in ["It ", "is ", "open [k7", "f2q", "], ", "too ", "now"]]
    assert given == ["It", " is", " open", "", " [1],", " too", ""]
    assert stream.close() == " now"


PIECES = st.sampled_from(
    [*KEYS, "z9z9z", *"[]()【】,;.: \n*-3", "[k7f2q]", "[3]", "word", "Both are open. ", "key ", "方法", "[["]
)


@given(st.lists(PIECES, max_size=25).map("".join), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_the_cut_of_the_stream_does_not_matter(said: str, size: int) -> None:
    whole = resolve(said, KEYS)
    stream = MarkStream(KEYS)
    given = [stream.feed(said[n : n + size]) for n in range(0, len(said), size)]
    assert "".join(given) + stream.close() == whole.text
    assert stream.resolved() == whole


@given(st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_key_and_no_foreign_mark_is_left(said: str) -> None:
    resolved = resolve(said, KEYS)
    words = re.findall(r"[A-Za-z0-9]+", resolved.text)
    assert not set(words) & set(KEYS)
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", resolved.text)}
    assert marks == set(range(1, len(resolved.papers) + 1))
    assert resolved.text == resolved.text.strip()


def test_fresh_keys_are_different_and_look_like_nothing_else() -> None:
    keys = fresh_keys(500)
    assert len(set(keys)) == 500
    assert all(re.fullmatch(r"[a-z]\d[a-z]\d[a-z]", key) for key in keys)
    assert not set("".join(keys)) & set("aeiouyl01")
    assert set(fresh_keys(20)) != set(fresh_keys(20))


def test_fresh_keys_avoid_what_a_text_already_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([0, 1])  # the first key of all is b2b2b, the second b2b2c
    monkeypatch.setattr("rag.answering.citations.secrets.randbelow", lambda _: next(drawn))
    assert fresh_keys(1, avoid="a hostile abstract that names B2B2B") == ("b2b2c",)
