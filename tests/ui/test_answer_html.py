"""An answer's record as HTML: what is marked, what opens what, what is said in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from rag.answering.record import Answer, AnswerKind, Aspect, Attempt, Passage, Sentence, StageUse, Table, Tokens, Verdict
from rag.paper import Paper, Source
from tests.ui.html_tree import parse
from ui.components.answer import answer_html, draft_html, lines_of, plain_text
from ui.components.footer import footer
from ui.components.paper import facts_html, heading_html, marked_html, when, who

Make = Callable[..., Answer]
CRANES = Paper(
    id="p1",
    title="Cranes & Radar",
    abstract="Cranes fly at night.  Radar sees them. Rain hides them.",
    date=dt.date(2024, 7, 17),
    author_count=3,
    comment="Bird Days",
    upvotes=1,
    arxiv_id="2407.00001",
    sources=(Source("/dumps/birds.txt", 12), Source("more.txt", 3)),
)
MOSS = Paper(id="p2", abstract="Moss cools <b>walls</b>.\n\nIt does $so$ :red[always] ![i](http://x.example/i.png) [1].")


def spans(*pairs: tuple[int, int]) -> list[Passage]:
    return [Passage("p1", i, start, end, "") for i, (start, end) in enumerate(pairs)]


def test_the_passage_is_the_abstract_with_exactly_the_cited_characters_marked() -> None:
    tree = parse(marked_html(CRANES.abstract, spans((22, 38), (0, 20))))
    assert tree.text == CRANES.abstract
    assert [mark.text for mark in tree.all("mark")] == ["Cranes fly at night.", "Radar sees them."]


def test_the_words_that_bear_on_a_sentence_are_marked_inside_the_passage() -> None:
    focus = Passage("p1", 0, 22, 27, "Radar")
    tree = parse(marked_html(CRANES.abstract, spans((0, 20), (22, 38)), focus))
    assert tree.text == CRANES.abstract
    assert [mark.text for mark in tree.all("mark")] == ["Cranes fly at night.", "Radar sees them."]
    assert tree.one("strong").text == "Radar"
    outside = parse(marked_html(CRANES.abstract, (), focus))
    assert (outside.one("mark").text, outside.one("strong").text) == ("Radar", "Radar")


def test_each_sentence_opens_the_panel_at_its_own_words(make_answer: Make) -> None:
    answer = make_answer(
        [("They fly at night.", (1,), Verdict.SUPPORTED), ("Radar sees them.", (1,), Verdict.SUPPORTED)],
        [(CRANES, [(0, 38)])],
    )
    evidence = [Passage("p1", 0, 0, 20, CRANES.abstract[:20]), Passage("p1", 1, 22, 38, CRANES.abstract[22:38])]
    answer = replace(answer, sentences=tuple(replace(s, evidence=e) for s, e in zip(answer.sentences, evidence, strict=True)))
    tree = parse(answer_html(answer, "7"))
    panels = {panel.attributes["id"]: panel for panel in tree.all("section", "v-panel")}
    opened = [panels[chip.attributes["popovertarget"]] for chip in tree.all("button", "v-chip")]
    assert [panel.one("strong").text for panel in opened] == ["Cranes fly at night.", "Radar sees them."]
    assert all(panel.one("div", "v-abstract").text == CRANES.abstract for panel in panels.values())
    (card,) = tree.all("div", "v-card")
    assert not panels[card.one("button", "v-title").attributes["popovertarget"]].all("strong")


def test_what_was_found_and_not_used_is_listed_with_the_parts_of_its_score(make_answer: Make) -> None:
    answer = make_answer([("Cranes fly.", (1,), Verdict.SUPPORTED)], [(CRANES, [(0, 20)])], retrieved=[CRANES, MOSS])
    hits = [
        replace(answer.retrieved[0], score=0.9, parts={"dense": 0.51, "keyword": 7.25}),
        replace(answer.retrieved[1], score=0.2),
    ]
    tree = parse(answer_html(replace(answer, retrieved=tuple(hits)), "1")).one("details", "v-why-these")
    assert "2 papers found, 1 not used" in tree.one("summary").text
    assert [cell.text for cell in tree.all("td")] == ["1", "0.90", "0.51", "7.25", "not used", "0.20", "–", "–"]
    assert tree.all("th")[-1].text.startswith("Moss cools <b>walls</b>.")


def test_optional_stages_of_the_search_are_told_with_what_they_took(make_answer: Make) -> None:
    used = StageUse("augment", "hyde: “<b>cranes</b>”", 1.25, Tokens(100, 20, "server"), None)
    failed = StageUse("rerank", "", 0.5, failed=True)
    tree = parse(answer_html(make_answer(retrieved=[CRANES], stages=(used, failed)), "1"))
    stages = tree.one("dl", "v-stages")
    assert [name.text for name in stages.all("dt")] == ["Further queries", "Second look"]
    assert [told.text for told in stages.all("dd")] == [
        "hyde: “<b>cranes</b>” · 1.25 s · 120 tokens · price unknown",
        "failed; the plain ranking stands · 0.50 s",
    ]


def test_a_sentence_from_elsewhere_says_so_and_counts_as_nothing_else(make_answer: Make) -> None:
    answer = make_answer([("Cranes fly.", (1,), Verdict.SUPPORTED), ("So do bats.", (), Verdict.UNCITED)], [(CRANES, [(0, 20)])])
    answer = replace(answer, sentences=(answer.sentences[0], replace(answer.sentences[1], outside=True)))
    tree = parse(answer_html(answer, "1"))
    assert tree.all("span", "v-sentence")[1].text == "So do bats. ◇ not from your library"
    assert "uncited" not in tree.text


def test_the_words_for_the_clipboard(make_answer: Make) -> None:
    answer = make_answer(text="Cranes fly. [1]", cited=[(CRANES, [(0, 20)])])
    assert plain_text(answer) == "Cranes fly. [1]\n\n[1] Cranes & Radar · 17 Jul 2024 · https://arxiv.org/abs/2407.00001"


def test_overlapping_spans_share_a_mark_and_what_lies_outside_is_cut() -> None:
    tree = parse(marked_html("0123456789", spans((2, 5), (4, 7), (9, 99), (50, 60), (7, 7))))
    assert [mark.text for mark in tree.all("mark")] == ["23456", "9"]


def test_every_citation_opens_the_panel_of_its_source(make_answer: Make) -> None:
    answer = make_answer(
        [("Cranes fly.", (1, 2), Verdict.SUPPORTED), ("Moss cools.", (2,), Verdict.PARTLY)],
        [(CRANES, [(0, 20)]), (MOSS, [(0, 11)])],
    )
    tree = parse(answer_html(answer, "7"))
    chips = tree.all("button", "v-chip")
    panels = {panel.attributes["id"]: panel for panel in tree.all("section", "v-panel")}
    assert [chip.text for chip in chips] == ["1", "2", "2"]
    opened = [panels[chip.attributes["popovertarget"]] for chip in chips]
    assert [panel.one("div", "v-abstract").text for panel in opened] == [CRANES.abstract, MOSS.abstract, MOSS.abstract]
    assert [panel.one("mark").text for panel in opened] == ["Cranes fly at night.", "Moss cools ", "Moss cools "]
    titles = [title.attributes["popovertarget"] for title in tree.all("button", "v-title")]
    assert titles == list(panels)


def test_two_answers_on_a_page_share_no_panel(make_answer: Make) -> None:
    answer = make_answer([("Cranes fly.", (1,), Verdict.SUPPORTED)], [(CRANES, [(0, 20)])])
    one, two = (parse(answer_html(answer, anchor)).one("section", "v-panel").attributes["id"] for anchor in ("1", "2"))
    assert one != two


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        (Verdict.SUPPORTED, "✓ supported"),
        (Verdict.PARTLY, "~ partly"),
        (Verdict.UNSUPPORTED, "✗ unsupported"),
        (Verdict.UNCITED, "? uncited"),
    ],
)
def test_a_verdict_is_a_sign_and_a_word(make_answer: Make, verdict: Verdict, shown: str) -> None:
    tree = parse(answer_html(make_answer([("Cranes fly.", (), verdict)]), "1"))
    mark = tree.one("span", "v-verdict")
    assert mark.text == shown
    assert f"v-{verdict.value}" in mark.classes
    assert "probability 0.50" in mark.attributes["title"]


def test_written_text_keeps_its_lines_and_lists(make_answer: Make) -> None:
    said = [(words, (1,), Verdict.SUPPORTED) for words in ("First of all.", "Second here.", "Item one here.", "Item two here.")]
    text = "First of all [1]. Second here [1].\n\n- Item one here [1].\n- Item two here [1]."
    answer = make_answer(said, [(CRANES, [(0, 20)])], text=text)
    assert [(item, [s.text for s in own]) for item, own in lines_of(answer)] == [
        (False, ["First of all.", "Second here."]),
        (True, ["Item one here."]),
        (True, ["Item two here."]),
    ]


def test_bold_is_the_only_markdown_of_a_model_that_shows(make_answer: Make) -> None:
    answer = make_answer([("**Cranes** fly <b>high</b> ![i](http://x.example/i.png) $x$.", (), Verdict.UNCITED)])
    sentence = parse(answer_html(answer, "1")).one("span", "v-sentence")
    assert [e.text for e in sentence.all("strong")] == ["Cranes"]
    assert "fly <b>high</b> ![i](http://x.example/i.png) $x$." in sentence.text


def test_quoted_sentences_stay_as_they_are(make_answer: Make) -> None:
    answer = make_answer([("It is **so**.", (1,), Verdict.SUPPORTED)], [(MOSS, [(0, 4)])], kind=AnswerKind.QUOTED)
    tree = parse(answer_html(answer, "1"))
    assert "It is **so**." in tree.one("ul", "v-quotes").text
    assert not tree.all("strong")


def test_a_refusal_shows_the_closest_papers_and_their_passages(make_answer: Make) -> None:
    answer = make_answer(kind=AnswerKind.REFUSED, text="The library holds nothing.", retrieved=[CRANES, MOSS])
    tree = parse(answer_html(answer, "1"))
    assert "No answer in the library" in tree.text
    assert tree.all("div", "v-card")
    titles = [title.text for card in tree.all("div", "v-card") for title in card.all("button", "v-title")]
    assert titles[0] == "Cranes & Radar"
    assert titles[1].startswith("Moss cools <b>walls</b>. It does $so$ :red[always] ![i](http://x.example/i.png)")
    assert [mark.text for mark in tree.all("mark")] == [CRANES.abstract[:10], MOSS.abstract[:10]]


def test_between_answer_and_refusal_the_closest_paper_is_quoted_and_what_is_missing_is_said(make_answer: Make) -> None:
    answer = make_answer(
        [("Cranes fly at night.", (1,), Verdict.SUPPORTED)],
        [(CRANES, [(0, 20)])],
        kind=AnswerKind.REFUSED,
        retrieved=[CRANES, MOSS],
    )
    tree = parse(answer_html(replace(answer, missing="“Cranes” gives no speed."), "1"))
    assert tree.one("div", "v-notice").text == "No answer in the library“Cranes” gives no speed."
    assert tree.one("ul", "v-quotes").text == "Cranes fly at night. 1✓ supported"
    assert [head.text for head in tree.all("h4")] == ["What the closest paper says", "Sources", "Other papers that came close"]
    assert "Cranes" not in tree.all("div", "v-cards")[1].text  # it is quoted already


def test_a_table_quotes_a_passage_in_each_cell_and_opens_it(make_answer: Make) -> None:
    answer = make_answer(cited=[(CRANES, [(0, 20)]), (MOSS, [(0, 11)])], text="", left_out=2)
    cell = Passage("p1", 0, 22, 38, "Radar sees them.")
    tree = parse(answer_html(replace(answer, table=Table((1, 2), (Aspect("<sensing>", (cell, None)),))), "1"))
    table = tree.one("table", "v-table")
    heads = [head.text for head in table.all("th")]
    assert (heads[0], heads[-1]) == ("1 Cranes & Radar", "<sensing>")
    assert [data.text for data in table.all("td")] == ["", "Radar sees them. 1", "2 says nothing of it"]
    panels = {panel.attributes["id"]: panel for panel in tree.all("section", "v-panel")}
    assert panels[table.one("button", "v-chip").attributes["popovertarget"]].one("strong").text == "Radar sees them."
    assert "2 more papers found and not shown." in tree.one("ul", "v-notes").text


def test_every_attempt_at_a_back_end_is_told(make_answer: Make) -> None:
    answer = make_answer(text="Hm.", attempts=(Attempt("openai:x", 2.0, "status 429"), Attempt("openai:y", 0.5, "answered")))
    footer_text = parse(answer_html(answer, "1")).one("details", "v-footer").text
    assert "asked openai:x2.0 s, status 429" in footer_text
    assert "asked openai:y0.5 s, answered" in footer_text


def test_notes_and_the_line_below(make_answer: Make) -> None:
    answer = make_answer(
        [("Cranes fly.", (), Verdict.UNCITED)], notes=("1 sentence carries no <citation>.",), standalone="What now?"
    )
    tree = parse(answer_html(answer, "1"))
    assert tree.one("ul", "v-notes").text == "1 sentence carries no <citation>."
    assert footer(answer) == ["openai:gpt-x", "1.25 s", "1,234 tokens", "$0.0125", "confidence 87%"]
    assert footer(replace(answer, abstained=True, confidence=0.12))[-1] == "the library is 12% likely to answer this"
    assert footer(replace(answer, abstained=True))[-1] == "no paper is surely the one that is meant"
    assert "What now?" in tree.one("details", "v-footer").text


@pytest.mark.parametrize(
    ("tokens", "price", "shown"),
    [
        (Tokens(), 0.0, ["openai:gpt-x", "1.25 s", "confidence 87%"]),
        (Tokens(10, 5, "tiktoken"), None, ["openai:gpt-x", "1.25 s", "about 15 tokens", "price unknown", "confidence 87%"]),
        (Tokens(10, 5, "server"), 0.0, ["openai:gpt-x", "1.25 s", "15 tokens", "no cost", "confidence 87%"]),
    ],
)
def test_tokens_and_price_are_told_as_far_as_they_are_known(
    make_answer: Make, tokens: Tokens, price: float | None, shown: list[str]
) -> None:
    assert footer(make_answer(tokens=tokens, cost=price)) == shown


def test_what_is_known_of_a_paper() -> None:
    tree = parse(facts_html(CRANES))
    assert [fact.text for fact in tree.one("div").children if not isinstance(fact, str)] == [
        "17 Jul 2024",
        "3 authors",
        "Bird Days",
        "1 upvote",
        "arXiv 2407.00001",
        "Open the paper ↗",
    ]
    assert tree.one("a").attributes["href"] == "https://arxiv.org/abs/2407.00001"


def test_what_is_not_known_of_a_paper_is_not_mentioned() -> None:
    assert facts_html(MOSS) == ""
    assert when(Paper(id="x", abstract="a", year=2020)) == "2020"
    assert parse(heading_html(MOSS)).one("span", "v-tag").text == "untitled"


def test_many_authors_are_counted() -> None:
    paper = Paper(id="x", abstract="a", authors=("A", "B", "C", "D", "E", "F"), author_count=9)
    assert who(paper) == "A, B, C, D and 5 more"


def test_a_draft_escapes_and_shows_its_citations() -> None:
    tree = parse(draft_html("Cranes <b>fly</b> [1].\nMore", "waiting"))
    assert tree.one("p", "v-draft").text == "Cranes <b>fly</b>1.\nMore"
    assert [chip.text for chip in tree.all("span", "v-chip")] == ["1"]
    judged = Sentence("Cranes <b>fly</b>.", (1,), Verdict.SUPPORTED, 0.9)
    tree = parse(draft_html("Cranes <b>fly</b> [1]. Mo", "waiting", [judged]))
    assert tree.one("p", "v-draft").text == "Cranes <b>fly</b>1.✓ supported Mo"
    assert parse(draft_html("", "Searching <x>")).one("p", "v-waiting").text == "Searching <x>"
