"""The optional stages: what each adds and costs, and that a failing one leaves the plain ranking as it is."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from rag.answering.record import Answer, Tokens
from rag.assistant import Assistant
from rag.backends import forget_backends
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendGarbled, BackendMissing, SettingsError
from rag.retrieval import rerank
from rag.retrieval.augment import augment_prompt, read_queries, read_question
from rag.retrieval.rerank import HELPS, grading_prompt, read_grades, reorder
from rag.retrieval.stages import Stages, added, total_cost
from rag.settings import Settings
from tests.fakes.llm_dialects import Say, Status
from tests.fakes.llm_server import LLMServer

QUESTION = "What colours a fiddle?"


def test_lines_of_the_asked_form_become_queries() -> None:
    reply = """<think>rephrase: no</think>Sure!
rephrase: varnish of violins
2. decompose: What is varnish?
- Decompose: “And oil?”
specialise:
other: x"""
    assert read_queries(reply, ("rephrase", "decompose"), QUESTION) == [
        ("rephrase", "varnish of violins"),
        ("decompose", "What is varnish?"),
        ("decompose", "And oil?"),
    ]
    assert read_queries(f"rephrase: {QUESTION.upper()}", ("rephrase",), QUESTION) == []
    assert read_queries("hypothetical: a", ("rephrase",), QUESTION) == []


def test_only_the_chosen_ways_are_asked_for() -> None:
    prompt = augment_prompt("Why\nso?", ("decompose",))
    assert "decompose:" in prompt
    assert "hypothetical" not in prompt
    assert prompt.endswith("Question: Why so?")


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("\n“How often does the network win?”\nI hope this helps.", "How often does the network win?"),
        ("Standalone question: Who?", "Who?"),
        ("<think>hm</think>", ""),
        ("---", ""),
    ],
)
def test_the_first_line_that_says_something_is_the_question(reply: str, question: str) -> None:
    assert read_question(reply) == question


def test_grades_of_passages_that_are_there() -> None:
    assert read_grades("1: yes 7\n2: no 9\n3. yes\n4: yes 3\nnonsense", 3) == {0: HELPS + 7, 1: 9.0, 2: HELPS}
    assert read_grades("1: no\n1: yes 10", 1) == {0: 0.0}
    with pytest.raises(BackendGarbled):
        read_grades("They are all good.", 3)


def test_a_paper_cannot_close_its_marks(small: Assistant) -> None:
    hits = small.search(QUESTION, 2)
    one, other = grading_prompt(QUESTION, hits), grading_prompt(QUESTION, hits)
    assert one != other
    assert one.count("<data ") == len(hits) + 1


def test_the_order_changes_and_the_scores_keep_their_places(small: Assistant) -> None:
    hits = small.search(QUESTION, 3)
    turned = reorder(hits, {0: 1.0, 2: 5.0})
    assert [hit.paper.id for hit in turned] == [hits[n].paper.id for n in (2, 0, 1)]
    assert [hit.score for hit in turned] == [hit.score for hit in hits]
    assert turned[0].parts["rerank"] == 5.0
    assert "rerank" not in turned[2].parts


# --- with a model -------------------------------------------------------------------------------------------------------


def ask(home: Path, *script: Any, question: str = QUESTION, history: Sequence[Answer] = (), **values: Any) -> Answer:
    forget_backends()
    with LLMServer(*script) as server:
        chosen = {"llm": "openai-compatible:m", "llm_base_url": server.base_url("openai"), "llm_retries": 0, "repair": False}
        with Assistant.open(Settings(**{"home": home, "_env_file": None, **chosen, **values})) as assistant:
            return assistant.ask(question, history)


def test_further_queries_find_what_the_question_does_not_name(small: Assistant) -> None:
    home = small.settings.home
    reply = Say("rephrase: layers on old violins under a microscope\ndecompose: drones over glacier ice in Norway")
    answer = ask(home, reply, Say("Varnish does."), augment="rephrase, decompose")
    (stage,) = answer.stages
    assert (stage.name, stage.failed) == ("augment", False)
    assert stage.added == "rephrase: “layers on old violins under a microscope”; decompose: “drones over glacier ice in Norway”"
    assert stage.tokens.total > 0
    assert answer.tokens.total > stage.tokens.total  # the answer's own are in it, too
    assert answer.cost is None  # of this model no price is known
    assert answer.retrieved[0].paper.title == "Varnish of old violins"
    assert answer.retrieved[1].paper.title is None  # the drones
    assert Answer.from_dict(answer.to_dict()) == answer


def test_a_model_grades_what_was_found(small: Assistant) -> None:
    plain = small.search(QUESTION, 20)
    answer = ask(small.settings.home, Say("1: no 2\n2: yes 9"), Say("x"), rerank="llm")
    (stage,) = answer.stages
    assert stage.added == "llm: 2 papers read, 2 moved"
    assert answer.retrieved[0].paper.id == plain[1].paper.id
    assert len(answer.retrieved) == len(plain)


@pytest.mark.parametrize("setting", [{"augment": "all"}, {"rerank": "llm"}])
def test_a_failing_stage_leaves_the_plain_ranking(small: Assistant, setting: dict[str, Any]) -> None:
    answer = ask(small.settings.home, Status(500), Say("Varnish does."), **setting)
    assert [hit.paper.id for hit in answer.retrieved] == [hit.paper.id for hit in small.search(QUESTION, 20)]
    (stage,) = answer.stages
    assert stage.failed
    assert any(note.startswith(f"The stage {stage.name} failed, and the plain ranking stands: ") for note in answer.notes)
    assert not answer.abstained


@pytest.mark.parametrize("setting", [{"augment": "all"}, {"rerank": "llm"}])
def test_without_a_model_a_note_says_that_one_is_needed(small: Assistant, setting: dict[str, Any]) -> None:
    answer = ask(small.settings.home, Say("x"), llm="extractive", **setting)
    assert any("needs a language model" in note for note in answer.notes)
    assert answer.stages == ()


def test_a_follow_up_is_reworded(small: Assistant) -> None:
    home = small.settings.home
    first = small.ask("How often does the network win chess endgames with a rook?")
    answer = ask(
        home,
        Say("How long do batteries of drones over glaciers last?"),
        Say("x"),
        question="And how long do those last?",
        history=[first],
    )
    assert answer.standalone == "How long do batteries of drones over glaciers last?"
    assert answer.stages[0].name == "condense"
    assert answer.retrieved[0].paper.title is None
    plain = ask(home, Say("x"), question="And how long do those last?", history=[first], condense=False)
    assert plain.stages == ()


def test_where_rewording_fails_the_rules_do_it(small: Assistant) -> None:
    first = small.ask("How often does the network win chess endgames with a rook?")
    settings = Settings(home=small.settings.home, _env_file=None)
    stages = Stages(settings, Scripted(BackendBusy("busy", remedy="wait")))
    assert stages.condensed("And it?", [first]) is None
    assert stages.uses[0].failed
    assert Stages(settings, None).condensed("And it?", [first]) is None


# --- rerankers without a language model -----------------------------------------------------------------------------------


def test_a_missing_package_is_named(small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    rerank._loaded.cache_clear()
    with pytest.raises(BackendMissing, match="pip install sentence-transformers"):
        rerank.cross_encoder("m")
    answer = ask(small.settings.home, Say("x"), llm="extractive", rerank="cross-encoder")
    assert "pip install sentence-transformers" in " ".join(answer.notes)
    assert not answer.abstained


def test_a_cross_encoder_reads_question_and_abstract(small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the package: more of it than its name and two calls is not used."""

    class CrossEncoder:
        def __init__(self, model: str) -> None:
            assert model == "some/model"

        def predict(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
            return [float("glacier" in text) for _, text in pairs]

    package = ModuleType("sentence_transformers")
    package.CrossEncoder = CrossEncoder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    rerank._loaded.cache_clear()
    answer = ask(small.settings.home, Say("x"), llm="extractive", rerank="cross-encoder:some/model")
    rerank._loaded.cache_clear()
    assert answer.retrieved[0].paper.title is None
    assert answer.stages[0].cost == 0.0


class CohereLike(BaseHTTPRequestHandler):
    """POST /v2/rerank: the relevance of a document is whether it speaks of a glacier."""

    asked: ClassVar[list[dict[str, Any]]] = []
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append({"path": self.path, "key": self.headers["Authorization"], **body})
        rows = [{"index": n, "relevance_score": float("glacier" in text)} for n, text in enumerate(body["documents"])]
        sent = json.dumps({"results": sorted(rows, key=lambda row: -row["relevance_score"])}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def cohere(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(CohereLike, "asked", [])
    monkeypatch.setattr(CohereLike, "status", 200)
    with ThreadingHTTPServer(("127.0.0.1", 0), CohereLike) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_cohere_is_sent_title_and_abstract(small: Assistant, cohere: str) -> None:
    service: dict[str, Any] = {"cohere_base_url": cohere, "cohere_api_key": "sk-cohere"}
    answer = ask(small.settings.home, Say("x"), llm="extractive", rerank="cohere", **service)
    (asked,) = CohereLike.asked
    assert (asked["path"], asked["key"], asked["model"]) == ("/v2/rerank", "Bearer sk-cohere", "rerank-v3.5")
    assert asked["query"] == QUESTION
    assert any(document.startswith("Varnish of old violins\nOld violins owe") for document in asked["documents"])
    assert answer.retrieved[0].paper.title is None
    assert answer.stages[0].cost is None
    assert answer.cost is None
    assert "sk-cohere" not in json.dumps(answer.to_dict())


@pytest.mark.parametrize(("key", "status", "told"), [(None, 200, "COHERE_API_KEY"), ("sk-cohere", 401, "status 401")])
def test_cohere_out_of_reach(
    small: Assistant, cohere: str, monkeypatch: pytest.MonkeyPatch, key: str | None, status: int, told: str
) -> None:
    monkeypatch.setattr(CohereLike, "status", status)
    monkeypatch.delenv("COHERE_API_KEY", raising=False)
    answer = ask(small.settings.home, Say("x"), llm="extractive", rerank="cohere", cohere_base_url=cohere, cohere_api_key=key)
    assert told in " ".join(answer.notes)
    assert "sk-cohere" not in " ".join(answer.notes)
    assert answer.retrieved[0].paper.title == "Varnish of old violins"


# --- settings and sums ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [{"augment": "rephrase,guess"}, {"rerank": "magic"}, {"rerank": "llm:m"}])
def test_an_unknown_stage_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"VOUCH_{next(iter(values)).upper()}"):
        Settings.load(_env_file=None, **values)


def test_stages_are_named_in_any_spelling() -> None:
    assert Settings(_env_file=None, augment=" Rephrase ,decompose").augmentations == ("rephrase", "decompose")
    assert len(Settings(_env_file=None, augment="all").augmentations) == 5
    assert Settings(_env_file=None, rerank="cohere: m").rerank == "cohere:m"
    assert Settings(_env_file=None).augmentations == ()


def test_tokens_and_costs_add_up() -> None:
    assert added(Tokens(1, 2, "server"), Tokens(3, 4, "server")) == Tokens(4, 6, "server")
    assert added(Tokens(1, 2, "server"), Tokens(3, 4, "tiktoken")).counted_by == "tiktoken"
    assert added(Tokens(), Tokens(3, 4, "server")) == Tokens(3, 4, "server")
    assert total_cost(0.5, 0.25) == 0.75
    assert total_cost(0.5, None) is None
