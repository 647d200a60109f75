"""The baseline ingest: LlamaIndex's IngestionPipeline into Chroma. Slow to import: jobs do it when they need it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document
from llama_index.vector_stores.chroma import ChromaVectorStore

from eval.bench.onnx_minilm import BATCH, OnnxMiniLM
from rag.paper import Paper


class ChromaDefaultEmbedding(BaseEmbedding):
    """Chroma's default embedding as a LlamaIndex embedding; `after` is called with the number of texts of each batch."""

    _model: OnnxMiniLM = PrivateAttr()
    _after: Callable[[int], None] = PrivateAttr()

    def __init__(self, model: OnnxMiniLM, after: Callable[[int], None] = lambda _: None) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=BATCH)
        self._model = model
        self._after = after

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.embed(texts).tolist()
        self._after(len(texts))
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def open_pipeline(folder: Path, embedding: BaseEmbedding) -> IngestionPipeline:
    """LlamaIndex's defaults: its sentence splitter, the embedding, an embedded Chroma in `folder`."""
    store: Any = ChromaVectorStore.from_params("papers", persist_dir=str(folder))
    return IngestionPipeline(transformations=[SentenceSplitter(), embedding], vector_store=store)


def documents(papers: Sequence[Paper]) -> list[Document]:
    """One document a paper, with the words Vouch indexes: the title in front of the abstract."""
    return [Document(id_=paper.id, text=text_of(paper)) for paper in papers]


def text_of(paper: Paper) -> str:
    """Title and abstract."""
    return f"{paper.title}. {paper.abstract}" if paper.title else paper.abstract
