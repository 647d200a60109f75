"""What the README says of refusing is what was measured when it was fitted."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from rag.answering.abstain import MODEL
from tests.paths import ROOT

ROWS = {
    "out-of-domain": "from another field",
    "absent-paper": "about a paper that is not there",
    "missing-detail": "about a detail the abstract does not give",
    "false-premise": "with a false premise",
}
"""Kind of question -> how the README's table calls it."""
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def block() -> list[str]:
    """The report's lines on the questions of the sample's papers, asked of their whole abstracts."""
    lines = json.loads(files("rag.answering").joinpath(MODEL).read_text(encoding="utf-8"))["measured"]
    first = lines.index(next(line for line in lines if line.startswith("corpus, questions of sample")))
    own = [lines[first]]
    for line in lines[first + 1 :]:
        if not line.startswith("  "):
            break
        own.append(line.strip())
    return own


def rounded(interval: str) -> str:
    """ "0.952 [0.918, 0.981]" with two decimals."""
    return re.sub(r"\d\.\d+", lambda found: f"{float(found[0]):.2f}", interval)


def share(refused: str, of: str) -> float:
    """In percent, from the share with three decimals."""
    return 100 * round(float(refused) * int(of)) / int(of)


@pytest.mark.parametrize("kind", ROWS)
def test_the_table_on_refusing_holds_what_was_measured(block: list[str], kind: str) -> None:
    line = next(line for line in block if re.match(rf"{kind} \d", line))
    found = re.fullmatch(rf"{kind} (\d+): refused (\S+), AUROC (.+)", line)
    assert found
    assert f"| {ROWS[kind]} ({found[1]}) | {rounded(found[3])} | {share(found[2], found[1]):.0f} % |" in README


def test_the_figure_for_all_and_the_wrong_refusals_are_those_measured(block: list[str]) -> None:
    assert f"| all unanswerable questions | {rounded(block[0].partition('AUROC ')[2])} | |" in README
    answerable = re.fullmatch(r"answerable (\d+): wrongly refused (\S+)", block[1])
    assert answerable
    assert f"| answerable, refused wrongly ({answerable[1]}) | | {share(answerable[2], answerable[1]):.1f} % |" in README
