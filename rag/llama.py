"""The library inside LlamaIndex: a retriever and a query engine for its engines, chat engines and evaluators.

    from rag.assistant import Assistant
    from rag.llama import VouchQueryEngine, VouchRetriever

    with Assistant.open() as assistant:
        engine = RetrieverQueryEngine.from_args(VouchRetriever(assistant), llm=llm)   # their words over our passages
        response = VouchQueryEngine(assistant).query("Who dances?")                   # our answer, citations checked
        record = answer_of(response)

LlamaIndex's global `Settings` is neither read nor changed here. Whoever imports this module has LlamaIndex loaded anyway;
nothing else in the package imports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from rag.answering.record import Answer, Passage
from rag.assistant import Assistant
from rag.library.passages import key_of
from rag.paper import Paper

SHOWN_TO_MODELS = ("title", "year")
"""What a language model or an embedding model of LlamaIndex sees of a paper beside its text."""


class VouchRetriever(BaseRetriever):
    """Finds papers by meaning and by keyword, one node a paper, best first.

    A node's text is the paper's best passage, its id `paper#index:start-end`, its offsets those in the abstract, its source
    the paper's id, and its metadata the paper's. With `whole` the text is the whole abstract and the id the paper's own:
    what questions with known papers are evaluated with. Raises VouchError, as `Assistant.search` does.
    """

    def __init__(
        self, assistant: Assistant, *, limit: int = 10, whole: bool = False, callback_manager: CallbackManager | None = None
    ) -> None:
        self._assistant, self._limit, self._whole = assistant, limit, whole
        super().__init__(callback_manager=callback_manager or CallbackManager([]))

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._assistant.search(query_bundle.query_str, self._limit)
        return [
            NodeWithScore(node=paper_node(h.paper) if self._whole else passage_node(h.paper, h.passage), score=h.score)
            for h in hits
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class VouchQueryEngine(BaseQueryEngine):
    """Answers as `Assistant.ask` does: every sentence cited and checked, or refused.

    The response's `source_nodes` are the cited passages, in the order of their numbers, which their metadata has as
    `citation`. `response.metadata["answer"]` is the whole record as JSON; `answer_of` reads it. `llm` names a back end as
    VOUCH_LLM does and takes its place. Raises BackendError where the back end gives no usable answer.
    """

    def __init__(self, assistant: Assistant, *, llm: str | None = None, callback_manager: CallbackManager | None = None) -> None:
        self._assistant, self._llm = assistant, llm
        super().__init__(callback_manager=callback_manager)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """As VouchRetriever."""
        return VouchRetriever(self._assistant, callback_manager=self.callback_manager).retrieve(query_bundle)

    def _query(self, query_bundle: QueryBundle) -> Response:
        return response_of(self._assistant.ask(query_bundle.query_str, llm=self._llm))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def response_of(answer: Answer) -> Response:
    """The answer as a response of LlamaIndex."""
    scores = {hit.paper.id: hit.score for hit in answer.retrieved}
    nodes = [
        NodeWithScore(node=passage_node(source.paper, passage, citation=source.number), score=scores.get(source.paper.id))
        for source in answer.sources
        for passage in source.passages
    ]
    return Response(answer.text, source_nodes=nodes, metadata={"answer": answer.to_dict()})


def answer_of(response: Response) -> Answer:
    """The record behind a response of VouchQueryEngine; KeyError for a response of anything else."""
    return Answer.from_dict((response.metadata or {})["answer"])


def passage_node(paper: Paper, passage: Passage, *, citation: int | None = None) -> TextNode:
    """A passage as a node; `citation` is its number in an answer."""
    return _node(key_of(passage), paper, passage, {"citation": citation})


def paper_node(paper: Paper) -> TextNode:
    """A whole abstract as a node."""
    return _node(paper.id, paper, Passage(paper.id, 0, 0, len(paper.abstract), paper.abstract), {})


def _node(node_id: str, paper: Paper, text: Passage, more: Mapping[str, Any]) -> TextNode:
    row = {name: value for name, value in paper.to_dict().items() if name not in ("id", "abstract")}
    metadata = {name: value for name, value in {"paper_id": paper.id, **row, **more}.items() if value not in (None, [])}
    hidden = [name for name in metadata if name not in SHOWN_TO_MODELS]
    return TextNode(
        id_=node_id,
        text=text.text,
        start_char_idx=text.start,
        end_char_idx=text.end,
        metadata=metadata,
        excluded_llm_metadata_keys=hidden,
        excluded_embed_metadata_keys=hidden,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=paper.id)},
    )
