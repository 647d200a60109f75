"""`vouch fetch` and `vouch enrich` as a user runs them, against services on the loopback interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.embedding.minilm import MiniLM
from rag.settings import Settings, variable_names
from tests.fakes.arxiv_server import ArxivServer, Preprint
from tests.fakes.http_service import Status
from tests.fakes.openalex_server import OpenAlexServer
from tests.rag.remote.conftest import abstract, preprints, works


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Vouch = Callable[..., Result]


@pytest.fixture
def vouch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], embedder: MiniLM) -> Vouch:
    """Runs a command over a library in an empty folder, with the encoder that is loaded already."""
    opened = Assistant.open.__func__  # type: ignore[attr-defined]

    def with_encoder(cls: type[Assistant], settings: Settings | None = None) -> Assistant:
        assistant: Assistant = opened(cls, settings)
        assistant._opened_embedder = embedder
        return assistant

    monkeypatch.setattr(Assistant, "open", classmethod(with_encoder))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def run(*args: str, **settings: str) -> Result:
        with monkeypatch.context() as patch:
            for name in variable_names():
                patch.delenv(name, raising=False)
            for name, value in {"VOUCH_HOME": str(tmp_path / "home"), **settings}.items():
                patch.setenv(name, value)
            try:
                main(args)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
        shown = capsys.readouterr()
        return Result(code, shown.out, shown.err)

    return run


def test_fetch_stop_go_on_and_ask(vouch: Vouch) -> None:
    with ArxivServer(preprints(6)) as server:
        first = vouch("fetch", "arxiv", "harbour", "models", "--since", "2025-01-01", "--limit", "2", VOUCH_ARXIV_URL=server.url)
        assert first.code == 0, first.err
        assert first.out == (
            "2 records from arXiv, where 6 results fit: 2 new papers, 0 merged, 0 unchanged, 0 skipped.\n"
            "The library holds 2 papers.\n"
        )
        assert "submittedDate:[202501010000 TO" in server.requests[0].query["search_query"]
        more = vouch("fetch", "arxiv", "harbour models", "--since", "2025-01-01", "--limit", "9", VOUCH_ARXIV_URL=server.url)
        assert more.out.startswith("4 records from arXiv, where 6 results fit: 4 new papers")
        assert "Going on behind result 2 of the fetch begun on 20" in more.err
        assert [request.query["start"] for request in server.requests] == ["0", "2"]
    rows = json.loads(vouch("papers", "--json").out)
    assert [row["sources"] for row in rows][4] == [{"file": "arxiv: harbour models", "line": 5}]


def test_openalex_with_a_key(vouch: Vouch) -> None:
    with OpenAlexServer(works(3), key="s3cret") as server:
        refused = vouch("fetch", "openalex", "bees", VOUCH_OPENALEX_URL=server.url)
        assert refused.code == 1
        assert "vouch: OpenAlex refused the request (status 401" in refused.err
        run = vouch("fetch", "openalex", "bees", VOUCH_OPENALEX_URL=server.url, VOUCH_OPENALEX_API_KEY=" s3cret ")
        assert run.out.startswith("3 records from OpenAlex, where 3 results fit: 3 new papers")


def test_nothing_found_is_no_failure(vouch: Vouch) -> None:
    with ArxivServer([]) as server:
        run = vouch("fetch", "arxiv", "unicorns", VOUCH_ARXIV_URL=server.url)
    assert (run.code, run.out) == (0, "arXiv has nothing that fits.\nThe library holds 0 papers.\n")


def test_a_service_out_of_reach_is_one_clear_message(vouch: Vouch) -> None:
    run = vouch("fetch", "arxiv", "bees", VOUCH_ARXIV_URL="http://arxiv.invalid/api")
    assert run.code == 1
    assert run.err.startswith("vouch: arXiv cannot be reached at http://arxiv.invalid/api (")
    assert "Check the network, or set VOUCH_ARXIV_URL to a mirror." in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    "args",
    [
        ("fetch", "arxiv"),
        ("fetch", "arxiv", " "),
        ("fetch", "scholar", "bees"),
        ("fetch", "arxiv", "bees", "--since", "yesterday"),
        ("fetch", "arxiv", "bees", "--limit", "0"),
    ],
)
def test_what_is_not_understood_leaves_with_2(vouch: Vouch, args: tuple[str, ...]) -> None:
    assert vouch(*args).code == 2


def test_an_address_that_is_none_is_refused(vouch: Vouch) -> None:
    run = vouch("fetch", "arxiv", "bees", VOUCH_ARXIV_URL="arxiv.example")
    assert run.code == 1
    assert "VOUCH_ARXIV_URL is 'arxiv.example': value error, expected an address that begins with http://" in run.err


def test_enrich_dry_then_for_good_then_with_nothing_left(vouch: Vouch, tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    rows = [{"abstract": abstract(1), "arxiv_id": "2503.00001"}, {"abstract": abstract(2), "doi": "10.5555/w2"}]
    dump.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    assert vouch("ingest", str(dump)).code == 0
    with (
        ArxivServer([Preprint("2503.00001", "Bridges and $\\beta$", abstract(1))]) as arxiv,
        OpenAlexServer(works(3)) as openalex,
    ):
        urls = {"VOUCH_ARXIV_URL": arxiv.url, "VOUCH_OPENALEX_URL": openalex.url}
        dry = vouch("enrich", "--dry-run", **urls)
        assert dry.out == (
            "arxiv:2503.00001: title, authors, date, year\n"
            "doi:10.5555/w2: title, authors, date, year, comment\n"
            "2 papers looked up: 2 filled (titles 2, authors 2, dates 2, years 2, venues 1), 0 with nothing new, "
            "0 not found, 0 failed. Nothing was written.\n"
        )
        assert json.loads(vouch("papers", "--json").out)[0]["title"] is None
        assert vouch("enrich", **urls).code == 0
        assert [row["title"] for row in json.loads(vouch("papers", "--json").out)] == [
            "Bridges and β",
            "Counting bees, part 2",
        ]
        again = vouch("enrich", **urls)
        assert again.out.startswith("0 papers looked up")


def test_enrich_tells_what_failed(vouch: Vouch, tmp_path: Path) -> None:
    dump = tmp_path / "dump.jsonl"
    dump.write_text(json.dumps({"abstract": abstract(1), "arxiv_id": "2503.00001"}) + "\n", encoding="utf-8")
    assert vouch("ingest", str(dump)).code == 0
    with ArxivServer([]) as server:
        server.faults = [Status(429, headers={"Retry-After": "9000"})]
        run = vouch("enrich", VOUCH_ARXIV_URL=server.url)
    assert run.code == 1
    assert "vouch: arXiv asks to be left alone for 2 hours (status 429: Rate exceeded)." in run.err
    assert "0 not found, 1 failed." in run.out
