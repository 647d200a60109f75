"""Assistant: the one place that composes the stages. Everything that asks, searches or ingests goes through it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from rag.answering.abstain import NO_MATCH, REFUSAL, REFUSE_BELOW, REFUSE_LEANING_BELOW, confidence
from rag.answering.draft import Draft
from rag.answering.evidence import Evidence
from rag.answering.extractive import quote
from rag.answering.record import Answer, AnswerKind, Hit, Passage, Support
from rag.answering.support import SupportChecker
from rag.backends import open_backend
from rag.embedding import EMBEDDERS, Embedder
from rag.errors import LibraryError, LibraryLocked, ReadError
from rag.library.catalogue import Catalogue
from rag.library.disk import write_errors
from rag.library.ingest import Stores, forget_lost_indexes, ingest, is_lost
from rag.library.keywords import VERSION as KEYWORDS_VERSION
from rag.library.keywords import KeywordIndex
from rag.library.lock import write_lock
from rag.library.mirror import mirrored
from rag.library.passages import SCHEME
from rag.library.report import IngestProgress, IngestReport
from rag.library.server import ChromaServer
from rag.library.sync import places
from rag.library.vectors import VectorStore
from rag.paper import Paper
from rag.readers import expand, read_file
from rag.readers.columns import refuse_unknown_fields
from rag.retrieval.evidence import SentenceScorer
from rag.retrieval.finder import Finder
from rag.retrieval.hybrid import HybridRetriever
from rag.settings import Settings
from rag.upkeep import MADE_ROOM, SAMPLE, Upkeep

EXTRACTIVE = "extractive"
RETRIEVED = 20  # hits kept in an answer
READ_CLOSELY = 10  # hits whose sentences are scored
LOOK_EVERY = 1.0  # seconds for which a library without pending papers is taken to have none
RESUMABLE = 500  # pending papers that are indexed on the way to a search; more wait for `vouch ingest`


def _silent(_: IngestProgress) -> None:
    pass


class Assistant(Upkeep):
    """A library and everything that can be asked of it. Use it as a context manager, from any number of threads."""

    def __init__(self, settings: Settings, catalogue: Catalogue, mirror: TemporaryDirectory[str] | None = None) -> None:
        """`mirror` stands for a home that may only be read."""
        self.settings = settings
        self._catalogue = catalogue
        self._mirror = mirror
        self._home = Path(mirror.name) if mirror else settings.home
        self._server = ChromaServer.named_by(settings)
        self._hindered = mirror is not None
        self._compared = False
        self._embedder_class = EMBEDDERS["minilm"]()
        self._opening = threading.RLock()
        self._settled_until = 0.0  # on the monotonic clock
        self._opened_embedder: Embedder | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """Open the library under `settings.home`, making it where there is none. Models and indexes open when first used.

        One that may only be read is read through a temporary copy, and shows what it held when it was opened. Raises
        LibraryError where the folder cannot be used.
        """
        settings = settings or Settings.load()
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"{settings.home} cannot be used as the library's folder ({error.strerror}).",
                remedy="Set VOUCH_HOME to another folder.",
            ) from error
        mirror = mirrored(settings.home)
        return cls(settings, Catalogue(Path(mirror.name if mirror else settings.home) / "catalogue.sqlite"), mirror)

    def close(self) -> None:
        """Release files. The assistant cannot be used afterwards."""
        for name in ("_vectors", "_keywords"):
            store = self.__dict__.pop(name, None)
            if isinstance(store, VectorStore):
                store.close()
        self._catalogue.close()
        if self._mirror is not None:
            self._mirror.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # --- the library -------------------------------------------------------------------------------------------------

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        year: int | None = None,
        columns: Mapping[str, str] | None = None,
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Read files and folders into the library and index whatever is pending, also from an earlier, killed run.

        `year` is taken for dates written without one, `columns` says which column of a table or key of a JSON record holds
        what (`{"title": "Name"}`). Raises LibraryLocked where another process is writing, SettingsError where `columns`
        names a field no paper has. A library that holds the bundled sample alone is emptied before the first paper from
        elsewhere comes in.
        """
        refuse_unknown_fields(columns or {})

        def read(path: Path) -> Iterator[Paper | ReadError]:
            records = read_file(path, year=year, columns=columns)
            return records if path == SAMPLE else self._making_room(records)

        items = (item if isinstance(item, ReadError) else (item, read(item)) for item in expand(paths))
        with self._writing("an ingest"):
            had_sample = self._only_sample()
            report = ingest(items, self.stores(), self._embedder, progress or _silent, places(self._catalogue))
        if not had_sample or self._only_sample():
            return report
        return replace(report, note=" ".join([report.note, MADE_ROOM]).strip())

    def add(
        self, records: Iterable[Paper | ReadError], *, name: str, progress: Callable[[IngestProgress], None] | None = None
    ) -> IngestReport:
        """Take in records that come from no file, as `ingest` does; `name` says from where, in the report's count of files.

        A record of a paper that is there fills what that lacks. Raises LibraryLocked where another process is writing.
        """
        with self._writing(f"an ingest of {name}"):
            return ingest([(Path(name), self._making_room(iter(records)))], self.stores(), self._embedder, progress or _silent)

    def load_sample(self, progress: Callable[[IngestProgress], None] | None = None) -> IngestReport:
        """Ingest the bundled sample library."""
        return self.ingest([SAMPLE], progress=progress)

    def papers(self) -> Iterator[Paper]:
        """Every paper, in the order they came."""
        return self._catalogue.papers()

    def paper(self, paper_id: str) -> Paper | None:
        """The paper with that id."""
        return self._catalogue.get([paper_id]).get(paper_id)

    def count(self) -> int:
        """Number of papers."""
        return self._catalogue.count()

    def pending(self) -> int:
        """Papers in the catalogue that cannot be found yet, because an ingest was interrupted or is under way."""
        return self._catalogue.pending_count(self.index_name)

    def library_fingerprint(self) -> str:
        """12 hex digits that are equal for libraries of the same papers."""
        return self._catalogue.library_fingerprint()

    # --- questions ---------------------------------------------------------------------------------------------------

    def search(self, question: str, limit: int = 10) -> list[Hit]:
        """At most `limit` papers, best first, each with its best passage."""
        self._finish_pending()
        return self._retriever.search(question, limit)

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        on_token: Callable[[str], None] | None = None,
        *,
        llm: str | None = None,
        filters: bool = True,
    ) -> Answer:
        """Answer from the library. `history` are the answers of the conversation so far, oldest first.

        `on_token` receives the answer's text piece by piece. `llm` takes the place of `settings.llm` for this question.
        With `filters=False` no condition ("papers from 2023") is read from the question.
        Raises BackendError where the back end gives no usable answer; nothing is answered in its place.
        """
        spec = llm or self.settings.llm
        clock = Clock()
        # Opened before anything else: a missing key is told at once, not after the search.
        backend = None if spec == EXTRACTIVE else open_backend(spec, self.settings)
        self._finish_pending()
        found = self._finder.find(question, history, RETRIEVED, filters=filters)
        hits = found.hits
        clock.lap("retrieve")
        sentences = self._scorer.score(found.searched, hits if found.listing else hits[:READ_CLOSELY])
        sure = float(bool(hits)) if found.listing else confidence(found.searched, hits, sentences)
        clock.lap("evidence")
        if not hits or sure < (REFUSE_LEANING_BELOW if found.follows or found.labels else REFUSE_BELOW):
            refusal = NO_MATCH if found.labels and not hits else REFUSAL
            draft = Draft(refusal, (), (), abstained=True, cost=0.0)
            if on_token is not None:
                on_token(refusal)
        elif backend is None:
            draft = quote(found.kind, hits, sentences, self.settings.answer_words, on_token)
        else:
            from rag.answering.written import write

            turns = [(answer.question, answer.text) for answer in history]
            draft = write(question, evidence_of(hits), backend, self.settings, self._checker.check, on_token, history=turns)
        clock.lap("answer")
        return Answer(
            question=question,
            text=draft.text,
            sentences=draft.sentences,
            sources=draft.sources,
            retrieved=hits,
            kind=kind_of(draft, spec),
            abstained=draft.abstained,
            confidence=sure,
            model=spec,
            tokens=draft.tokens,
            cost=0.0 if spec == EXTRACTIVE else draft.cost,
            timings=clock.laps,
            standalone=found.searched,
            filters=found.labels,
            invented=draft.invented,
            notes=(found.note, *draft.notes) if found.note else draft.notes,
            settings_fingerprint=self.settings.fingerprint(),
            asked_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )

    def check_support(self, sentence: str, passages: Sequence[str]) -> Support:
        """Whether the passages support the sentence; `evidence` has offsets into its own passage, `index` says which."""
        given = [Passage("", n, 0, len(text), text) for n, text in enumerate(passages)]
        return self._checker.check(sentence, given)

    # --- what is opened when first used ------------------------------------------------------------------------------

    @property
    def index_name(self) -> str:
        """Names embedder, cutting, Chroma server if any, and keyword analysis: what is indexed is indexed under it."""
        return f"{self._collection}-{KEYWORDS_VERSION}"

    @property
    def _collection(self) -> str:
        place = f"-{self._server.mark}" if self._server else ""
        return f"{self._embedder_class.fingerprint}-{SCHEME}{place}"

    def _embedder(self) -> Embedder:
        with self._opening:
            if self._opened_embedder is None:
                self._opened_embedder = self._embedder_class.load(threads=self.settings.threads)
            return self._opened_embedder

    @cached_property
    def _vectors(self) -> VectorStore:
        return VectorStore(self._server or self._home / "chroma", self._collection)

    @cached_property
    def _keywords(self) -> KeywordIndex:
        return KeywordIndex(self._home / f"keywords-{KEYWORDS_VERSION}")

    @cached_property
    def _retriever(self) -> HybridRetriever:
        return HybridRetriever(self._catalogue, self.stores().vectors, self._keywords, self._embedder())

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._catalogue, self._retriever)

    @cached_property
    def _scorer(self) -> SentenceScorer:
        return SentenceScorer(self._embedder())

    @cached_property
    def _checker(self) -> SupportChecker:
        return SupportChecker(self._embedder())

    def stores(self) -> Stores:
        """The opened stores, for checks; everything else goes through the methods above."""
        with self._opening:
            return Stores(self._catalogue, self._vectors, self._keywords, self.index_name)

    @contextmanager
    def _writing(self, purpose: str) -> Iterator[None]:
        """Hold the library's write lock; the operating system frees it when the process dies."""
        with write_lock(self.settings.home, purpose), write_errors(self.settings.home):
            yield

    def _finish_pending(self) -> None:
        """Finish what an interrupted run left, where that is quick and nobody else is at it; notice, once, a lost index.

        Raises LibraryError where the index in force holds nothing and another one does.
        """
        if time.monotonic() < self._settled_until:
            return
        pending = self.pending()
        self._settled_until = time.monotonic() + LOOK_EVERY if pending == 0 else 0.0
        if pending > RESUMABLE and pending == self.count() and (change := self.outdated()):
            raise LibraryError(change.message, remedy=change.remedy)
        lost = not self._compared and is_lost(self.stores())
        self._compared = True
        if self._hindered or not (lost or 0 < pending <= RESUMABLE or self.unsettled()):
            return
        try:
            with self._writing("finishing an interrupted ingest"):
                forget_lost_indexes(self.stores())
                self._finish(RESUMABLE)
        except LibraryLocked:
            pass  # an ingest is under way; search what is there
        except LibraryError:
            self._hindered = True  # no room or no permission to write; `vouch ingest` says so


class Clock:
    """Seconds per stage, in order."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End the stage `name`."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def evidence_of(hits: Sequence[Hit]) -> list[Evidence]:
    """Whole abstracts of the papers found, best first; the writer cuts to its token budget."""
    return [Evidence(hit.paper, (Passage(hit.paper.id, 0, 0, len(hit.paper.abstract), hit.paper.abstract),)) for hit in hits]


def kind_of(draft: Draft, spec: str) -> AnswerKind:
    """Who worded the answer."""
    if draft.abstained:
        return AnswerKind.REFUSED
    return AnswerKind.QUOTED if spec == EXTRACTIVE else AnswerKind.WRITTEN
