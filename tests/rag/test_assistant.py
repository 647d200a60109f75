"""The assistant as its users know it: papers in, questions, conversations, several threads, and what goes wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.answering.record import Answer, AnswerKind, Tokens
from rag.assistant import Assistant
from rag.errors import BackendMissing, BackendUnknown, LibraryDamaged, LibraryError, LibraryLocked, ModelError
from rag.settings import Settings
from tests.rag.conftest import SMALL

Open = Callable[[Path], Assistant]


def settings(home: Path) -> Settings:
    return Settings.load(home=home, _env_file=None)


# --- papers --------------------------------------------------------------------------------------------------------------


def test_papers_come_back_in_the_order_they_came(small: Assistant) -> None:
    papers = list(small.papers())
    assert [(paper.title, paper.abstract) for paper in papers] == list(SMALL.items())
    assert small.count() == len(SMALL)
    assert small.pending() == 0
    assert small.paper(papers[3].id) == papers[3]
    assert small.paper("abs:0000000000000000") is None


def test_the_sample_library_is_bundled(tmp_path: Path, open_library: Open) -> None:
    with open_library(tmp_path) as assistant:
        report = assistant.load_sample()
        assert (report.new, report.papers, report.skipped) == (60, 60, ())
        assert not assistant.ask("What saves the two-pass softmax one of its passes over the input?").abstained


def test_opening_again_keeps_everything(small: Assistant, open_library: Open) -> None:
    with open_library(small.settings.home) as again:
        assert list(again.papers()) == list(small.papers())
        assert again.library_fingerprint() == small.library_fingerprint()
        assert again.search("bees", 3) == small.search("bees", 3)
        assert again.ask("How many dances were filmed?").text == small.ask("How many dances were filmed?").text


def test_a_new_folder_is_made_and_is_empty(tmp_path: Path, open_library: Open) -> None:
    with open_library(tmp_path / "a" / "b") as assistant:
        assert (assistant.count(), assistant.search("bees")) == (0, [])
        answer = assistant.ask("How do bees dance?")
        assert (answer.abstained, answer.kind, answer.retrieved, answer.confidence) == (True, AnswerKind.REFUSED, (), 0.0)


def test_opening_loads_neither_model_nor_indexes(tmp_path: Path) -> None:
    with Assistant.open(settings(tmp_path / "home")) as assistant:
        assert assistant.count() == 0
        assert list((tmp_path / "home").glob("chroma*")) == []


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" if place == "a file" else tmp_path / "file" / "home"
    with pytest.raises(LibraryError, match="cannot be used as the library's folder") as refused:
        Assistant.open(settings(home))
    assert str(home) in refused.value.message
    assert "VOUCH_HOME" in refused.value.remedy


@pytest.mark.parametrize("store", ["catalogue.sqlite", "chroma/chroma.sqlite3", "keywords-k1/meta.json"])
def test_a_damaged_store_is_named(tmp_path: Path, open_library: Open, store: str) -> None:
    (tmp_path / store).parent.mkdir(exist_ok=True)
    (tmp_path / store).write_bytes(b"scribble" * 200)
    with pytest.raises(LibraryDamaged, match=Path(store).parts[0].split("-")[0]), open_library(tmp_path) as assistant:
        assistant.search("bees")


def test_a_lock_that_cannot_be_taken_is_one_of_our_errors(tmp_path: Path, open_library: Open) -> None:
    (tmp_path / "write.lock").mkdir()
    with open_library(tmp_path) as assistant, pytest.raises(LibraryError, match=r"write\.lock"):
        assistant.ingest([])


def test_two_threads_do_not_write_at_once(tmp_path: Path, open_library: Open, write_papers: Callable[..., Path]) -> None:
    dump = write_papers(tmp_path / "p.jsonl", SMALL)
    with open_library(tmp_path / "home") as assistant:
        refused: list[LibraryLocked] = []

        def second(_: object) -> None:
            try:
                assistant.ingest([dump])
            except LibraryLocked as error:
                refused.append(error)

        assert assistant.ingest([dump], progress=second).new == len(SMALL)
        assert refused
        assert "Wait until it is done" in refused[0].remedy


# --- questions -----------------------------------------------------------------------------------------------------------


def test_an_answer_holds_all_that_is_needed_to_check_it(small: Assistant) -> None:
    question = "How much more power does the best turbine layout yield?"
    answer = small.ask(question)
    assert (answer.question, answer.standalone, answer.model) == (question, question, "extractive")
    assert (answer.kind, answer.abstained) == (AnswerKind.QUOTED, False)
    assert [source.paper.title for source in answer.sources] == ["Tidal turbines in narrow straits"]
    found = small.search(question, 20)
    assert answer.retrieved[3:] == tuple(found[3:])  # the first three are read closely, and may change places
    assert sorted(answer.retrieved[:3], key=lambda hit: -hit.score) == found[:3]
    assert 0.3 < answer.confidence <= 1
    assert (answer.tokens, answer.cost) == (Tokens(), 0.0)
    assert set(answer.timings) == {"retrieve", "evidence", "answer"}
    assert all(seconds >= 0 for seconds in answer.timings.values())
    assert answer.settings_fingerprint == small.settings.fingerprint()
    assert answer.asked_at.endswith("+00:00")
    assert any("no language model" in note for note in answer.notes)
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_a_refusal_streams_too(small: Assistant) -> None:
    told: list[str] = []
    answer = small.ask("What is the capital of France?", on_token=told.append)
    assert answer.abstained
    assert "".join(told) == answer.text
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_a_turn_leans_on_the_turn_before(small: Assistant) -> None:
    first = small.ask("Who plays chess endgames without search?")
    second = small.ask("How often does it win with a rook?", history=[first])
    assert second.question == "How often does it win with a rook?"
    assert [source.paper.title for source in second.sources] == ["Chess endgames without search"]
    third = small.ask("And with two bishops?", history=[first, second])
    assert [source.paper.title for source in third.sources] == ["Chess endgames without search"]
    assert "half of the time" in third.text


def test_history_may_come_from_saved_answers(small: Assistant) -> None:
    first = small.ask("What did the larvae of zebrafish learn?")
    saved = Answer.from_dict(json.loads(json.dumps(first.to_dict())))
    turn = "And what does a nap do?"
    assert small.ask(turn, history=[saved]).text == small.ask(turn, history=[first]).text


def test_a_small_library_is_read_ahead_until_somebody_says_stop(small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert small.read_ahead() == small.count()
    assert small.read_ahead(lambda: True) == 0
    monkeypatch.setattr("rag.assistant.READ_AHEAD", small.count() - 1)
    assert small.read_ahead() == 0  # now it is a large one


def test_what_a_written_answer_needs_is_loaded_beside_the_caller(small: Assistant) -> None:
    asked = small.ask("How many dances were filmed?")
    with Assistant.open(small.settings) as again:
        again.make_ready()
        wait_for("vouch-ready")
        assert {"_vectors", "_checker"} <= again.__dict__.keys()
        assert again._opened_embedder is not None
        assert again.ask("How many dances were filmed?").text == asked.text


def test_what_cannot_be_loaded_is_told_by_the_question(small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModelError("The model file is gone.", remedy="Install Vouch again.")

    with Assistant.open(small.settings) as again:
        monkeypatch.setattr(again._embedder_class, "load", missing)
        again.make_ready()
        wait_for("vouch-ready")
        with pytest.raises(ModelError, match="gone"):
            again.ask("How many dances were filmed?")


def wait_for(name: str) -> None:
    """Until every thread of that name has ended."""
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join()


def test_an_unknown_back_end_is_told_before_anything_is_searched(tmp_path: Path, open_library: Open) -> None:
    with open_library(tmp_path) as assistant, pytest.raises(BackendUnknown):
        assistant.ask("How do bees dance?", llm="nobody:model-1")
    assert list(tmp_path.glob("chroma*")) == []


def test_a_missing_key_is_told_and_quoting_still_works(small: Assistant) -> None:
    with pytest.raises(BackendMissing) as missing:
        small.ask("How many dances were filmed?", llm="openai:gpt-4o-mini")
    assert "OPENAI_API_KEY" in str(missing.value)
    assert not small.ask("How many dances were filmed?", llm="extractive").abstained


def test_threads_may_ask_at_once(small_home: Path, open_library: Open) -> None:
    """From the first question on, when models and indexes are still being opened."""
    questions = ["How many dances were filmed?", "How long does Q7LatticeSign take to sign?", "What is below the oil of violins?"]
    expected = ["120 dances", "41 milliseconds", "mineral layer"]
    said: dict[int, str] = {}
    with open_library(small_home) as assistant:

        def ask(n: int) -> None:
            said[n] = assistant.ask(questions[n % 3]).text

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(said) == 9
    assert all(expected[n % 3] in text for n, text in said.items())


def test_asking_goes_on_while_papers_come_in(tmp_path: Path, open_library: Open, write_papers: Callable[..., Path]) -> None:
    first = write_papers(tmp_path / "first.jsonl", list(SMALL.items())[:2])
    more = write_papers(tmp_path / "more.jsonl", [(f"Study {n}", f"We study subject {n}. It has {n} parts.") for n in range(200)])
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([first])
        ingest = threading.Thread(target=assistant.ingest, args=([more],))
        ingest.start()
        answers = [assistant.ask("How many dances were filmed?")]
        while ingest.is_alive():
            answers.append(assistant.ask("How many dances were filmed?"))
        ingest.join()
        assert all("120 dances" in answer.text for answer in answers)
        assert (assistant.count(), assistant.pending()) == (202, 0)
        assert assistant.search("Study 150", 1)[0].paper.title == "Study 150"


def test_the_sample_makes_room_for_papers_of_ones_own(
    tmp_path: Path, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> None:
    own = write_papers(tmp_path / "own.jsonl", {"Bees": "Bees dance. Others follow the dance to the feeder."})
    with open_library(tmp_path / "home") as assistant:
        assistant.load_sample()
        (tmp_path / "broken.txt").write_text("", encoding="utf-8")
        assistant.ingest([tmp_path / "broken.txt"])
        assert assistant.count() == 60  # nothing came in, nothing went
        report = assistant.ingest([own])
        assert [paper.title for paper in assistant.papers()] == ["Bees"]
        assert "The sample library made room for your papers" in str(report)
        assert assistant.stores().keywords.count() == 1
        assert assistant.load_sample().new == 60  # asked for, it stands beside them
        assert assistant.count() == 61
