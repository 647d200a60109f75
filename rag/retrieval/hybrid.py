"""Hybrid retrieval: passages by meaning, papers by keyword, fused to one ranking of papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, Vectors
from rag.library.catalogue import Catalogue
from rag.library.conditions import Conditions, Order
from rag.library.keywords import KeywordIndex
from rag.library.passages import cut, key_of
from rag.library.selection import matching, select
from rag.library.vectors import VectorStore
from rag.paper import Paper
from rag.recent import Recent
from rag.retrieval import statement
from rag.retrieval.beside import Beside
from rag.retrieval.feedback import PAPERS as FEEDBACK_PAPERS
from rag.retrieval.feedback import expand
from rag.retrieval.fusion import fuse, ranked, smooth
from rag.retrieval.kinds import Kind, is_a
from rag.retrieval.legs import DEEP, DEPTH, WIDE, Dense, LegsWithin, best_of, means
from rag.retrieval.letters import shared, weigh, wording, words_of
from rag.retrieval.lookup import (
    LIFT,
    PLAIN,
    asked_names,
    coined,
    folded,
    is_called,
    may_write_out,
    names_of,
    used_names,
    written_out,
)
from rag.retrieval.spelling import Spelling
from rag.retrieval.understand import Form, form_of
from rag.retrieval.unwanted import is_about, kin
from rag.terms import WORD, content_words, stem

REACH = 1.1
"""BM25 that counts as full, as a multiple of the summed rarity of the question's words. 2.2 (k1 + 1) is what a short paper
could reach that repeats each of them for ever."""
NAMED = 30  # papers whose titles are compared with names in the question
TITLE = 4  # words of a statement at most that may be a name; longer ones are claims
READ = 15  # papers whose abstracts are looked into for a name that they coined
MANY = 3  # papers of one name from which it tells nothing
RARER = 3  # times as many papers use the second name of a question as use the first, of which it is then asked
NOTHING: frozenset[str] = frozenset()
CUT = 2048  # papers whose passages are kept, some 4 KB each


class HybridRetriever:
    """Finds papers for a question; safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, vectors: VectorStore, keywords: KeywordIndex, embedder: Embedder) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder
        self._cut: Recent[tuple[str, list[Passage]]] = Recent(CUT)
        # Words are looked up while the question is embedded and Chroma asked, which leave the interpreter to others.
        self._beside = Beside()
        self.spelled = Spelling(catalogue, keywords).read
        self._within = LegsWithin(catalogue, vectors, keywords, embedder, self._beside)

    def search(self, question: str, limit: int) -> list[Hit]:
        """At most `limit` hits, best first, one per paper, each with its best passage. `rag.retrieval.understand.Form` says
        how the wording of the question changes the ranking."""
        if limit < 1 or not question.strip():
            return []
        form = form_of(question)
        depth = max(DEPTH, 2 * limit)
        wide = depth if form is Form.QUESTION else max(WIDE, depth)
        words = self._beside.begin(self._keywords.search, question, wide)
        vector = self._embedder.embed([question])[0]
        passages, vectors = self._vectors.around(vector, wide)
        dense = best_of(zip(passages, (float(c) for c in vectors @ vector), strict=True))
        keyword = dict(words())
        cosines = {key: cosine for key, (_, cosine) in dense.items()}
        around = means(passages, vectors)
        if form is Form.SEVERAL:
            scores = self._several(question, cosines, keyword, around, depth)
        elif form is Form.STATEMENT:
            scores = statement.score(self._statement(question, cosines, keyword, around))
        else:
            scores = smooth(fuse(cosines, keyword), around)
        if form is not Form.STATEMENT or len(words_of(question)) <= TITLE:
            named = self._named(question, scores)
            scores = self._coining(question, scores) if named is scores and form is not Form.SEVERAL else named
        return self._hits(vector, dense, keyword, scores, limit)

    def _named(self, question: str, scores: dict[str, float]) -> dict[str, float]:
        """The scores, that of papers that are asked for by name raised."""
        words = {word.lower(): stem(word.lower()) for word in WORD.findall(question)}
        said, odd = asked_names(question, self._keywords.rarity(set(words.values())), words)
        if not (said or odd):
            return scores
        titles = self._catalogue.titles(ranked(scores)[:NAMED])
        called = [key for key, title in titles.items() if is_called(title, said, odd)]
        return {**scores, **{key: scores[key] + LIFT for key in called}} if 0 < len(called) < MANY else scores

    def _coining(self, question: str, scores: dict[str, float]) -> dict[str, float]:
        """The scores, that of the paper raised that coined the one name the question uses ("What does LoRA change?"), in its
        title, or else in its abstract, or that the question writes out. Names of several papers are compared, and none is
        raised."""
        used, long = set(used_names(question)), may_write_out(question)
        if not (used or long):
            return scores
        best = ranked(scores)[:NAMED]
        titles = self._catalogue.titles(best) if used else {}
        called = {key: own for key, title in titles.items() if (own := names_of(title) & used)}
        if not called or len(used) > 1:
            texts = self._catalogue.texts(best[:READ])
            of_text = {key: own for key, text in texts.items() if (own := coined(text) & used)}
            if called:
                called = rarest(
                    {key: called.get(key, NOTHING) | of_text.get(key, NOTHING) for key in {**called, **of_text}}, texts
                )
            elif not (called := of_text) and long:
                called = {key: frozenset({question}) for key, text in texts.items() if written_out(question, text)}
        same = len(set().union(*called.values())) == 1 and len(called) < MANY
        return {**scores, **{key: scores[key] + PLAIN for key in called}} if same else scores

    def _several(
        self,
        question: str,
        cosines: Mapping[str, float],
        keyword: Mapping[str, float],
        around: Mapping[str, Vectors],
        depth: int,
    ) -> dict[str, float]:
        """For a question that wants several papers. The keyword leg counts for as much as the best paper covers of the
        question, which is little where the question is long; and it is asked again with words of the papers found first."""
        wanted = content_words(question)
        attainable = REACH * sum(self._keywords.rarity(set(wanted)).values())
        first = fuse(cosines, keyword, highest=max(attainable, *keyword.values(), 0.0) if keyword else None)
        best = [(key, first[key]) for key in ranked(first)[:FEEDBACK_PAPERS]]
        known = self._catalogue.texts([key for key, _ in best])
        texts = [(known[key], score) for key, score in best if key in known]
        rarity = self._keywords.rarity({word for text, _ in texts for word in content_words(text)})
        again = dict(self._keywords.search_stems(expand(wanted, texts, rarity), depth))
        highest = max(attainable, *again.values(), 0.0) if again else None
        return smooth(fuse(cosines, again, highest=highest), around)

    def statement_parts(self, question: str) -> statement.Parts:
        """What the ranking of a claim, a title or keywords is made of, for fitting its weights."""
        vector = self._embedder.embed([question])[0]
        passages, vectors = self._vectors.around(vector, WIDE)
        dense = best_of(zip(passages, (float(c) for c in vectors @ vector), strict=True))
        keyword = dict(self._keywords.search(question, WIDE))
        return self._statement(question, {key: c for key, (_, c) in dense.items()}, keyword, means(passages, vectors))

    def _statement(
        self, question: str, cosines: Mapping[str, float], keyword: Mapping[str, float], around: Mapping[str, Vectors]
    ) -> statement.Parts:
        """The wording of the best papers is read."""
        fused = fuse(cosines, keyword)
        smoothed = smooth(fused, around)
        texts = self._catalogue.texts(ranked(smoothed)[: statement.READ])
        words = words_of(question)
        wanted = weigh(words, self._keywords.rarity({stem(word) for word in words}))
        letters = {key: shared(wanted, wording(text)) for key, text in texts.items()}
        return statement.Parts(cosines, keyword, {key: smoothed[key] - fused[key] for key in fused}, letters)

    def search_within(self, question: str, limit: int, conditions: Conditions) -> list[Hit]:
        """As `search`, among the papers that match. Both legs are narrowed before they are fused."""
        return self.search_sides([question], limit, conditions)

    def search_sides(self, sides: Sequence[str], limit: int, conditions: Conditions) -> list[Hit]:
        """As `search_within`, for the sides of an "or": a paper has the score of the side that it answers best."""
        sides = [side for side in sides if side.strip()]
        if limit < 1 or not sides:
            return []
        legs = self._within.of(sides, conditions)
        best: dict[str, tuple[float, int]] = {}
        scores: list[dict[str, float]] = []
        for n, own in enumerate(legs):
            cosines = {key: cosine for key, (_, cosine) in own.dense.items()}
            scores.append(fuse(cosines, own.keyword, highest=own.highest))
            for key, score in scores[n].items():
                best[key] = max((score, -n), best.get(key, (score, -n)))
        chosen = ranked({key: score for key, (score, _) in best.items()})[:limit]
        hits: list[Hit] = []
        for n, own in enumerate(legs):
            of_side = {key: scores[n][key] for key in chosen if best[key][1] == -n}
            hits += self._hits(own.vector, own.dense, own.keyword, of_side, len(of_side))
        return sorted(hits, key=lambda hit: -hit.score)

    def about(self, topic: str, mentions: bool) -> set[str]:
        """Ids of the papers about a topic, or that so much as mention it; by their words, so that it can be seen why."""
        found: set[str] | None = None
        for word in words_of(topic):
            holding = {paper for form in kin(word) for paper, _ in self._keywords.holding([form])}
            found = holding if found is None else found & holding
        if not found or mentions or len(found) > DEEP:
            return found or set()
        return {key for key, paper in self._catalogue.get(list(found)).items() if is_about(topic, paper.title, paper.abstract)}

    def of_kind(self, kind: Kind, conditions: Conditions) -> set[str] | None:
        """Ids of the papers of a kind that meet the conditions; None where too many come into question for reading them."""
        holding = list({paper for word in kind.words for paper, _ in self._keywords.holding([word])})
        inside = matching(self._catalogue, conditions, holding) if conditions else set(holding)
        if len(inside) > DEEP:
            return None
        papers = self._catalogue.get(list(inside))
        return {key for key, paper in papers.items() if is_a(kind, paper.title, paper.abstract)}

    def titled(self, words: str) -> set[str]:
        """Ids of the papers whose title has the words side by side, in any inflection; of at most DEEP that have them at all."""
        wanted = [stem(word) for word in WORD.findall(words.lower())]
        papers = self._catalogue.get([paper for paper, _ in self._keywords.holding([words], limit=DEEP)])
        titles = {key: [stem(word) for word in WORD.findall((paper.title or "").lower())] for key, paper in papers.items()}
        return {key for key, own in titles.items() if any(own[n : n + len(wanted)] == wanted for n in range(len(own)))}

    def listing(self, conditions: Conditions, limit: int, order: Order | None) -> list[Hit]:
        """At most `limit` matching papers, in `order` or newest first, without regard to what they are about."""
        papers = self._catalogue.get(chosen := select(self._catalogue, conditions, limit, order))
        return [Hit(papers[key], cut([papers[key]], self._embedder)[0][0], 1.0, {}) for key in chosen if key in papers]

    def _hits(
        self,
        vector: Vectors,
        dense: Dense,
        keyword: Mapping[str, float],
        scores: Mapping[str, float],
        limit: int,
    ) -> list[Hit]:
        chosen = ranked(scores)[:limit]
        cosines = {key: cosine for key, (_, cosine) in dense.items()}
        papers = self._catalogue.get(chosen)
        best = {key: passage for key, (passage, _) in dense.items()}
        best |= self._best_passages([papers[key] for key in chosen if key in papers and key not in best], vector)
        return [
            Hit(papers[key], with_text(best[key], papers[key]), scores[key], parts(key, cosines, keyword))
            for key in chosen
            if key in papers  # a paper removed by another process since the index was read
        ]

    def _best_passages(self, papers: Sequence[Paper], vector: Vectors) -> dict[str, Passage]:
        """The passage nearest to the question, by paper, for papers that only the keyword leg found."""
        if not papers:
            return {}
        passages = self._passages(papers)
        stored = self._vectors.vectors_of([key_of(passage) for own in passages for passage in own])

        def cosine(passage: Passage) -> float:
            own = stored.get(key_of(passage))
            return -1.0 if own is None else float(own @ vector)

        return {paper.id: max(own, key=cosine) for paper, own in zip(papers, passages, strict=True)}

    def _passages(self, papers: Sequence[Paper]) -> list[list[Passage]]:
        """The passages of each paper; cutting one takes as long as finding it."""
        known = self._cut.get(paper.id for paper in papers)
        old = [paper for paper in papers if paper.id not in known or known[paper.id][0] != paper.abstract]
        if old:
            fresh = {paper.id: (paper.abstract, own) for paper, own in zip(old, cut(old, self._embedder), strict=True)}
            self._cut.put(fresh)
            known |= fresh
        return [known[paper.id][1] for paper in papers]


def with_text(passage: Passage, paper: Paper) -> Passage:
    """The passage with its text, which only the catalogue holds."""
    return replace(passage, text=paper.abstract[passage.start : passage.end])


def parts(key: str, dense: Mapping[str, float], keyword: Mapping[str, float]) -> dict[str, float]:
    """The legs' own scores of one paper."""
    found = {"dense": dense.get(key), "keyword": keyword.get(key)}
    return {name: score for name, score in found.items() if score is not None}


def rarest(called: Mapping[str, frozenset[str]], texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The papers called by that one of a question's names which far fewer of the texts use than any other: "Which drawbacks of
    RLHF does FPO remove?" is about FPO. All of them where no name is so much rarer."""
    names = set().union(*called.values())
    whole = [folded(text) for text in texts.values()]
    first, second, *_ = [*sorted((sum(name in text for text in whole), name) for name in names)[:2], (0, "")]
    if not second[1] or second[0] < RARER * max(1, first[0]):
        return dict(called)
    return {key: frozenset({first[1]}) for key, own in called.items() if first[1] in own}
