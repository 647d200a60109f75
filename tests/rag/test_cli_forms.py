"""`vouch ingest` of tables with columns of one's own, of archives, patterns and standard input."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rag.settings import variable_names

RIS = "TY  - JOUR\nTI  - Cats\nAB  - Cats sleep for sixteen hours a day.\nER  - \n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text("Name;Inhalt\nDogs;Dogs bark at night.\n")
    (tmp_path / "cats.ris").write_text(RIS)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a/birds.ris", RIS.replace("Cats", "Birds"))
    return tmp_path


def ingest(folder: Path, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    values = {name: value for name, value in os.environ.items() if name not in variable_names()}
    command = [sys.executable, "-P", "-m", "rag.cli", "ingest", *args]
    values["VOUCH_HOME"] = str(folder / "home")
    return subprocess.run(command, cwd=folder, env=values, input=typed, capture_output=True, text=True, check=False)


def test_forms_that_arrive_in_one_command(folder: Path) -> None:
    run = ingest(folder, "*.ris", "all.zip", "-", typed=RIS.replace("Cats", "Fish"))
    assert "3 records from 3 files: 3 new papers" in run.stdout, run.stderr


def test_columns_are_named_with_map(folder: Path) -> None:
    run = ingest(folder, "table.csv", "--map", "title=Name", "--map", "abstract = inhalt")
    assert "1 records from 1 files: 1 new papers" in run.stdout, run.stderr
    again = ingest(folder, "table.csv", "--map", "abstract=Content")
    assert again.returncode == 1
    assert "no table with the columns Content" in again.stdout


@pytest.mark.parametrize("option", ["titel=Name", "title", "title=", "=Name"])
def test_a_map_that_is_none_is_a_usage_error(folder: Path, option: str) -> None:
    run = ingest(folder, "table.csv", "--map", option)
    assert run.returncode == 2
    assert "--map takes FIELD=COLUMN with one of these fields: title, abstract" in " ".join(run.stderr.split())
