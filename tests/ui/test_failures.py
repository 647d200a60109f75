"""What goes wrong is told in words: what happened, what is safe, what to do; and the page goes on afterwards."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from eval.bench.browser import free_port
from rag.conversations.record import Interrupted, Reply, Turn
from rag.conversations.store import ConversationStore
from rag.errors import LibraryError
from rag.library import disk
from tests.ui.test_chat_view import QUESTION, answers, ask, button, html
from tests.ui.test_library_view import WALRUS, paper_id, upload
from ui import scope, state

Run = Callable[[str], Any]
FAKE = "openai-compatible:fake"


@pytest.fixture
def crowded(home: Path) -> Iterator[Path]:
    """The folder of uploads, on a disk of its own with next to no room."""
    folder = home / "uploads"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_names_the_file_and_keeps_nothing_of_the_upload(crowded: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("walrus.jsonl", WALRUS), ("large.txt", b"Abstract: of walruses.\n" * 10_000))
    notice = html(at).one("div", "v-bad").text
    assert "large.txt could not be written" in notice
    assert "no space left" in notice
    assert "Nothing was added, and the library is as it was. Make room" in notice
    assert list(crowded.iterdir()) == []
    upload(at, ("walrus.jsonl", WALRUS))
    assert "The library holds 7 papers" in html(at).text


def test_too_little_room_for_the_indexes_is_told_and_the_rest_is_done_later(
    home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = run_page("library")
    with monkeypatch.context() as little:
        little.setattr(disk, "RESERVE", 2**60)
        upload(at, ("walrus.jsonl", WALRUS))
    shown = html(at).text
    assert "nearly full" in shown
    assert "nothing that was taken in is lost" in shown
    assert "1 were read but not indexed" in shown
    button(at, "Finish indexing").click().run()
    assert "The library holds 7 papers" in html(at).text
    assert state.assistant().pending() == 0


def test_while_another_process_writes_an_upload_changes_nothing(home: Path, run_page: Run) -> None:
    at = run_page("library")
    with FileLock(home / "write.lock"):
        upload(at, ("walrus.jsonl", WALRUS))
    notice = html(at).one("div", "v-bad").text
    assert "Another process is writing to the library" in notice
    assert "Nothing was added, and the library is as it was. Wait until it is done, or stop it. Then upload again." in notice
    assert list((home / "uploads").iterdir()) == []


def test_a_model_server_that_is_not_there_is_told_on_the_settings_page(
    home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOUCH_LLM_CHOICES", FAKE)
    monkeypatch.setenv("VOUCH_LLM_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    monkeypatch.setenv("VOUCH_LLM_RETRIES", "0")
    at = run_page("settings")
    at.button(key=f"test-{FAKE}").click().run()
    assert at.session_state.probes[FAKE].wait(30)
    at.run()
    notice = html(at).one("div", "v-bad").text
    assert "The language model cannot be reached" in notice
    assert "127.0.0.1" in notice
    assert not button(at, "Test").disabled  # once the server is there


# --- a session that ended ------------------------------------------------------------------------------------------------


def test_after_a_restart_a_conversation_goes_on_about_its_paper(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    about = f"paper:{paper_id('SkyLedger')}"
    at.session_state.scope = about
    at.run()
    ask(at, QUESTION)
    identity = at.session_state.conversation.id
    state.forget()
    later = run_page("chat")
    assert "scope" not in later.session_state
    later.query_params["c"] = identity
    later.run()
    assert later.session_state.scope == about
    assert "Asking only the paper “SkyLedger" in html(later).text
    assert "heavy rain" in ask(later, "When does it fail?").text
    button(later, "Ask the whole library").click().run()
    assert later.session_state.scope == scope.WHOLE


def test_a_question_that_was_cut_off_is_asked_again_as_it_was_asked(home: Path, run_page: Run) -> None:
    about = f"paper:{paper_id('SkyLedger')}"
    reply = Reply("a1", "extractive", within=about, knowledge="papers-first")
    store = ConversationStore(home)
    store.save("c1", {0: Turn("b1", QUESTION, (reply,))})
    store.close()
    (turn,) = state.talks().store.turns("c1") or ()
    assert isinstance(turn.replies[0].error, Interrupted)
    at = run_page("chat")
    at.query_params["c"] = "c1"
    at.run()
    button(at, "Ask again").click().run()
    (answer,) = answers(at)
    assert {hit.paper.id for hit in answer.retrieved} == {about.removeprefix("paper:")}
    assert at.session_state.conversation.turns[0].replies[-1].knowledge == "papers-first"


def from_before(home: Path) -> None:
    """A conversation, in a file of an earlier version."""
    store = ConversationStore(home)
    store.save("c1", {0: Turn("t1", QUESTION, (Reply("r1", "extractive"),))})
    store.close()
    with sqlite3.connect(home / "conversations.sqlite") as file:
        for column in ("within", "knowledge"):
            file.execute(f'ALTER TABLE replies DROP COLUMN "{column}"')


def test_conversations_from_before_are_read(tmp_path: Path) -> None:
    from_before(tmp_path)
    store = ConversationStore(tmp_path)
    (turn,) = store.turns("c1") or ()
    assert (turn.question, turn.replies[0].within, turn.replies[0].knowledge) == (QUESTION, "", "")
    store.close()


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """Conversations from before on a disk that may only be read."""
    own, place = tmp_path / "own", tmp_path / "sealed"
    own.mkdir()
    place.mkdir()
    from_before(own)
    for options in (["--bind", str(own), str(place)], ["-o", "remount,ro,bind", str(place)]):
        if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_where_nothing_may_be_written_conversations_are_read_and_a_change_is_refused_in_words(sealed: Path) -> None:
    store = ConversationStore(sealed)
    (turn,) = store.turns("c1") or ()
    assert (turn.question, turn.replies[0].within) == (QUESTION, "")
    assert [known.title for known in store.list(5, contains="SkyLedger")] == [QUESTION]
    with pytest.raises(LibraryError, match=r"could not be renamed: .* cannot be written to") as refused:
        store.rename("c1", "Another")
    assert "Give Vouch the right to write there, or set VOUCH_HOME" in refused.value.remedy
    with pytest.raises(LibraryError, match=r"could not be saved: .* cannot be written to"):
        store.save("c2", {0: turn})
    store.close()
    assert [path.name for path in sealed.iterdir()] == ["conversations.sqlite"]
