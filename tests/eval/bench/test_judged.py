"""Which papers of a library a test collection's documents are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.bench.judged import UNREAD, BeirSet, QuestionFile, find_sets, present
from eval.bench.process import BenchError
from rag.paper import Paper, Source

WING = "The lift of a wing in the stream behind a propeller was measured at several angles of attack and speeds."
PLATE = "Heat passes from a plate into a slow flow; its rate is worked out for a plate that is thin and even."


def beir(folder: Path, texts: list[str], grades: list[tuple[str, str, int]]) -> BeirSet:
    """A collection of documents d1, d2, … and queries q1 and q2."""
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as out:
        for n, text in enumerate(texts, start=1):
            out.write(json.dumps({"_id": f"d{n}", "title": f"Title {n}", "text": text}) + "\n")
    queries = [{"_id": "q1", "text": "lift of a wing"}, {"_id": "q2", "text": "heat of a plate"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t{grade}" for query, document, grade in grades)]
    (folder / "qrels.tsv").write_text("\n".join(lines) + "\n")
    return BeirSet("made", "made", (folder / "corpus.jsonl.gz",), folder)


def paper(name: str, abstract: str, *lines: int) -> Paper:
    """A paper that was read from these lines of the corpus."""
    return Paper(name, abstract, sources=tuple(Source("corpus.jsonl.gz", line) for line in lines))


def test_a_document_is_the_paper_read_from_its_line(tmp_path: Path) -> None:
    judged = beir(tmp_path, [WING, PLATE], [("q1", "d1", 3), ("q1", "d2", 0), ("q2", "d2", 1)])
    assert judged.judge([paper("wing", WING, 1), paper("plate", PLATE, 2)]) == {"q1": {"wing": 3, "plate": 0}, "q2": {"plate": 1}}


def test_an_abstract_that_comes_twice_is_one_paper_with_the_higher_grade(tmp_path: Path) -> None:
    judged = beir(tmp_path, [WING, WING, WING], [("q1", "d1", 1), ("q1", "d2", 2), ("q2", "d3", 1)])
    merged = paper("wing", WING, 1, 2)  # the third line was not recorded: its abstract's beginning tells
    assert judged.judge([merged]) == {"q1": {"wing": 2}, "q2": {"wing": 1}}


def test_a_document_that_is_no_paper_stays_judged_and_cannot_be_found(tmp_path: Path) -> None:
    judged = beir(tmp_path, [WING, ""], [("q1", "d1", 1), ("q1", "d2", 1)])
    assert judged.judge([paper("wing", WING, 1)])["q1"] == {"wing": 1, f"{UNREAD}d2": 1}


def test_queries_without_a_relevant_document_are_left_out(tmp_path: Path) -> None:
    judged = beir(tmp_path, [WING, PLATE], [("q1", "d1", 1), ("q2", "d1", 0)])
    assert judged.queries() == {"q1": "lift of a wing"}


def test_questions_name_their_papers(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "question": "How was the lift measured?", "papers": [{"title": None, "opening": WING[:100]}]},
        {
            "id": "2",
            "question": "Wing or plate?",
            "papers": [{"opening": WING[:100]}, {"title": "A plate", "opening": PLATE[:100]}],
        },
        {"id": "3", "question": "Who are you?"},
    ]
    (tmp_path / "multi.jsonl").write_text("\n".join(map(json.dumps, rows)))
    judged = QuestionFile("multi", "corpus", (), tmp_path)
    assert list(judged.queries()) == ["1", "2"]
    assert judged.judge([paper("wing", WING)]) == {"1": {"wing": 1}, "2": {"wing": 1, f"{UNREAD}A plate (not in the library)": 1}}


def test_sets_that_are_not_there_are_told_about(tmp_path: Path) -> None:
    assert present(tmp_path) == []
    with pytest.raises(BenchError, match=r"'cranfield' is not there: .*corpus\.jsonl\.gz"):
        find_sets(["cranfield"], tmp_path)
    with pytest.raises(BenchError, match=r"'single' is not there"):
        find_sets(["single"], tmp_path)


def test_the_real_sets(shared: Path) -> None:
    assert present(shared) == ["scifact", "cranfield", "single", "multi"]
    scifact, cranfield, single, multi = find_sets(present(shared), shared)
    assert (len(scifact.queries()), len(cranfield.queries())) == (809, 225)
    assert single.library == multi.library
