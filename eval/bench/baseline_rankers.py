"""The rankings of plain Chroma and of LlamaIndex on the same weights. Slow to import: a measurement does it when it needs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core import VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.chroma import ChromaVectorStore

from eval.bench.llama_pipeline import ChromaDefaultEmbedding, documents, text_of
from eval.bench.onnx_minilm import OnnxMiniLM
from eval.bench.quality import Ranking
from eval.bench.vouch_rankers import RANKED, Ranker
from rag.paper import Paper

NODES = 200
"""Nodes each LlamaIndex retriever returns, so that 100 papers are left when nodes of one paper are counted once."""
CHROMA_PAGE = 1_000  # records in one call

CHROMA = "plain Chroma"
VECTOR_INDEX = "LlamaIndex VectorStoreIndex"
FUSION = "LlamaIndex QueryFusionRetriever, reciprocal rerank"
FUSION_SIMPLE = "LlamaIndex QueryFusionRetriever, simple (its default)"


def split(papers: Sequence[Paper]) -> list[BaseNode]:
    """LlamaIndex's default nodes: sentences up to 1,024 tokens of its tokeniser."""
    return list(SentenceSplitter().get_nodes_from_documents(documents(papers)))


def texts(papers: Sequence[Paper]) -> list[str]:
    """Everything that the baselines embed of these papers."""
    return [*map(text_of, papers), *(node.get_content() for node in split(papers))]


def baseline_rankers(papers: Sequence[Paper], model: OnnxMiniLM, folder: Path) -> dict[str, Ranker]:
    """Name -> ranker over these papers. Chroma writes into `folder`, which must be empty."""
    nodes = split(papers)
    index = VectorStoreIndex(nodes, embed_model=ChromaDefaultEmbedding(model))
    count = min(NODES, len(nodes))
    vectors = Remembered(index.as_retriever(similarity_top_k=count))
    words = Remembered(BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=count))

    def fused(mode: FUSION_MODES) -> Ranker:
        # It resolves the global model even where it asks none, hence the stand-in.
        return by_paper(
            QueryFusionRetriever(
                [vectors, words], llm=MockLLM(), mode=mode, similarity_top_k=2 * count, num_queries=1, use_async=False
            )
        )

    return {
        CHROMA: chroma_ranker(papers, model, folder),
        VECTOR_INDEX: by_paper(vectors),
        FUSION: fused(FUSION_MODES.RECIPROCAL_RANK),
        FUSION_SIMPLE: fused(FUSION_MODES.SIMPLE),
    }


def chroma_ranker(papers: Sequence[Paper], model: OnnxMiniLM, folder: Path) -> Ranker:
    """A collection with Chroma's own settings, one record a paper: what `collection.add(documents=…)` makes."""
    store: Any = ChromaVectorStore.from_params("papers", persist_dir=str(folder))
    collection = store.client
    for at in range(0, len(papers), CHROMA_PAGE):
        part = papers[at : at + CHROMA_PAGE]
        given = [text_of(paper) for paper in part]
        collection.add(ids=[paper.id for paper in part], documents=given, embeddings=model.embed(given))

    def rank(query: str) -> Ranking:
        found = collection.query(query_embeddings=model.embed([query]), n_results=min(RANKED, len(papers)), include=[])
        ids: list[str] = found["ids"][0]
        return ids

    return rank


def by_paper(retriever: BaseRetriever) -> Ranker:
    """Each paper at the place of its best node."""

    def rank(query: str) -> Ranking:
        found = (node.node.ref_doc_id for node in retriever.retrieve(query))
        return list(dict.fromkeys(paper for paper in found if paper))[:RANKED]

    return rank


class Remembered(BaseRetriever):
    """A retriever that finds each query once, because several rankings share it. Fusion writes scores into what it is
    given, so everyone gets copies."""

    def __init__(self, retriever: BaseRetriever) -> None:
        super().__init__()
        self._retriever = retriever
        self._query: str | None = None
        self._found: list[NodeWithScore] = []

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if query_bundle.query_str != self._query:
            self._found = self._retriever.retrieve(query_bundle)
            self._query = query_bundle.query_str
        return [NodeWithScore(node=found.node, score=found.score) for found in self._found]
