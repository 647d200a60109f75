"""The questions by which refusing is fitted, each with what the engine's features say of it."""

from __future__ import annotations

import gzip
import json
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rag.answering.abstain_features import Features, features
from rag.answering.record import Hit
from rag.answering.support import SupportChecker
from rag.embedding import EMBEDDERS, Embedder, token_reader
from rag.paper import Paper
from rag.retrieval.closely import closely
from rag.retrieval.evidence import SentenceScorer
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.understand import QuestionType, question_type
from rag.settings import Settings
from rag.upkeep import Upkeep

DEEP, READ = 20, 10  # hits looked at, hits whose sentences are scored: as the assistant does
ELSEWHERE = 60  # questions of other fields taken from each set
ANSWERED = ("single", "multi")
UNANSWERED = ("missing-detail", "false-premise", "absent-paper", "out-of-domain")


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked of one library. `kind` is one of ANSWERED or UNANSWERED; `removed` is True where the paper that answers
    was taken out of the hits. Rows of one `group` are about the same paper."""

    library: str
    source: str
    kind: str
    group: str
    features: Features
    removed: bool = False

    @property
    def answerable(self) -> bool:
        return self.kind in ANSWERED


class Library:
    """A library in a temporary folder, and the features of questions asked of it."""

    def __init__(self, name: str, dumps: list[Path], embedder: Embedder, folder: Path) -> None:
        self.name = name
        self._upkeep = Upkeep.open(Settings.load(home=folder / name, _env_file=None))
        self._upkeep.ingest(dumps)
        stores = self._upkeep.stores()
        self._retriever = HybridRetriever(stores.catalogue, stores.vectors, stores.keywords, embedder)
        self._rarity = stores.keywords.rarity
        self._checker = SupportChecker(token_reader(embedder))
        self._scorer = SentenceScorer(embedder, self._checker.read)

    def close(self) -> None:
        self._upkeep.close()

    def rows(self, source: str, kind: str, question: str, gold: list[str], group: str) -> Iterator[Row]:
        """The question as it is, and, where one paper answers it, with that paper taken out. `gold` are titles, ids or the
        beginnings of abstracts."""
        hits = self._retriever.search(question, DEEP)
        yield Row(self.name, source, kind, group, self._features(question, hits))
        if kind == "single" and gold:
            others = [hit for hit in hits if not is_gold(hit.paper, gold)]
            yield Row(self.name, source, "absent-paper", group, self._features(question, others), removed=True)

    def _features(self, question: str, hits: list[Hit]) -> Features:
        kind = question_type(question)
        if kind is QuestionType.ONE:
            hits = closely(question, hits, self._scorer.score(question, hits[:READ]), self._checker.read, self._rarity)
        sentences = self._scorer.score(question, hits[:READ])
        return features(question, kind, hits, sentences, self._checker.agrees)


def is_gold(paper: Paper, gold: list[str]) -> bool:
    """Whether a question's reference names the paper, by title, by id or by the beginning of its abstract."""
    return paper.title in gold or paper.id in gold or any(bare(paper.abstract).startswith(bare(opening)[:70]) for opening in gold)


def reference(named: dict[str, Any]) -> str:
    """What a question names a paper by."""
    return str(named.get("title") or named.get("id") or named["opening"])


def bare(text: str) -> str:
    """Letters and digits only: LaTeX braces and case do not matter."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def read(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gather(shared: Path | None) -> list[Row]:
    """All rows: over the bundled sample library and, where there is a `shared` folder of dumps and benchmarks, over those."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = EMBEDDERS["minilm"]().load()
        sample = Library("sample", [Path(str(files("rag").joinpath("sample/sample-library.jsonl")))], embedder, Path(folder))
        libraries = [sample]
        sets = files("eval").joinpath("sets")
        own = [*read(Path(str(sets.joinpath("refusal.jsonl")))), *read(Path(str(sets.joinpath("sample.jsonl"))))]
        rows = [row for question in own for row in of_set(sample, "sample", question)]
        if shared is not None:
            corpus = Library("corpus", [shared / "corpus"], embedder, Path(folder))
            chemistry = Library("chemlit", [contexts(shared, Path(folder))], embedder, Path(folder))
            libraries += [corpus, chemistry]
            rows += [row for question in own if is_refusal(question) for row in of_set(corpus, "sample", question)]
            rows += [row for q in read(Path(str(sets.joinpath("dumps.jsonl")))) for row in of_set(corpus, "dumps", q)]
            for name in ("single", "multi", "unanswerable"):
                rows += [row for q in read(shared / f"questions/{name}.jsonl") for row in of_set(corpus, "corpus", q)]
            rows += elsewhere(corpus, shared)
            rows += in_chemistry(chemistry, shared)
        for library in libraries:
            library.close()
    return rows


def is_refusal(question: dict[str, Any]) -> bool:
    """Whether the question belongs to the set whose answers hold for whole abstracts as well as for the sample's digests."""
    return str(question["id"]).startswith("refusal-")


def of_set(library: Library, source: str, question: dict[str, Any]) -> Iterator[Row]:
    """Rows of a question from a question file; dialogues and questions with conditions are left out."""
    kind = question.get("subkind", question["kind"])
    if kind not in (*ANSWERED, *UNANSWERED):
        return
    papers = question.get("papers") or []
    gold = [reference(paper) for paper in papers]
    group = question.get("about") or (gold[0] if gold else question["id"])
    yield from library.rows(source, kind, question["question"], gold, group)


def elsewhere(library: Library, shared: Path) -> Iterator[Row]:
    """Questions of medicine, which the library does not hold."""
    chosen = random.Random(0)  # noqa: S311 - the same questions every time
    for name in ("pubmedqa", "bioasq"):
        for row in chosen.sample(read(shared / f"bench/{name}/dev.jsonl.gz"), ELSEWHERE):
            question = row.get("question") or row["body"]
            yield from library.rows(name, "out-of-domain", question, [], question)


def contexts(shared: Path, folder: Path) -> Path:
    """The passages of the chemistry questions as a dump."""
    texts = dict.fromkeys(row["context"] for row in read(shared / "bench/chemlit/dev.jsonl.gz"))
    path = folder / "chemlit.jsonl"
    path.write_text(
        "".join(json.dumps({"id": str(n), "abstract": text}) + "\n" for n, text in enumerate(texts)), encoding="utf-8"
    )
    return path


def in_chemistry(library: Library, shared: Path) -> Iterator[Row]:
    """Questions on chemistry papers, each over all the passages; the unanswerable ones ask what their passage leaves out."""
    for row in read(shared / "bench/chemlit/dev.jsonl.gz"):
        kind = "single" if row["answerable"] else "missing-detail"
        yield from library.rows("chemlit", kind, row["question"], [row["context"][:100]], row["context"][:100])
