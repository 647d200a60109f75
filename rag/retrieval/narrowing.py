"""What a reading keeps and leaves out by what papers say of themselves: topics that are not wanted, kinds that are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rag.library.conditions import Conditions
from rag.retrieval.conditions import Reading
from rag.retrieval.framing import about_what
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.kinds import wanted


def narrowed(reading: Reading, retriever: HybridRetriever, without: Collection[str] = ()) -> Reading:
    """The reading with the papers about what is not wanted among those its conditions leave out, and none but those of a kind
    ("surveys from 2025", "papers of 2024 that introduce a data set"). Without a condition a kind counts where nothing else is
    said."""
    return _of_kind(_without_unwanted(reading, retriever), retriever, without)


def _without_unwanted(reading: Reading, retriever: HybridRetriever) -> Reading:
    topics = [(topic, own.mentions) for own in reading.unwanted for topic in own.topics]
    if not topics:
        return reading
    ids = {paper for topic, mentions in topics for paper in retriever.about(topic, mentions)}
    left_out = Conditions(within=tuple(sorted(ids)))
    return replace(reading, conditions=replace(reading.conditions, none_of=(*reading.conditions.none_of, left_out)))


def _of_kind(reading: Reading, retriever: HybridRetriever, without: Collection[str]) -> Reading:
    asked = wanted(reading.topic)
    if asked is None:
        return reading
    label = reading.topic[asked.start : asked.end].strip()
    rest = " ".join(f"{reading.topic[: asked.start]} {reading.topic[asked.end :]}".split())
    if label in without or (not reading and about_what(rest)):
        return reading
    ids = retriever.of_kind(asked.kind, reading.conditions)
    if ids is None:
        return reading
    those = (Conditions(within=tuple(sorted(ids))),)
    conditions = replace(reading.conditions, any_of=(*reading.conditions.any_of, those))
    return replace(reading, conditions=conditions, labels=(*reading.labels, label), topic=rest)
