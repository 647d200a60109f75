"""The five real dumps, when they are there: every count exact, no letter lost."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.paper import Paper, fingerprint
from rag.readers import expand, read_file

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the five dumps (../shared/corpus) are not here")


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    found: list[Paper] = []
    for path in expand([CORPUS]):
        assert isinstance(path, Path)
        for read in read_file(path):
            assert not isinstance(read, ReadError), read
            found.append(read)
    return found


def test_counts(papers: list[Paper]) -> None:
    per_file = Counter(paper.sources[0].file[:3] for paper in papers)
    assert per_file == {"000": 10, "001": 10, "002": 60, "003": 58, "004": 85}
    assert len(papers) == 223
    assert len({paper.id for paper in papers}) == 217
    assert len({fingerprint(paper.abstract) for paper in papers}) == 217


def test_dates(papers: list[Paper]) -> None:
    dated = [paper for paper in papers if paper.date]
    assert (len(dated), len({paper.id for paper in dated})) == (197, 191)
    recent = [paper for paper in dated if paper.year == 2025]
    assert (len(recent), len({paper.id for paper in recent})) == (50, 49)
    assert all(paper.date and paper.date.year == paper.year for paper in dated)


def test_arxiv_ids_belong_to_the_text_before_them(papers: list[Paper]) -> None:
    by_id = {paper.arxiv_id: paper for paper in papers if paper.arxiv_id}
    assert len(by_id) == 10
    assert by_id["2407.02833"].abstract.startswith("The explainability of recommendation systems")
    assert by_id["2406.13542"].abstract.startswith("One core capability of large language models")
    assert {paper.comment for paper in by_id.values()} == {None, "ACL 2024 Findings", "Accepted by LREC-COLING 2024"}
    assert by_id["2405.10516"].comment == "ACL 2024 Findings"


def test_trailing_lines(papers: list[Paper]) -> None:
    organisations = {paper.title: paper.organisation for paper in papers if paper.organisation}
    assert sorted(filter(None, organisations.values())) == ["BAIDU", "NAVER AI Lab"]
    bare = [paper for paper in papers if paper.title and paper.date is None]
    assert [paper.title.split(":")[0] for paper in bare if paper.title] == [
        "WorldPM",
        "Graph Retrieval-Augmented LLM for Conversational Recommendation Systems",
        "MemOS",
        "Search Arena",
        "Personalized Reasoning",
        "Empirically evaluating commonsense intelligence in large language models with large-scale human judgments",
    ]
    assert sum(paper.author_count is not None for paper in papers) == 203 - 6 - 2
    by_title = {paper.title: paper for paper in papers}
    assert by_title["MM-RLHF: The Next Step Forward in Multimodal LLM Alignment"].upvotes == 5
    assert by_title["InfiFPO: Implicit Model Fusion via Preference Optimization in Large Language Models"].author_count == 7


def test_titles_are_titles(papers: list[Paper]) -> None:
    titles = [paper.title for paper in papers if paper.title]
    assert len(titles) == 203
    assert max(map(len, titles)) == 170
    assert min(len(paper.abstract) for paper in papers) > 900


def test_no_letter_is_lost(papers: list[Paper]) -> None:
    """The letters and digits of each file are those of its papers, apart from marks, ids, trailing lines and markup."""
    structure = re.compile(
        r"\s*• \d+ authors|·|[A-Z][a-z]{2} \d+(, \d{4})?( \d+)?|new|Subscribe|Daily Papers|Get trending .*|byAK .*"
        r"|naver-ai NAVER AI Lab|baidu BAIDU"
    )
    for path in sorted(CORPUS.iterdir()):
        lines = path.read_text(encoding="utf-8").split("\n")
        raw = "\n".join(line for line in lines if not structure.fullmatch(line))
        raw = re.sub(r"^(Abstract:|arXiv:\d{4}\.\d{5})", "", raw, flags=re.MULTILINE)
        raw = raw.replace(r"{\lambda}", "λ").replace(r"\textbf{", "{").replace(r"\url{", "{")
        mine = [paper for paper in papers if paper.sources[0].file == path.name]
        shown = "".join(f"{paper.title or ''}{paper.abstract}{paper.comment or ''}" for paper in mine)
        assert [c for c in shown if c.isalnum()] == [c for c in raw if c.isalnum()], path.name


def test_no_markup_is_left(papers: list[Paper]) -> None:
    texts = [paper.abstract for paper in papers] + [paper.title or "" for paper in papers]
    assert not [text for text in texts if re.search(r"\\|\{.*\}|\$.*\$|\s\s", text)]
