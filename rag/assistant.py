"""Assistant: the one place that composes the stages. Everything that asks, searches or ingests goes through it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from threading import Thread

from rag.answering.abstain import NO_MATCH, Confidence, confidence, nearly, nothing, refuses
from rag.answering.conflict import conflict, with_both_sides
from rag.answering.draft import Draft, OnSentence
from rag.answering.evidence import Screened, choose, screen
from rag.answering.extractive import quote
from rag.answering.record import Answer, AnswerKind, Hit, Passage, Support
from rag.answering.recorded import recorded
from rag.answering.sought import told_before
from rag.answering.stand_in import Recorded, first_usable
from rag.answering.support import SupportChecker
from rag.backends import open_backend, tokens
from rag.backends.base import never
from rag.backends.prices import cost
from rag.clock import Clock
from rag.desk import Desk, seated
from rag.embedding import Vectors, token_reader
from rag.errors import VouchError
from rag.request import EXTRACTIVE, Request
from rag.retrieval.closely import closely
from rag.retrieval.evidence import SentenceScorer
from rag.retrieval.finder import Finder, Found
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.stages import Stages, added, total_cost
from rag.retrieval.understand import QuestionType, surely_several
from rag.upkeep import Upkeep

RETRIEVED = 20  # hits kept in an answer
READ_CLOSELY = 10  # hits whose sentences are scored
READ_AHEAD, AT_ONCE = 400, 2  # papers read before anybody asks, and how many of them without a rest
RESTING = 2  # times as long as they took


class Assistant(Upkeep):
    """A library and everything that can be asked of it. Use it as a context manager, from any number of threads."""

    def search(self, question: str, limit: int = 10) -> list[Hit]:
        """At most `limit` papers, best first, each with its best passage."""
        self._finish_pending()
        return self._finder.search(question, limit)

    def find(self, question: str, history: Sequence[Answer] = (), limit: int = RETRIEVED) -> Found:
        """What a question is taken to mean, and at most `limit` papers for it; a list by metadata may be longer."""
        self._finish_pending()
        return self._finder.find(question, history, limit)

    @seated
    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        on_token: Callable[[str], None] | None = None,
        *,
        llm: str | None = None,
        filters: bool = True,
        without: Collection[str] = (),
        hidden: Collection[str] = (),
        within: Collection[str] | None = None,
        cancelled: Callable[[], bool] = never,
        on_sentence: OnSentence | None = None,
        knowledge: str | None = None,
    ) -> Answer:
        """Answer from the library. `history` are the answers of the conversation so far, oldest first.

        `on_token` receives the answer's text piece by piece, `on_sentence` each sentence with its number (from 0) and its
        verdict as it closes; a later call with the same number takes its place, None takes it away. `llm` takes the place of
        `settings.llm` for this question, `knowledge` that of `settings.knowledge`.
        With `filters=False` no condition ("papers from 2023") is read from the question; conditions whose label (as in
        `Answer.filters`) is in `without` are left out. Papers whose id is in `hidden` are not found, as if the library did
        not hold them; where `within` is given, only papers with these ids are. Once `cancelled` says so, a model's answer ends
        with what has arrived.
        Where the back end gives no usable answer, `settings.llm_fallback` answers and `model`, `notes` and `attempts` say so;
        without one, or once text has reached `on_token`, BackendError is raised.

        Of the threads that ask at the same time few work at a time, see `rag.desk`; any number may wait for a model.
        """
        request = Request(
            question=question,
            history=tuple(history),
            llm=llm or self.settings.llm,
            settings=self.settings.writing_from(knowledge),
            filters=filters,
            without=without,
            hidden=hidden,
            within=within,
            on_token=on_token,
            on_sentence=on_sentence,
            cancelled=cancelled,
        )
        clock = Clock()
        # Opened before anything else: a missing key is told at once, not after the search.
        backends = {s: Recorded(open_backend(s, self.settings), self.desk.away) for s in request.specs if s != EXTRACTIVE}
        stages = Stages(self.settings, backends.get(request.llm), self.desk.away)
        found = self._found(request, stages)
        clock.lap("retrieve")
        evidence = self._evidence(found)
        sure = self._sure(found, evidence)
        clock.lap("evidence")
        if self._refuses(request, found, evidence, sure):
            spec, draft = request.llm, refusal(found, evidence, sure)
            if on_token is not None:
                on_token(draft.text)
        else:
            # What is counted in the catalogue is not asked of a model, which is shown too few of the papers to count them.
            specs = (EXTRACTIVE,) if found.opening or found.record else request.specs
            spec, draft = first_usable(
                specs, lambda chosen, tell: self._draft(request, found, evidence, backends.get(chosen), tell, sure=sure), on_token
            )
        if on_sentence is not None and (draft.abstained or spec == EXTRACTIVE):
            for number, sentence in enumerate(draft.sentences):
                on_sentence(number, sentence)
        clock.lap("answer")
        spent = cost(spec, draft.tokens, self.settings.home) if draft.tokens.total else 0.0
        return Answer(
            question=question,
            text=draft.text,
            sentences=draft.sentences,
            sources=draft.sources,
            retrieved=found.hits,
            kind=kind_of(draft, spec),
            abstained=draft.abstained,
            confidence=sure.value,
            missing=draft.missing,
            table=draft.table,
            left_out=draft.left_out,
            model=spec,
            tokens=added(draft.tokens, stages.tokens),
            cost=total_cost(spent, *(use.cost for use in stages.uses)),
            timings=clock.laps,
            standalone=found.searched,
            filters=found.labels,
            invented=draft.invented,
            notes=tuple(note for note in (found.note, *stages.notes, *draft.notes, evidence.note) if note),
            settings_fingerprint=request.settings.fingerprint(),
            settings=request.asked_with,
            follows=tuple(answer.id for answer in history if answer.id),
            repairs=draft.repairs,
            asked_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            stages=tuple(stages.uses),
            attempts=tuple(attempt for backend in backends.values() for attempt in backend.attempts),
        )

    def _found(self, request: Request, stages: Stages) -> Found:
        """What the question is taken to mean, and the papers for it, without those that are hidden."""
        self._finish_pending()
        found = self._finder.find(
            request.question,
            request.history,
            RETRIEVED,
            filters=request.filters,
            without=request.without,
            helper=stages,
            within=request.within,
        )
        if not (found.listing or found.ordered):
            found = replace(found, hits=tuple(stages.reranked(found.searched, found.hits)))
        if request.hidden:
            found = replace(found, hits=tuple(hit for hit in found.hits if hit.paper.id not in request.hidden))
        if found.kind is QuestionType.ONE and not (found.labels or found.listing or found.record or self.settings.rerank):
            sentences = self._scorer.score(found.searched, found.hits[:READ_CLOSELY])
            hits = closely(found.searched, found.hits, sentences, self._checker.read, self._keywords.rarity)
            found = replace(found, hits=tuple(hits))
        return found

    def _evidence(self, found: Found) -> Screened:
        """The sentences of the papers, scored; what is not written for readers is neither quoted nor shown to a model."""
        every = found.listing or (found.kind is QuestionType.LIST and bool(found.labels))  # each belongs to the list
        read = found.hits if every else found.hits[:READ_CLOSELY]
        asked = {side.paper: side.asked for side in found.sides}
        sentences = self._scorer.score(found.searched, read)
        for place, hit in enumerate(read):  # what is asked of a side, without the names that the row has for all
            if hit.paper.id in asked:
                sentences[place] = self._scorer.score(asked[hit.paper.id], [hit])[0]
        return screen(found.hits, sentences)

    def _sure(self, found: Found, evidence: Screened) -> Confidence:
        """How likely the library is to answer; what metadata alone tell is certain."""
        if found.listing or found.record:
            return Confidence(float(bool(found.hits)), float(bool(found.hits)), close=bool(found.hits))
        sure = confidence(found.searched, found.kind, evidence.hits, evidence.sentences, self._checker.agrees)
        return replace(sure, one=sure.one and not (found.kind is not QuestionType.ONE and surely_several(found.searched)))

    def _refuses(self, request: Request, found: Found, evidence: Screened, sure: Confidence) -> bool:
        """Whether the question is better not answered."""
        return not (found.record or found.sides or found.surely) and (
            not evidence.hits
            or refuses(
                sure,
                self.settings.risk,
                leaning=found.follows or request.within is not None,
                several=found.kind is not QuestionType.ONE,
                conditioned=bool(found.labels) and not found.listing,
            )
        )

    def _draft(
        self,
        request: Request,
        found: Found,
        evidence: Screened,
        backend: Recorded | None,
        tell: Callable[[str], None] | None,
        *,
        sure: Confidence,
    ) -> Draft:
        """The answer: from the record, quoted, or, where there is a `backend`, written by it."""
        if found.record:
            return recorded(found.record, evidence.hits, tell)
        if backend is None:
            return quote(
                found.kind,
                evidence.hits,
                evidence.sentences,
                self.settings.answer_words,
                tell,
                question=found.searched,
                one=sure.one and not (found.labels or found.listing or found.together or found.sides),
                only=found.only,
                opening=found.opening,
                beyond=found.beyond,
                turn=request.question if found.follows else "",
                before=told_before(request.history) if found.follows else (),
            )
        from rag.answering.written import write

        written = write(
            request.question,
            choose(evidence.sentences, len(found.sides)),
            backend,
            request.settings,
            self._checker.check,
            tell,
            request.on_sentence,
            history=[(answer.question, answer.text) for answer in request.history],
            cancelled=request.cancelled,
        )
        return with_both_sides(written, conflict(found.searched, evidence.sentences))

    def check_support(self, sentence: str, passages: Sequence[str]) -> Support:
        """Whether the passages support the sentence; `evidence` has offsets into its own passage, `index` says which."""
        given = [Passage("", n, 0, len(text), text) for n, text in enumerate(passages)]
        return self._checker.check(sentence, given)

    def make_ready(self) -> None:
        """Load what a written answer needs in threads of their own, while the caller loads what else there is. Returns at
        once; what cannot be loaded is told by the question that needs it."""

        def encoders() -> None:
            self._checker.vectors(["One sentence is enough."])

        def indexes() -> None:
            self.stores()
            tokens.count("")

        for load in (encoders, indexes):
            Thread(target=_quietly, args=(load,), name="vouch-ready", daemon=True).start()

    def read_ahead(self, cancelled: Callable[[], bool] = never) -> int:
        """Read the sentences of a small library before anybody asks for them; returns of how many papers. Most of the time is
        left to others. A library of more than `READ_AHEAD` papers is left alone: a paper costs some 20 ms of one core."""
        papers = list(self.papers()) if self.count() <= READ_AHEAD else []
        for n in range(0, len(papers), AT_ONCE):
            if cancelled():
                return n
            began = time.monotonic()
            self._scorer.read_ahead(papers[n : n + AT_ONCE])
            time.sleep(RESTING * (time.monotonic() - began))
        return len(papers)

    def embed_question(self, question: str) -> tuple[str, Vectors]:
        """The embedder's fingerprint and the question's unit vector. Vectors of different fingerprints are not comparable."""
        embedder = self._embedder()
        return embedder.fingerprint, embedder.embed([question])[0]

    @cached_property
    def desk(self) -> Desk:
        """Where questions are worked on."""
        return Desk()

    @cached_property
    def _retriever(self) -> HybridRetriever:
        return HybridRetriever(self._catalogue, self.stores().vectors, self._keywords, self._embedder())

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._catalogue, self._retriever)

    @cached_property
    def _scorer(self) -> SentenceScorer:
        return SentenceScorer(self._embedder(), self._checker.read)

    @cached_property
    def _checker(self) -> SupportChecker:
        return SupportChecker(token_reader(self._embedder()))


def _quietly(load: Callable[[], None]) -> None:
    with suppress(VouchError):
        load()


def refusal(found: Found, evidence: Screened, sure: Confidence) -> Draft:
    """What is said instead of an answer: what the closest paper does not give, or that nothing fits."""
    if sure.near and evidence.sentences:
        return nearly(found.searched, evidence.hits, evidence.sentences, sure.missing)
    if found.labels and not found.hits:
        return Draft(NO_MATCH, (), (), abstained=True)
    return nothing(found.searched, evidence.hits)


def kind_of(draft: Draft, spec: str) -> AnswerKind:
    """Who worded the answer."""
    if draft.abstained:
        return AnswerKind.REFUSED
    return AnswerKind.QUOTED if spec == EXTRACTIVE else AnswerKind.WRITTEN
