"""The vectors of a library, read in a thread while the program is still loading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import LibraryDamaged
from rag.library.ahead import Ahead
from rag.settings import Settings

RECORD = '{"title": "Bees", "abstract": "Honey bees dance where food is. Rain keeps them in the hive for hours."}'


@pytest.fixture
def settings(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> Settings:
    """Settings of a library that holds one paper."""
    (tmp_path / "bees.jsonl").write_text(RECORD, encoding="utf-8")
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([tmp_path / "bees.jsonl"])
    return Settings.load(home=tmp_path / "home", _env_file=None)


def test_what_was_read_ahead_is_what_is_searched(settings: Settings) -> None:
    ahead = Ahead.begun(settings)
    assert ahead is not None
    with Assistant.open(settings, ahead) as assistant:
        assert assistant.stores().vectors is ahead.store()
        assert [hit.paper.title for hit in assistant.search("Where do bees find food?")] == ["Bees"]


def test_nothing_is_read_ahead_where_there_is_no_library_or_a_server_has_it(tmp_path: Path, settings: Settings) -> None:
    assert Ahead.begun(Settings.load(home=tmp_path / "none", _env_file=None)) is None
    assert not (tmp_path / "none").exists()
    assert Ahead.begun(settings.model_copy(update={"chroma_url": "http://localhost:1"})) is None


def test_a_store_that_cannot_be_read_is_told_when_it_is_needed(settings: Settings) -> None:
    (settings.home / "chroma" / "chroma.sqlite3").write_bytes(b"no database at all")
    ahead = Ahead.begun(settings)
    with Assistant.open(settings, ahead) as assistant:
        assert assistant.count() == 1
        with pytest.raises(LibraryDamaged, match="cannot be read"):
            assistant.search("bees")
