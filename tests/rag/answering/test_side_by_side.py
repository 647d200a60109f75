"""Comparisons as tables, and papers that disagree."""

from __future__ import annotations

from dataclasses import replace

from rag.answering.abstain_premise import premise
from rag.answering.comparison import DOES, REPORTS, aspects, does, reports, table
from rag.answering.conflict import conflict
from rag.answering.extractive import quote
from rag.answering.listing import line, lines
from rag.answering.record import Hit
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, sentence_passages
from rag.retrieval.understand import QuestionType


def paper(name: str, abstract: str, *authors: str) -> tuple[Hit, list[ScoredSentence]]:
    """A paper near the question with each of its sentences."""
    known = Paper(id=name, abstract=abstract, title=name, authors=authors)
    passages = sentence_passages(known)
    return Hit(known, passages[0], 1.0, {}), [ScoredSentence(known, passage, 1.0, 0.8, 0.5) for passage in passages]


A = paper("a", "Cranes fly south in autumn by night. Their speed improves by 20% with wind from behind.")
B = paper("b", "Storks glide over land by day. Memory of routes and speed are better in old birds.")


def test_a_comparison_has_a_row_for_each_aspect_and_a_column_for_each_paper() -> None:
    draft = quote(QuestionType.COMPARE, [A[0], B[0]], [A[1], B[1]], 90, question="How do cranes differ from storks on speed?")
    assert draft.table is not None
    assert draft.table.columns == (1, 2)
    rows = {row.name: [cell and cell.text for cell in row.cells] for row in draft.table.rows}
    assert rows["speed"] == [A[1][1].passage.text, B[1][1].passage.text]
    assert rows[DOES] == [A[1][0].passage.text, B[1][0].passage.text]
    assert rows[REPORTS] == rows["speed"]
    cited = {source.number: source for source in draft.sources}
    for row in draft.table.rows:
        for number, cell in zip(draft.table.columns, row.cells, strict=True):
            assert cell is None or (
                cell in cited[number].passages and cell.text == cited[number].paper.abstract[cell.start : cell.end]
            )


def test_aspects_come_from_the_question() -> None:
    assert aspects("How does A differ from B on speed, memory use and cost?") == ["speed", "memory use", "cost"]
    assert aspects("A or B: which hives do they film, and what accuracy do they report?") == ["hives"]
    assert table("Compare A and B.", [(1, [s.passage for s in A[1]])]) is None


YES = ("Sleep improves the memory of mice.", "Sleep improves memory in mice and rats.")
NO = "Sleep does not improve the memory of mice."
QUESTION = "Does sleep improve the memory of mice?"


def test_papers_that_disagree_are_counted_by_side() -> None:
    papers = [paper("x", YES[0], "Ann Lee"), paper("y", NO, "Bo Dahl"), paper("z", YES[1], "Cy Roe")]
    draft = quote(QuestionType.ONE, [hit for hit, _ in papers], [own for _, own in papers], 90, question=QUESTION)
    assert draft.text.splitlines() == [
        "The papers disagree: 2 papers say so, 1 paper says otherwise.",
        f"{YES[0]} [1]",
        f"{YES[1]} [2]",
        f"{NO} [3]",
    ]
    assert [source.paper.id for source in draft.sources] == ["x", "z", "y"]


def test_papers_by_the_same_people_count_once() -> None:
    papers = [paper("x", YES[0], "Ann Lee"), paper("y", NO, "Bo Dahl"), paper("z", YES[1], "Ann Lee", "Di Fox")]
    found = conflict(QUESTION, [own for _, own in papers])
    assert found is not None
    assert (len(found.agree), len(found.deny)) == (1, 1)


def test_agreement_hedges_and_other_questions_are_no_conflict() -> None:
    same, no = paper("x", YES[0]), paper("y", NO)
    assert conflict(QUESTION, [same[1], paper("z", YES[1])[1]]) is None
    assert conflict(QUESTION, [same[1], paper("z", "Sleep may not improve the memory of mice.")[1]]) is None
    assert conflict("How does sleep improve the memory of mice?", [same[1], no[1]]) is None
    assert conflict("Does noise improve the hearing of old cats?", [same[1], no[1]]) is None


def test_a_premise_that_the_paper_denies() -> None:
    said = ["The new sorting is 20% faster than quicksort.", "It does not collapse on long lists.", "Alpha beats Beta in math."]

    def against(question: str) -> set[str]:
        found = premise(question, "Sorting", said, lambda text, sentences: None)
        return {name for name in ("anchored", "loose", "negated", "swapped", "strange") if getattr(found, name)}

    assert "anchored" in against("Why is the new sorting slower than quicksort?")
    assert "swapped" in against("Why does Beta beat Alpha in math?")
    assert against("Since it takes 75 steps, what is sorted?") == {"strange"}
    assert against("Why is the new sorting faster than quicksort?") == set()
    assert against("Is the new sorting slower than quicksort?") == set()


TOADS = paper(
    "toads",
    "Earlier work found that toads cross roads at night. We present a tunnel for toads, and count them for a year. "
    "Tunnels reduce deaths by 40%. Frogs use them as well.",
)
NEWTS = paper("newts", "Newts are shy. Newts live in ponds. Here the pond is left alone.")


def test_a_table_tells_what_authors_do_and_what_they_then_find() -> None:
    toads, newts = ([own.passage for own in found[1]] for found in (TOADS, NEWTS))
    assert does(toads) == toads[1]
    assert reports(toads) == toads[2]  # the first sentence reports, but what others found
    assert does(newts) == newts[2]  # nobody says what is proposed: the first sentence in which the authors speak
    assert reports(newts) is None
    assert does([]) is None


def test_the_line_of_a_list_says_what_the_paper_does_unless_another_sentence_answers_much_better() -> None:
    scored = [replace(sentence, score=score) for sentence, score in zip(TOADS[1], (1.0, 2.0, 3.0, 0.0), strict=True)]
    assert [own.passage.index for own in lines([scored])] == [1]
    assert [own.passage.index for own in lines([scored], "Which papers reduce deaths?")] == [2]
    assert line([replace(scored[2], score=9.0), *scored[:2]], []).passage.index == 2
