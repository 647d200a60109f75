"""Claims with the abstracts they were written about, each pair measured as the support verdict measures a sentence."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.fit.attention import Side
from eval.fit.direction import sides
from rag.answering.record import Passage
from rag.answering.support import pieces_of
from rag.answering.support_features import Read, measure, read
from rag.embedding import TokenReader

LABELS = ("SUPPORT", "NEI", "CONTRADICT")
"""As SciFact names them; NEI: cited by the claim, and not enough information."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and one abstract it cites. Pairs that share a claim or an abstract, over any number of others, are of one group."""

    claim: str
    abstract: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair as measured: its features, and what direction sees of the claim and of the abstract."""

    label: str
    group: str
    features: Mapping[str, float]
    said: Side
    evidence: Side


def load_pairs(folder: Path) -> list[Pair]:
    """SciFact's claims.jsonl and corpus.jsonl.gz as pairs, in the order of the file."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = {row["_id"]: row["text"] for row in map(json.loads, lines)}
    claims = [json.loads(line) for line in (folder / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    edges = [(f"claim {row['_id']}", doc) for row in claims for doc in row["cited"]]
    group = groups(edges)
    found = []
    for row in claims:
        labels = {evidence["doc"]: evidence["label"] for evidence in row["evidence"]}
        found += [Pair(row["text"], texts[doc], labels.get(doc, "NEI"), group[doc]) for doc in row["cited"]]
    return found


def groups(edges: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Node -> a node that names its connected component."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node] = parent[parent[node]]
        return node

    for a, b in edges:
        parent[root(a)] = root(b)
    return {node: root(node) for node in list(parent)}


def measured(pairs: Sequence[Pair], reader: TokenReader) -> list[Judged]:
    """Every pair as measured, the whole abstract as one passage."""
    known: dict[str, list[Read]] = {}
    rows = []
    for pair in pairs:
        if pair.abstract not in known:
            known[pair.abstract] = readings(
                [piece.text for piece in pieces_of([Passage("", 0, 0, len(pair.abstract), pair.abstract)])], reader
            )
        said, own = readings([pair.claim], reader)[0], known[pair.abstract]
        seen = sides((said.text, said.vectors), [(one.text, one.vectors) for one in own])
        rows.append(Judged(pair.label, pair.group, measure(said, own).features, *seen))
    return rows


def readings(texts: Sequence[str], reader: TokenReader) -> list[Read]:
    """The texts as read; those without a word piece are left out."""
    found = (read(text, vectors) for text, vectors in zip(texts, reader.read(texts), strict=True))
    return [one for one in found if len(one.vectors.pieces)]
