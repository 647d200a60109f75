"""The library inside LlamaIndex: its evaluators, query engines and chat engines, over our retriever and our answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from llama_index.core import Settings as GlobalSettings
from llama_index.core.chat_engine import CondenseQuestionChatEngine, ContextChatEngine
from llama_index.core.evaluation import RetrieverEvaluator
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine
from llama_index.core.schema import MetadataMode, NodeRelationship, QueryBundle, RelatedNodeInfo

from rag.answering.record import AnswerKind
from rag.assistant import Assistant
from rag.errors import BackendUnknown
from rag.llama import VouchQueryEngine, VouchRetriever, answer_of, paper_node

BEES = "How do honey bees tell each other where food is?"
QUESTIONS = {
    BEES: "Waggle dances of honey bees",
    "Which bakeries' sourdough was sequenced?": "Sourdough from mountain bakeries",
    "What gives old violins their colour?": "Varnish of old violins",
    "How do zebrafish sleep?": "Sleep of young zebrafish",
}


@pytest.fixture
def model() -> MockLLM:
    """A model that says back what it was told, so that one can see what it was given."""
    return MockLLM()


@pytest.fixture
def forbidden_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """LlamaIndex's global settings, which must not be asked for anything."""

    def refuse(*_: object) -> Any:
        raise AssertionError("the global Settings were used")

    for name in ("llm", "embed_model", "callback_manager", "tokenizer", "node_parser", "transformations"):
        monkeypatch.setattr(type(GlobalSettings), name, property(refuse, refuse))


def id_of(assistant: Assistant, title: str) -> str:
    return next(paper.id for paper in assistant.papers() if paper.title == title)


def test_a_node_is_a_passage_with_its_paper(small: Assistant) -> None:
    found = VouchRetriever(small, limit=3).retrieve(BEES)
    hits = small.search(BEES, 3)
    assert [(n.score, n.text) for n in found] == [(h.score, h.passage.text) for h in hits]
    node, paper = found[0].node, hits[0].paper
    assert node.node_id == f"{paper.id}#{hits[0].passage.index}:{hits[0].passage.start}-{hits[0].passage.end}"
    assert paper.abstract[node.start_char_idx : node.end_char_idx] == found[0].text  # type: ignore[attr-defined]
    assert (node.metadata["paper_id"], node.metadata["title"]) == (paper.id, paper.title)
    assert node.metadata["sources"] == [{"file": paper.sources[0].file, "line": paper.sources[0].line}]
    source = node.relationships[NodeRelationship.SOURCE]
    assert isinstance(source, RelatedNodeInfo)
    assert source.node_id == node.ref_doc_id == paper.id
    json.dumps(node.metadata)
    assert node.get_content(MetadataMode.LLM).startswith(f"title: {paper.title}")
    assert "paper_id" not in node.get_content(MetadataMode.LLM) + node.get_content(MetadataMode.EMBED)


def test_a_whole_abstract_has_the_papers_own_id(small: Assistant) -> None:
    node = VouchRetriever(small, limit=1, whole=True).retrieve(BEES)[0].node
    paper = small.search(BEES, 1)[0].paper
    assert (node.node_id, node.get_content(), node.metadata) == (paper.id, paper.abstract, paper_node(paper).metadata)


def test_nothing_is_found_without_a_question(small: Assistant) -> None:
    assert VouchRetriever(small).retrieve(" ") == []
    assert len(VouchRetriever(small, limit=2).retrieve(QueryBundle(BEES))) == 2


def test_llamaindex_evaluates_the_retriever(small: Assistant) -> None:
    evaluator = RetrieverEvaluator.from_metric_names(
        ["hit_rate", "mrr", "recall", "ndcg"], retriever=VouchRetriever(small, limit=3, whole=True)
    )
    for question, title in QUESTIONS.items():
        result = evaluator.evaluate(question, [id_of(small, title)])
        assert result.metric_vals_dict == {"hit_rate": 1.0, "mrr": 1.0, "recall": 1.0, "ndcg": 1.0}, question
    assert evaluator.evaluate(BEES, ["somebody else's"]).metric_vals_dict["hit_rate"] == 0.0


