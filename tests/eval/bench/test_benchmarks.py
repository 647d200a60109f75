"""Each benchmark's figures from runs made up so that they can be worked out on paper; and one real round of `ingest`."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.bench import ingest, search, start
from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome
from eval.bench.inputs import SAMPLE_PAPERS, SAMPLE_QUESTIONS, Inputs, find_inputs
from eval.bench.process import BenchError, Measured, Tell
from rag.library.ingest import BLOCK

DATA = Path(__file__).parents[1] / "data"


def took(seconds: float, *, papers: int = 100, passages: int = 400, **more: int) -> Measured:
    """A contestant that took in `papers` in `seconds`, with both cores at work."""
    counts = {"papers": papers, "passages": passages, **more}
    return Measured({"ingest": [seconds], "loading": [1.0]}, counts, cpu_seconds=2 * seconds, peak_bytes=400 * 2**20)


def rounds(**changes: list[Measured]) -> dict[str, list[Measured]]:
    """Two rounds: all at once 2 s, in blocks 2.5 s, Vouch 2.5 s, LlamaIndex 5 s; the second at half speed."""
    usual = {
        ingest.RAW_ONCE: [took(2.0), took(4.0)],
        ingest.RAW_BLOCKS: [took(2.5), took(5.0)],
        ingest.VOUCH: [took(2.5), took(5.0)],
        ingest.LLAMAINDEX: [took(5.0, passages=100, cut_short=94), took(10.0, passages=100, cut_short=94)],
    }
    return usual | changes


def figure(outcome: Outcome, name: str, unit: str, baseline: str = "") -> Figure:
    """The one figure of that name, unit and baseline."""
    [found] = [f for f in outcome.figures if (f.name, f.unit, f.baseline) == (name, unit, baseline)]
    return found


def test_vouch_is_held_against_the_faster_raw_embedder() -> None:
    outcome = ingest.summarise(rounds())
    raw = figure(outcome, ingest.RAW_ONCE, "abstracts/s")
    assert raw.runs == (50.0, 25.0)
    vouch = figure(outcome, ingest.VOUCH, "abstracts/s", ingest.RAW_ONCE)
    assert vouch.runs == (40.0, 20.0)
    assert vouch.value == 30.0
    assert vouch.ratio == pytest.approx(0.8)
    assert vouch.met
    assert figure(outcome, ingest.VOUCH, "passages/s", ingest.RAW_ONCE).runs == (160.0, 80.0)


def test_vouch_is_held_against_llamaindex_by_abstracts() -> None:
    outcome = ingest.summarise(rounds())
    assert figure(outcome, ingest.VOUCH, "abstracts/s", ingest.LLAMAINDEX).ratio == pytest.approx(2.0)
    assert figure(outcome, f"{ingest.VOUCH}, processor time", "ms/abstract", ingest.RAW_ONCE).runs == (50.0, 100.0)
    assert figure(outcome, f"{ingest.VOUCH}, peak memory", "MB", ingest.LLAMAINDEX).value == 400.0
    assert any("94 of 100" in note for note in outcome.notes)


def test_contestants_that_embed_different_passages_are_not_compared() -> None:
    with pytest.raises(BenchError, match=r"\[100\] papers, \[399, 400\] passages"):
        ingest.summarise(rounds(**{ingest.VOUCH: [took(2.5), took(5.0, passages=399)]}))


def test_an_ingest_that_found_nothing_is_not_measured() -> None:
    nothing = [took(1.0, papers=0, passages=0)]
    with pytest.raises(BenchError, match="same work"):
        ingest.summarise(dict.fromkeys(ingest.CONTESTANTS, nothing))


def test_contestants_take_turns_in_fresh_folders_and_the_order_moves_on() -> None:
    ran: list[tuple[str, Any]] = []
    homes: list[str] = []

    def run(job: str, arguments: Mapping[str, Any], _tell: Tell) -> Measured:
        ran.append((job, arguments.get("block")))
        homes.extend([arguments["home"]] if "home" in arguments else [])
        return took(1.0, cut_short=0)

    stage = Stage(Console(file=io.StringIO()), ingest.steps(2), run)
    ingest.measure(Inputs((DATA / "abstracts.txt",), SAMPLE_QUESTIONS), 2, stage)
    first = [("raw", 0), ("vouch", None), ("raw", BLOCK), ("llamaindex", None)]
    assert ran == [("vouch", None), *first, *first[1:], first[0]]
    assert len(set(homes)) == len(homes) == 5  # nobody writes where somebody has written


def test_one_real_round_of_four_abstracts() -> None:
    log = io.StringIO()
    inputs = Inputs((DATA / "abstracts.txt",), SAMPLE_QUESTIONS)
    outcome = ingest.measure(inputs, 1, Stage(Console(file=log), ingest.steps(1)))
    assert outcome.notes[0].startswith("4 papers in ")
    assert all(f.value > 0 for f in outcome.figures)
    assert "[5 of 5] ingest, round 1 of 1: LlamaIndex into Chroma" in log.getvalue()


def test_search_percentiles_are_of_each_round_in_milliseconds() -> None:
    seconds = {
        "search": [0.004, 0.008, 0.030],
        "embedding": [0.003, 0.003, 0.003],
        "chroma": [0.001, 0.001, 0.001],
        "ask first": [0.016, 0.016, 0.016],
        "ask again": [0.008, 0.008, 0.008],
    }
    outcome = search.summarise([Measured(seconds, {"papers": 9, "passages": 30, "questions": 3})])
    p50 = figure(outcome, "Vouch search, p50", "ms", search.PARTS)
    assert p50.value == pytest.approx(8.0)
    assert p50.ratio == pytest.approx(2.0)
    assert p50.met
    assert figure(outcome, "Vouch search, p95", "ms", search.PARTS).value == pytest.approx(30.0)
    assert figure(outcome, "Vouch ask, first time, p50", "ms", "search p50").ratio == pytest.approx(2.0)


def test_starts_are_multiples_of_an_empty_interpreter() -> None:
    outcome = start.summarise({start.EMPTY: [0.02, 0.04], "vouch --help": [0.1, 0.2], "vouch search": [1.0, 2.0]})
    shown = figure(outcome, "vouch --help", "s", start.EMPTY)
    assert shown.ratio == pytest.approx(5.0)
    assert shown.met
    assert figure(outcome, "vouch search", "s", start.EMPTY).ratio == pytest.approx(50.0)


def test_a_command_that_fails_is_not_timed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no library')"]
    with pytest.raises(BenchError, match="exit code 1") as caught:
        start.wall_time(command, str(tmp_path), tmp_path)
    assert "no library" in str(caught.value)


def test_without_the_real_dumps_the_sample_is_measured_and_said_so(tmp_path: Path) -> None:
    inputs = find_inputs(tmp_path)
    assert inputs.papers == (SAMPLE_PAPERS,)
    assert inputs.questions == SAMPLE_QUESTIONS
    assert "sample" in inputs.note


def test_the_real_dumps_are_measured_where_they_are(shared: Path) -> None:
    inputs = find_inputs(shared)
    assert len(inputs.papers) == 5
    assert inputs.questions.name == "single.jsonl"
    assert not inputs.note
