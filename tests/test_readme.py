"""The README is true: what it shows running runs and prints that, and its file map is the tree as it is.

How the README is written so that this can be checked:

- A block fenced as ```console is run. Lines that begin with `$ ` are commands (a backslash at the end goes on in the next
  line), the lines up to the next command are what they print. A line `...` stands for any lines, `...` inside a line for
  any text. Durations, scores and the folder names of the test machine count as equal. `make` targets are only
  looked up, not run. Commands run in order, over the bundled sample library, with no key and no settings.
- A block fenced as ```console not-run shows what needs a key, a server or the network: its `vouch` commands are checked
  against their options, its settings against `rag/settings.py`.
- A block fenced as ```python is run as a program over the same library.
- Under the heading that contains "file map", every name that looks like a path exists, and every module of rag/, eval/ and
  ui/ is named with its whole path.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.settings import variable_names

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.is_file(), reason="there is no README.md yet")

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"console", "console not-run", "python", "json", "jsonl", "text", "dotenv"}
PATH = re.compile(
    r"(?<![\w/.:-])(?:(?:rag|eval|ui|tests|\.ci|\.streamlit)/[\w./-]*|[\w.]+\.(?:md|toml|lock|example)|Makefile|LICENSE)"
)
DURATION = re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|s|min|seconds)\b")
MEASURED = re.compile(r"\b(score|confidence|library is) \d+(?:\.\d+|%)")  # the last digit depends on the processor's arithmetic


@dataclass(frozen=True)
class Step:
    """One command of the README, the lines it is to print, and whether it is run."""

    command: str
    expected: tuple[str, ...]
    run: bool

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command, comments=True)

    @property
    def assignments(self) -> dict[str, str]:
        """Variables set in front of the command."""
        found: dict[str, str] = {}
        for word in self.words:
            if not re.match(r"[A-Z_]+=", word):
                break
            name, found[name] = word.split("=", 1)[0], word.split("=", 1)[1]
        return found

    @property
    def program(self) -> list[str]:
        """The command's words after the assignments."""
        return self.words[len(self.assignments) :]


def blocks() -> list[tuple[str, str]]:
    """(info string, body) of every fenced block."""
    text = README.read_text(encoding="utf-8") if README.is_file() else ""
    return [(block["info"].strip(), block["body"]) for block in FENCE.finditer(text)]


def steps() -> list[Step]:
    """All commands of the README, in order."""
    found: list[Step] = []
    for info, body in blocks():
        if info.split(" ")[0] != "console":
            continue
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, output = re.sub(r"\\\n\s*", "", part).partition("\n")
            found.append(Step(command, tuple(output.rstrip().splitlines()), run=info == "console"))
    return found


def normal(line: str) -> str:
    """A line with durations, scores and runs of white space made equal."""
    return re.sub(r"\s+", " ", MEASURED.sub(r"\1 <value>", DURATION.sub("<time>", line))).strip()


