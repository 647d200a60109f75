"""`vouch papers …`, `vouch sync` and `vouch reindex`, run in this process over a library of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag import cli
from rag.errors import LibraryError

DANCE = "How bees read the dances of other bees"
DIGEST = "Bees dance to tell where food is, and the others fly there."
WHOLE = "Honey bees tell each other by dancing where food is. We filmed 120 dances in 14 hives. Rain cut the dances by half."
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two files of one title and another paper, and a library in step with it."""
    place = tmp_path_factory.mktemp("made")
    (place / "papers").mkdir()
    rows = {"a.jsonl": [(DANCE, DIGEST), ("Tides", "Tides turn turbines.")], "b.jsonl": [(DANCE, WHOLE)]}
    for name, papers in rows.items():
        lines = [
            json.dumps({"title": title, "abstract": abstract, "year": 2024, "doi": f"10.1000/{len(title)}"})
            for title, abstract in papers
        ]
        (place / "papers" / name).write_text("\n".join(lines) + "\n")
    result = CliRunner().invoke(cli.app, ["--home", str(place / "home"), "sync", str(place / "papers")])
    assert "2 new papers, 1 merged" in result.output
    return place


@pytest.fixture
def vouch(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `vouch` over a copy of the library. An error of ours is raised, as `main` would tell it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("VOUCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Result:
        result = CliRunner().invoke(cli.app, [str(word) for word in words])
        if isinstance(result.exception, LibraryError):
            raise result.exception
        return result

    return run


def bees(vouch: Run) -> str:
    return str(json.loads(vouch("papers", "bees", "--json").stdout)[0]["id"])


@pytest.mark.parametrize("words", [[], ["list"], ["--limit", "5"], ["list", "--limit", "5"]])
def test_papers_lists_with_and_without_the_word(vouch: Run, words: list[str]) -> None:
    assert len(vouch("papers", *words).stdout.splitlines()) == 2


def test_text_narrows_the_list(vouch: Run) -> None:
    assert [line[-5:] for line in vouch("papers", "turbines").stdout.splitlines()] == ["Tides"]
    assert [row["title"] for row in json.loads(vouch("papers", "list", "turbines", "--json").stdout)] == ["Tides"]


def test_show_says_where_a_paper_was_read_and_why_it_was_merged(vouch: Run) -> None:
    shown = vouch("papers", "show", "10.1000/38").stdout
    assert shown.startswith(DANCE)
    assert "[1] a.jsonl, line 1" in shown
    assert "[2] b.jsonl, line 1 (same DOI)" in shown
    assert "We filmed 120 dances" in shown
    row = json.loads(vouch("papers", "show", bees(vouch), "--json").stdout)
    assert [(record["file"], record["reason"]) for record in row["records"]] == [("a.jsonl", None), ("b.jsonl", "same DOI")]
    assert row["records"][1]["record"]["abstract"] == WHOLE


def test_split_takes_a_number_or_a_file(vouch: Run, made: Path, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"no source c\.jsonl"):
        vouch("papers", "split", bees(vouch), "--source", "c.jsonl")
    out = vouch("papers", "split", bees(vouch), "--source", "b.jsonl").stdout
    assert out == "doi:10.1000/38: a.jsonl:1\ndoi:10.1000/38~2: b.jsonl:1\n"
    assert "3 papers" in vouch("sync", tmp_path / "papers", "--moved-from", made / "papers", "--again").stdout
    with pytest.raises(LibraryError, match="nothing to split"):
        vouch("papers", "split", bees(vouch))


def test_merge_makes_one_paper_and_split_takes_it_apart(vouch: Run) -> None:
    tides = next(line.split()[1] for line in vouch("papers", "turbines").stdout.splitlines())
    assert vouch("papers", "merge", tides, "10.1000/38").stdout == f"{bees(vouch)}: a.jsonl:1, a.jsonl:2, b.jsonl:1\n"
    assert "(merged by hand)" in vouch("papers", "show", bees(vouch)).stdout
    vouch("papers", "split", bees(vouch), "--source", "a.jsonl:2")
    assert len(vouch("papers").stdout.splitlines()) == 2
    with pytest.raises(LibraryError, match="two papers or more"):
        vouch("papers", "merge", tides)


def test_remove_names_what_it_does_not_know_and_removes_nothing_then(vouch: Run) -> None:
    with pytest.raises(LibraryError, match="no paper abs:none"):
        vouch("papers", "remove", bees(vouch), "abs:none")
    assert vouch("papers", "remove", bees(vouch)).stdout == "1 paper removed; the library holds 1.\n"


def test_export_takes_the_format_from_the_file_s_name(vouch: Run, tmp_path: Path) -> None:
    assert vouch("papers", "export", "-o", tmp_path / "out.bib").exit_code == 0
    assert (tmp_path / "out.bib").read_text().count("@misc{") == 2
    assert [path.name for path in tmp_path.glob("out*")] == ["out.bib"]
    assert vouch("papers", "export", "tides", "--format", "ris").stdout.startswith("TY  - GEN\n")
    assert json.loads(vouch("papers", "export", "--limit", "1").stdout)["title"] == DANCE
    assert vouch("papers", "export", "--format", "docx").exit_code == 2


def test_sync_and_reindex_tell_what_they_did(vouch: Run, made: Path, tmp_path: Path) -> None:
    (tmp_path / "papers" / "a.jsonl").unlink()
    out = vouch("sync", tmp_path / "papers", "--moved-from", made / "papers").stdout
    assert out.startswith("Files: 0 new, 0 changed, 1 unchanged, 1 removed.\n")
    assert "Papers removed: 1." in out
    assert "1 papers are indexed with" in vouch("reindex").stdout
