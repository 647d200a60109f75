"""Keywords in tantivy: what is found, in which order, and which words do not count."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged
from rag.library.keywords import KeywordIndex
from rag.paper import Paper

BEES = Paper(id="bees", title="Waggle dances", abstract="Honey bees dance. Dancing bees find food.")
TIDES = Paper(id="tides", title=None, abstract="Turbines in tides yield 18% more power, say bees.")
GLACIER = Paper(id="doi:10.1000/ab#c:1-2", title="Radar", abstract="Ice of one glacier.")


@pytest.fixture
def index(tmp_path: Path) -> KeywordIndex:
    opened = KeywordIndex(tmp_path / "keywords")
    opened.put([BEES, TIDES, GLACIER])
    opened.commit()
    opened.release()
    return opened


def ids(index: KeywordIndex, question: str, limit: int = 10) -> list[str]:
    return [paper for paper, _ in index.search(question, limit)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("bees", ["bees", "tides"]),  # three times in the shorter text, once in the other
        ("bee", ["bees", "tides"]),  # one stem
        ("waggle", ["bees"]),  # the title counts
        ("GLACIERS", ["doi:10.1000/ab#c:1-2"]),
        ("18%", ["tides"]),
        ("unicorns", []),
        ("What is the paper about?", []),  # nothing but framing words
        ("", []),
        ("?!", []),
        ("which power of glaciers", ["tides", "doi:10.1000/ab#c:1-2"]),  # any word counts, not all
    ],
)
def test_papers_that_share_words_are_found(index: KeywordIndex, question: str, found: list[str]) -> None:
    assert sorted(ids(index, question)) == sorted(found)
    assert ids(index, question)[:1] in ([], *([paper] for paper in found))


def test_scores_fall_and_the_limit_holds(index: KeywordIndex) -> None:
    (first, high), (second, low) = index.search("bees", 10)
    assert (first, second) == ("bees", "tides")
    assert high > low > 0
    assert ids(index, "bees", 1) == ["bees"]


@pytest.mark.parametrize(
    "question",
    [
        *(
            "AND",
            "OR OR",
            "NOT bees",
            "bees AND",
            "+bees -tides",
            "text:bees",
            "id:bees",
            "title:x",
            '"bees',
            "'",
            "(bees",
            "bees)",
        ),
        *("[a TO z]", "bees~2", "bees^3", "be*", "\\", "/be.*/", "\x00", "bees\x00", "\ud800 bees", "🐝", "-", "IN [bees]", "*"),
        "bees " * 2000,
        "x" * 10_000,
    ],
    ids=lambda question: ascii(question)[:20],
)
def test_query_syntax_in_a_question_is_only_text(index: KeywordIndex, question: str) -> None:
    found = ids(index, question)
    assert ("bees" in found) == ("bees" in question)


def test_a_paper_put_again_is_replaced(index: KeywordIndex) -> None:
    index.put([Paper(id="bees", title="Wasps", abstract="Wasps sting.")])
    index.commit()
    assert ids(index, "wasps") == ["bees"]
    assert ids(index, "waggle") == []
    assert index.count() == 3


def test_what_is_not_committed_is_not_found(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path / "keywords")
    index.put([BEES])
    assert (index.count(), ids(index, "bees")) == (0, [])
    index.commit()
    assert (index.count(), ids(index, "bees")) == (1, ["bees"])


def test_papers_are_removed(index: KeywordIndex) -> None:
    index.remove(["bees", "never there"])
    index.commit()
    assert ids(index, "bees") == ["tides"]
    assert index.ids() == ["doi:10.1000/ab#c:1-2", "tides"]


def test_an_empty_index_answers(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path / "keywords")
    assert (index.search("bees", 5), index.count(), index.ids()) == ([], 0, [])
    index.commit()
    index.release()


def test_the_writer_may_be_released_and_taken_again(index: KeywordIndex) -> None:
    index.put([Paper(id="ants", abstract="Ants march.")])
    index.commit()
    index.release()
    index.put([Paper(id="moths", abstract="Moths fly.")])
    index.commit()
    index.release()
    assert index.ids() == ["ants", "bees", "doi:10.1000/ab#c:1-2", "moths", "tides"]


def test_an_index_that_is_open_sees_what_another_process_commits(index: KeywordIndex, tmp_path: Path) -> None:
    lines = "from pathlib import Path\nfrom rag.paper import Paper\nfrom rag.library.keywords import KeywordIndex\n"
    lines += f"index = KeywordIndex(Path({str(tmp_path / 'keywords')!r}))\n"
    lines += "index.put([Paper(id='ants', abstract='Ants march.')]); index.commit(); index.release()"
    subprocess.run([sys.executable, "-c", lines], check=True)
    for _ in range(100):  # the folder is watched on a thread of tantivy's own
        if ids(index, "ants"):
            break
        time.sleep(0.05)
    assert ids(index, "ants") == ["ants"]


def test_refreshing_shows_it_at_once(index: KeywordIndex, tmp_path: Path) -> None:
    other = KeywordIndex(tmp_path / "keywords")
    other.put([Paper(id="ants", abstract="Ants march.")])
    other.commit()
    index.refresh()
    assert index.count() == 4


def test_a_folder_that_holds_something_else_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("not an index")
    with pytest.raises(LibraryDamaged, match="keyword index") as damaged:
        KeywordIndex(tmp_path)
    assert "rebuilt from the catalogue" in damaged.value.remedy


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keywords").write_text("")
    with pytest.raises(LibraryDamaged):
        KeywordIndex(tmp_path / "keywords")