def matches(expected: tuple[str, ...], printed: str) -> bool:
    """Whether `printed` is what the README shows, where `...` may stand for lines or for a part of one."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*"
        else:
            pattern += ".*".join(re.escape(part) for part in normal(line).split("...")) + r"\n"
    shown = "".join(f"{normal(line)}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, shown) is not None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's files but without its `.env`, so that commands see what a reader's clone holds."""
    folder = tmp_path_factory.mktemp("readme")
    for entry in ROOT.iterdir():
        if entry.name not in {".env", ".venv", ".git"}:
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture(scope="module")
def environment(place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No settings, no keys, a home of its own with the sample library, and `vouch` on the path."""
    mine = [*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"]
    values = {name: value for name, value in os.environ.items() if name not in mine}
    values |= {"HOME": str(tmp_path_factory.mktemp("home")), "COLUMNS": "100", "NO_COLOR": "1"}
    values["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{values['PATH']}"
    subprocess.run(["vouch", "ingest", "--sample"], cwd=place, env=values, check=True, capture_output=True)
    return values


def test_every_block_says_what_it_is() -> None:
    assert {info for info, _ in blocks()} <= LANGUAGES


def test_commands_stand_in_console_blocks_only() -> None:
    assert not [body for info, body in blocks() if not info.startswith("console") and re.search(r"^\$ ", body, re.MULTILINE)]


def test_the_readme_shows_commands() -> None:
    assert any(step.run and step.program[0] == "vouch" for step in steps())


@pytest.mark.parametrize("step", [s for s in steps() if s.run], ids=lambda step: step.command[:60])
def test_a_command_prints_what_is_shown(step: Step, place: Path, environment: dict[str, str]) -> None:
    assert step.program[0] in {"vouch", "make"}, "other commands belong into a block tagged not-run"
    if step.program[0] == "make":
        targets_exist(step)
        return
    result = subprocess.run(
        ["bash", "-c", step.command],
        cwd=place,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    printed = result.stdout + result.stderr
    assert result.returncode == 0, printed
    if step.expected:
        shown = "\n".join(step.expected)
        assert matches(step.expected, printed), f"shown:\n{shown}\n\nprinted:\n{printed}"


@pytest.mark.parametrize("step", [s for s in steps() if not s.run], ids=lambda step: step.command[:60])
def test_a_command_that_is_not_run_is_well_formed(step: Step, place: Path, environment: dict[str, str]) -> None:
    settings = {name for name in step.assignments if name.startswith("VOUCH_")}
    assert settings <= set(variable_names())
    if step.program and step.program[0] == "make":
        targets_exist(step)
    if step.program and step.program[0] == "vouch":
        options = [word.split("=")[0] for word in step.program if word.startswith("--")]
        path = step.program[: 3 if step.program[1] == "eval" else 2]
        help_text = subprocess.run(
            [*path, "--help"], cwd=place, env=environment, text=True, capture_output=True, check=True
        ).stdout
        assert not [option for option in options if not re.search(rf"{option}\b", help_text)]


def targets_exist(step: Step) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in step.program[1:]:
        assert "=" in word or re.search(rf"^{re.escape(word)}:", makefile, re.MULTILINE), f"make has no target {word}"


@pytest.mark.parametrize("program", [body for info, body in blocks() if info == "python"], ids=lambda body: body[:40])
def test_a_program_runs(program: str, place: Path, environment: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=place, env=environment, text=True, capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr


def file_map() -> str:
    """The section of the README that maps the files."""
    sections = re.split(r"^#+ ", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [section for section in sections if "file map" in section.partition("\n")[0].casefold()]
    assert len(found) == 1, "the README has one section whose heading contains 'file map'"
    return found[0]


def mapped() -> set[str]:
    """The paths the file map names, without a closing slash."""
    return {path.rstrip("/.") for path in PATH.findall(file_map())}


def test_every_path_in_the_file_map_exists() -> None:
    assert not sorted(path for path in mapped() if not (ROOT / path).exists())


def test_every_module_is_in_the_file_map() -> None:
    modules = {str(file.relative_to(ROOT)) for package in ("rag", "eval", "ui") for file in (ROOT / package).rglob("*.py")}
    assert not sorted(module for module in modules - mapped() if not module.endswith("__init__.py"))


def test_links_to_files_lead_somewhere() -> None:
    text = FENCE.sub("", README.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?://|#)([^)\s#]+)", text)
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_the_comparison_itself() -> None:
    """What counts as equal, on examples."""
    assert matches(("60 papers in 1.2 s",), "60 papers in 0.9 s\n")
    assert not matches(("60 papers",), "61 papers\n")
    assert matches(("first", "...", "last"), "first\nany\nother\nlast\n")
    assert matches(("found ... of 60",), "found 12 of 60\n")
    assert not matches(("first",), "first\nsecond\n")