def test_llamaindex_evaluates_many_at_once(small: Assistant) -> None:
    evaluator = RetrieverEvaluator.from_metric_names(["mrr"], retriever=VouchRetriever(small, limit=3, whole=True))

    async def all_at_once() -> list[float]:
        results = await asyncio.gather(*(evaluator.aevaluate(q, [id_of(small, t)]) for q, t in QUESTIONS.items()))
        return [float(result.metric_vals_dict["mrr"]) for result in results]

    assert asyncio.run(all_at_once()) == [1.0] * 4


def test_their_words_over_our_passages(small: Assistant, model: MockLLM) -> None:
    engine = RetrieverQueryEngine.from_args(VouchRetriever(small, limit=2), llm=model)
    response = engine.query(BEES)
    assert "Honey bees tell each other by dancing where food is." in str(response)
    assert response.source_nodes[0].metadata["title"] == "Waggle dances of honey bees"
    again = asyncio.run(engine.aquery(BEES))
    assert [n.node_id for n in again.source_nodes] == [n.node_id for n in response.source_nodes]


def test_their_citations_over_our_passages(small: Assistant, model: MockLLM) -> None:
    engine = CitationQueryEngine(VouchRetriever(small, limit=2), llm=model)
    response = engine.query(BEES)
    assert "Source 1:\nHoney bees tell each other" in str(response).replace("title: Waggle dances of honey bees\n\n", "")
    assert response.source_nodes[0].node.ref_doc_id


def test_a_chat_of_theirs_over_our_passages_and_over_our_answers(small: Assistant, model: MockLLM) -> None:
    context = ContextChatEngine.from_defaults(retriever=VouchRetriever(small, limit=1), llm=model)
    reply = context.chat(BEES)
    assert reply.source_nodes[0].metadata["title"] == "Waggle dances of honey bees"
    condensed = CondenseQuestionChatEngine.from_defaults(query_engine=VouchQueryEngine(small), llm=model)
    assert "by dancing where food is." in str(condensed.chat(BEES))


def test_our_answer_is_a_response(small: Assistant) -> None:
    response = VouchQueryEngine(small).query(BEES)
    record = small.ask(BEES)
    answer = answer_of(response)  # type: ignore[arg-type]
    assert str(response) == record.text == answer.text
    assert (answer.sentences, answer.sources, answer.retrieved) == (record.sentences, record.sources, record.retrieved)
    cited = [(source.number, passage.text) for source in record.sources for passage in source.passages]
    assert cited
    assert [(n.metadata["citation"], n.text) for n in response.source_nodes] == cited
    assert response.source_nodes[0].score == record.retrieved[0].score
    json.dumps(response.metadata)


def test_a_refusal_has_no_sources(small: Assistant) -> None:
    response = VouchQueryEngine(small).query("Who won the cycling race in 1953?")
    assert response.source_nodes == []
    assert answer_of(response).kind is AnswerKind.REFUSED  # type: ignore[arg-type]


def test_answers_do_not_hold_up_an_event_loop(small: Assistant) -> None:
    async def meanwhile() -> tuple[list[str], int]:
        turns = 0
        asked = [asyncio.ensure_future(VouchQueryEngine(small).aquery(question)) for question in QUESTIONS]
        while not all(task.done() for task in asked):
            turns += 1
            await asyncio.sleep(0)
        return [str(task.result()) for task in asked], turns

    texts, turns = asyncio.run(meanwhile())
    assert texts == [str(VouchQueryEngine(small).query(question)) for question in QUESTIONS]
    assert turns > len(QUESTIONS)


def test_a_back_end_of_the_engines_own(small: Assistant) -> None:
    with pytest.raises(BackendUnknown):
        VouchQueryEngine(small, llm="nobody:at-all").query(BEES)


def test_an_engine_retrieves_too(small: Assistant) -> None:
    found = VouchQueryEngine(small).retrieve(QueryBundle(BEES))
    assert [n.node_id for n in found] == [n.node_id for n in VouchRetriever(small).retrieve(BEES)]


@pytest.mark.usefixtures("forbidden_settings")
def test_the_global_settings_are_never_asked(small: Assistant) -> None:
    assert VouchRetriever(small).retrieve(BEES)
    assert asyncio.run(VouchRetriever(small).aretrieve(BEES))
    assert VouchQueryEngine(small).query(BEES).source_nodes
    assert asyncio.run(VouchQueryEngine(small).aquery(BEES)).source_nodes
