"""What the engine's tests share: one loaded encoder, a small library a person can read whole, and the library of the dumps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.embedding.minilm import MiniLM
from rag.library.report import IngestReport
from rag.settings import Settings, variable_names

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"

SMALL = {
    "Waggle dances of honey bees": "Honey bees tell each other by dancing where food is. We filmed 120 dances in 14 hives. "
    "Bees that followed a dance found the feeder 3.5 times as often as bees that did not. Rain cut the dances by half.",
    "Tidal turbines in narrow straits": "Tides turn turbines as wind turns mills. We simulate 40 turbines in a strait. "
    "The best layout yields 18% more power than a regular grid. Silt remains an open problem.",
    "Sourdough from mountain bakeries": "Bakeries keep their own sourdough cultures for decades. We sequence cultures of 31 "
    "mountain bakeries. Altitude explains which yeasts dominate, and flour does not. Bread from high bakeries rises slower.",
    None: "Radar on drones sees through glacier ice. We fly four drones over two glaciers in Norway. Ice thickness agrees with "
    "drilled holes within 2 metres. Batteries last 25 minutes in the cold.",
    "Q7LatticeSign: signatures for small devices": "Q7LatticeSign signs messages on chips with 8 kilobytes of memory. It "
    "stays secure against quantum computers. Signing takes 41 milliseconds on a smart card.",
    "Varnish of old violins": "Old violins owe their colour to varnish. We look at samples of 12 violins under a microscope. "
    "All have a mineral layer below the oil. The layer changes the sound very little.",
    "Chess endgames without search": "A network plays chess endgames without looking ahead. It was shown 9 million positions. "
    "It wins 97% of won endgames with a rook. With two bishops it still fails half of the time.",
    "Sleep of young zebrafish": "Zebrafish sleep at night as people do. Larvae kept awake for six hours learn a maze slowly. "
    "A nap of one hour restores what they lost. The effect vanishes in fish older than 20 days.",
}
"""Title -> abstract. One paper has no title."""


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_user() -> Iterator[None]:
    """What whoever runs the tests has set for Vouch does not reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"]:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    """The real encoder, loaded once."""
    return MiniLM.load()


@pytest.fixture(scope="session")
def open_library(embedder: MiniLM) -> Callable[[Path], Assistant]:
    """Opens the library in a folder; it uses the encoder that is loaded already."""

    def open_folder(home: Path) -> Assistant:
        assistant = Assistant.open(Settings.load(home=home, _env_file=None))
        assert assistant._opened_embedder is None
        assistant._opened_embedder = embedder
        return assistant

    return open_folder


@pytest.fixture(scope="session")
def write_papers() -> Callable[..., Path]:
    """Writes (title, abstract) pairs as JSON Lines and returns the path."""

    def write(path: Path, papers: dict[str | None, str] | list[tuple[str | None, str]]) -> Path:
        pairs = papers.items() if isinstance(papers, dict) else papers
        lines = [json.dumps({"title": title, "abstract": abstract}) for title, abstract in pairs]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def small_home(
    tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> Path:
    """The folder of a library with the papers of SMALL; not to be written to."""
    folder = tmp_path_factory.mktemp("small")
    with open_library(folder / "home") as assistant:
        report = assistant.ingest([write_papers(folder / "small.jsonl", SMALL)])
    assert (report.new, report.skipped) == (len(SMALL), ())
    return folder / "home"


@pytest.fixture(scope="session")
def small(small_home: Path, open_library: Callable[[Path], Assistant]) -> Iterator[Assistant]:
    """The library of SMALL, opened; for tests that only read."""
    with open_library(small_home) as assistant:
        yield assistant


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real dumps and questions; the test is skipped where it is not beside the project."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip(f"{SHARED / 'corpus'} is not here")
    return SHARED


@pytest.fixture(scope="session")
def corpus_run(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant]
) -> Iterator[tuple[Assistant, IngestReport]]:
    """The library of the real dumps, and the report of the ingest that made it; for tests that only read."""
    with open_library(tmp_path_factory.mktemp("corpus")) as assistant:
        yield assistant, assistant.ingest([shared / "corpus"])


@pytest.fixture(scope="session")
def corpus(corpus_run: tuple[Assistant, IngestReport]) -> Assistant:
    """The library of the real dumps, opened; for tests that only read."""
    return corpus_run[0]
