"""Retrieval quality over a real library of four abstracts: every ranking runs, and what is made of them."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from eval.bench import __main__ as command
from eval.bench import retrieval
from eval.bench.display import Stage
from eval.bench.judged import JudgedSet, QuestionFile
from eval.bench.kept_minilm import KeptMiniLM
from eval.bench.machine import this_machine
from eval.bench.onnx_minilm import OnnxMiniLM
from eval.bench.quality import Difference, Estimate, SetResult
from eval.bench.rerun_rankers import Txtai, chunks
from eval.bench.retrieval_tables import markdown, show, shown_difference
from eval.bench.vouch_rankers import DENSE, KEYWORD, ONE_FORM, UNSMOOTHED, VOUCH, vouch_rankers
from eval.runner import open_assistant
from rag.paper import Paper
from rag.retrieval.fusion import SMOOTHING
from rag.settings import Settings

DATA = Path(__file__).parents[1] / "data"
BASELINES = {
    "plain Chroma",
    "LlamaIndex VectorStoreIndex",
    "LlamaIndex QueryFusionRetriever, reciprocal rerank",
    "LlamaIndex QueryFusionRetriever, simple (its default)",
    "txtai, hybrid (re-run)",
    "PaperQA (re-run)",
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[SetResult, Path]:
    """The figures of the small library's own questions, and the cache they left."""
    folder = tmp_path_factory.mktemp("retrieval")
    sets: list[JudgedSet] = [QuestionFile("questions", "four", (DATA / "abstracts.txt",), DATA)]
    log = io.StringIO()
    [result] = retrieval.measure(sets, folder, Stage(Console(file=log), retrieval.steps(sets)))
    assert "[3 of 3] questions: ranking" in log.getvalue()
    return result, folder


def test_everyone_ranks_the_same_four_papers(measured: tuple[SetResult, Path]) -> None:
    result, _ = measured
    assert result.papers == 4
    assert set(result.estimates) == {VOUCH, ONE_FORM, UNSMOOTHED, DENSE, KEYWORD, *BASELINES}
    by_meaning = [
        result.estimates[name]["recall@10"].mean for name in (VOUCH, DENSE, "plain Chroma", "LlamaIndex VectorStoreIndex")
    ]
    assert by_meaning == [1.0] * 4  # of four papers each is among the first ten


def test_vouch_is_compared_with_everyone_else(measured: tuple[SetResult, Path]) -> None:
    result, _ = measured
    assert set(result.differences) == set(result.estimates) - {VOUCH}
    for name, own in result.differences.items():
        expected = result.estimates[VOUCH]["ndcg@10"].mean - result.estimates[name]["ndcg@10"].mean
        assert own["ndcg@10"].mean == pytest.approx(expected)


def test_fusion_without_smoothing_is_the_search_with_no_weight_on_neighbours(
    measured: tuple[SetResult, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put together here follows what the engine does, up to the one stage left out."""
    assert SMOOTHING > 0
    monkeypatch.setattr("rag.retrieval.fusion.SMOOTHING", 0.0)
    with open_assistant(Settings.load(home=measured[1] / "four" / "home")) as assistant:
        rankers = vouch_rankers(assistant)
        for query in ("How does softmax work in two passes?", "which paper is about language models?"):
            assert rankers[UNSMOOTHED](query) == rankers[ONE_FORM](query) == rankers[VOUCH](query)


def test_txtais_keyword_leg_by_hand() -> None:
    """Two texts of two words: k1 0.1 and equal lengths give a word that occurs once idf * 1.1 / 1.1."""
    index = Txtai(["Bees dance", "bees sleep"])
    rare, both = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    average = (4 / 3) * 1.1 / (4 / 3 + 0.1) * (both + 2 * rare) / 3
    [(first, best), (second, other)] = index.search("Dance, bees!", 5)
    assert (first, second) == (0, 1)
    assert best == pytest.approx((rare + both) / (rare + both + average))
    assert other == pytest.approx(both / (rare + both + average))
    assert index.search("wasps", 5) == []


def test_a_long_text_is_several_chunks_that_overlap() -> None:
    def paper(length: int) -> Paper:
        return Paper(id="a", abstract="x" * length)

    assert [len(chunk) for chunk in chunks(paper(4_999))] == [4_999]
    assert [len(chunk) for chunk in chunks(paper(5_001))] == [5_000, 251]


def test_a_second_measurement_embeds_nothing(measured: tuple[SetResult, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    result, folder = measured
    monkeypatch.setattr(OnnxMiniLM, "_forward", lambda *_: pytest.fail("a text was embedded again"))
    sets: list[JudgedSet] = [QuestionFile("questions", "four", (DATA / "abstracts.txt",), DATA)]
    assert retrieval.measure(sets, folder, Stage(Console(file=io.StringIO()), 3)) == [result]


def test_kept_vectors_are_those_of_the_model(tmp_path: Path) -> None:
    texts = ["A wing.", "A plate.", "A wing."]
    kept, told = KeptMiniLM.load().keep_in(tmp_path), []
    kept.prepare(texts, lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]
    again = KeptMiniLM.load().keep_in(tmp_path).embed(texts)
    assert again.shape == (3, 384)
    assert np.allclose(again, OnnxMiniLM.load().embed(texts), atol=1e-6)


RESULT = SetResult(
    "cranfield",
    1395,
    225,
    {name: dict.fromkeys(("ndcg@10", "recall@10", "recall@100", "mrr@10"), Estimate(0.5, 0.4, 0.6)) for name in (VOUCH, DENSE)},
    {DENSE: dict.fromkeys(("ndcg@10", "recall@10"), Difference(0.05, 0.01, 0.09, 0.0123))},
)


def test_tables_show_intervals_and_differences() -> None:
    text = markdown(this_machine(), [RESULT])
    assert "**cranfield: 225 queries over 1,395 papers**" in text
    cell = "0.500 [0.400, 0.600]"
    against = "+0.050 [+0.010, +0.090], p = 0.012"
    assert f"| {DENSE} | {' | '.join([cell] * 4)} | {against} | {against} |" in text
    screen = io.StringIO()
    show(Console(file=screen), this_machine(), [RESULT])
    assert against in screen.getvalue()


def test_a_small_p_is_not_written_as_none() -> None:
    assert shown_difference(Difference(-0.05, -0.09, -0.01, 0.0002)) == "-0.050 [-0.090, -0.010], p < 0.001"


def test_json_holds_every_figure(monkeypatch: pytest.MonkeyPatch, shared: Path) -> None:
    monkeypatch.setattr(retrieval, "measure", lambda _sets, _cache, _stage: [RESULT])
    data = json.loads(CliRunner().invoke(retrieval.app, ["cranfield", "--json"]).stdout)
    assert data["machine"]["cores"] >= 1
    assert data["sets"][0]["differences"][DENSE]["ndcg@10"] == {"mean": 0.05, "low": 0.01, "high": 0.09, "p": 0.0123}


def test_an_unknown_set_is_refused_before_anything_runs() -> None:
    result = CliRunner().invoke(retrieval.app, ["scifacts"])
    assert result.exit_code == 2
    assert "'scifacts' is no set" in result.stderr


def test_retrieval_is_a_command_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["retrieval", "--help"])
    assert ended.value.code == 0
    assert "--cache" in capsys.readouterr().out
