"""The benchmark of a whole field, on a library small enough for a test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.bench.ingest import LLAMAINDEX, RAW_BLOCKS
from eval.bench.inputs import SAMPLE_PAPERS
from eval.bench.process import Measured, run_job
from eval.bench.scale_figures import ingest_figures, search_figures
from eval.bench.scale_jobs import KEPT, Point, disk_bytes, ends, with_filter


def test_the_first_and_the_last_papers_are_compared() -> None:
    """Ten papers a second at first, five at the end."""
    points = [Point(0, 3.0, 3.0), Point(10_000, 1003.0, 903.0), Point(20_000, 2003.0, 1803.0), Point(40_000, 6003.0, 3803.0)]
    found = ends(points)
    assert found == {"first, wall": [0.1], "first, cpu": [0.09], "last, wall": [0.2], "last, cpu": [0.1]}


def test_rates_are_held_against_the_means_of_both_baselines() -> None:
    """300 passages in 10 s against 40 a second before and 20 after: just the mean. 100 papers in 10 s against 5 a second."""

    def baselines(raw: float, llamaindex: float) -> dict[str, Measured]:
        return {
            RAW_BLOCKS: Measured({"ingest": [raw]}, {"papers": 40, "passages": 120}, cpu_seconds=6.0),
            LLAMAINDEX: Measured({"ingest": [llamaindex]}, {"papers": 40}),
        }

    seconds = {"ingest": [10.0], "identity": [1.0]} | {f"{e}, {k}": [0.1] for e in ("first", "last") for k in ("wall", "cpu")}
    grown = Measured(seconds, {"papers": 100, "passages": 300}, cpu_seconds=18.0)
    figures = {(f.name, f.baseline): f for f in ingest_figures(grown, baselines(3.0, 8.0), baselines(6.0, 8.0))}
    assert figures["Vouch, all", "raw embedder"].ratio == pytest.approx(1.0)
    assert figures["Vouch, all", "LlamaIndex"].ratio == pytest.approx(2.0)
    assert figures["Vouch, processor time", "raw embedder"].value == pytest.approx(60.0)
    assert figures["Vouch, processor time", "raw embedder"].ratio == pytest.approx(1.2)


def test_growth_is_the_ratio_of_the_medians() -> None:
    kinds = ("search", "claims", "filtered", "ask")
    small, large = (Measured({name: [t] * 3 for name in kinds}, {"papers": 1}) for t in (0.004, 0.006))
    figures = [f for f in search_figures([small, large], [1.0]) if f.ratio is not None]
    assert [(f.value, f.ratio) for f in figures] == [(pytest.approx(6.0), pytest.approx(1.5))] * 2


def test_a_condition_on_time_is_put_behind_the_question() -> None:
    assert with_filter("Do bees dance?", 1) == "Do bees dance in papers from 2019?"


def test_a_library_is_grown_and_asked(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    home = tmp_path / "home"
    grown = run_job("grow", {"file": str(SAMPLE_PAPERS), "home": str(home)}, lambda done, total: told.append((done, total)))
    assert (grown.counts["papers"], grown.counts["records"], told[-1]) == (60, 60, (60, 60))
    assert 0 < grown.seconds["identity"][0] < grown.seconds["ingest"][0]
    assert Measured(**json.loads((home / KEPT).read_text())["measured"]) == grown
    assert disk_bytes(home) > (home / "catalogue.sqlite").stat().st_size
    given = {"home": str(home), "questions": ["What do agents remember?"] * 6, "claims": ["Agents remember little."] * 2}
    asked = run_job("latency", given, lambda *_: None)
    assert {name: len(times) for name, times in asked.seconds.items()} == {"search": 6, "claims": 2, "filtered": 8, "ask": 8}
