"""An answer in a model's words, from evidence to a checked draft. The model is scripted; one test asks a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answering.abstain import REFUSAL
from rag.answering.draft import Draft
from rag.answering.record import Passage, Sentence, Support, Tokens, Verdict
from rag.answering.written import write
from rag.backends import Message, open_backend
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendGarbled
from tests.fakes.evidence import EVIDENCE, key_of, make
from tests.fakes.llm_server import LLMServer, Request, Say

Reply = Callable[[Sequence[Message]], str]


def word_check(sentence: str, passages: Sequence[Passage]) -> Support:
    """Supported where every word of the sentence stands in the passages."""
    found = set(re.findall(r"\w+", " ".join(passage.text for passage in passages)))
    share = sum(word in found for word in re.findall(r"\w+", sentence)) / len(re.findall(r"\w+", sentence))
    return Support(Verdict.SUPPORTED if share == 1 else Verdict.UNSUPPORTED, share, passages[0])


def says(template: str) -> Reply:
    """A model that says `template` with the keys of the passages in the places {open}, {large}, {masked} and {code}."""
    beginnings = {"open": "LLaMA is", "large": "The largest", "masked": "BERT is", "code": "Code is"}
    return lambda heard: template.format(**{name: key_of(heard, words) for name, words in beginnings.items()})


def draft(reply: str | Reply, **values: Any) -> tuple[Draft, str]:
    """The draft and what was streamed on the way; nothing is given back to be put right."""
    told: list[str] = []
    values.setdefault("repair", False)
    backend = Scripted(says(reply) if isinstance(reply, str) else reply, name="openai:gpt-4o-mini")
    done = write("Which models are open?", EVIDENCE, backend, make(**values), word_check, told.append)
    assert all(told)
    return done, "".join(told)


def test_each_sentence_has_its_citations_and_its_verdict() -> None:
    done, told = draft(
        "LLaMA is open [{open}]. The largest has 65 parameters [{large}]. BERT is small [{masked}]. Both are nice."
    )
    assert done.text == told == "LLaMA is open [1]. The largest has 65 parameters [1]. BERT is small [2]. Both are nice."
    assert [(s.text, s.citations, s.verdict) for s in done.sentences] == [
        ("LLaMA is open.", (1,), Verdict.SUPPORTED),
        ("The largest has 65 parameters.", (1,), Verdict.SUPPORTED),
        ("BERT is small.", (2,), Verdict.UNSUPPORTED),
        ("Both are nice.", (), Verdict.UNCITED),
    ]
    assert done.sentences[2].probability == pytest.approx(2 / 3)
    assert done.sentences[3].probability is None
    assert done.notes == ("1 sentence carries no citation.", "1 sentence is not borne out by what is cited.")
    assert done.sentences[0].evidence == done.sources[0].passages[0]
    assert not done.abstained


def test_sources_hold_the_passages_that_were_cited_and_no_others() -> None:
    done, _ = draft("BERT is trained [{masked}]. The largest LLaMA is large [{large}][{masked}].")
    assert [(s.number, s.paper.id, [p.text for p in s.passages]) for s in done.sources] == [
        (1, "bert", ["BERT is trained on masked words."]),
        (2, "llama", ["The largest has 65 billion parameters."]),
    ]
    assert all(p.text == s.paper.abstract[p.start : p.end] for s in done.sources for p in s.passages)
    assert done.sentences[1].citations == (2, 1)


def test_the_check_sees_the_cited_passages_and_then_all_of_their_papers() -> None:
    seen: list[tuple[str, list[str]]] = []

    def check(sentence: str, passages: Sequence[Passage]) -> Support:
        seen.append((sentence, [passage.text.split()[0] for passage in passages]))
        return Support(Verdict.PARTLY, 0.5, None)

    write("Q?", EVIDENCE, Scripted(says("Both [{large}, {masked}]. One [{large}].")), make(), check)
    assert seen == [
        ("Both.", ["The", "BERT"]),
        ("Both.", ["LLaMA", "The", "BERT", "Code"]),
        ("One.", ["The"]),
        ("One.", ["LLaMA", "The"]),
    ]


def test_what_the_rest_of_the_cited_paper_says_counts_and_is_shown() -> None:
    done, _ = draft("LLaMA is a family [{large}].")
    assert done.sentences[0].verdict is Verdict.SUPPORTED
    assert done.sentences[0].evidence is not None
    assert [p.text for p in done.sources[0].passages] == [p.text for p in EVIDENCE[0].passages]


def test_a_citation_that_was_left_out_is_found_where_a_passage_bears_the_sentence_out() -> None:
    done, told = draft("BERT is trained on masked words. It is the best.")
    assert told == "BERT is trained on masked words. It is the best."
    assert done.text == "BERT is trained on masked words [1]. It is the best."
    assert [(s.citations, s.verdict) for s in done.sentences] == [((1,), Verdict.SUPPORTED), ((), Verdict.UNCITED)]
    assert done.notes[0] == "1 citation that the model left out was found by comparing with the passages."


def test_headings_are_left_out() -> None:
    done, _ = draft("## Answer\n\nHere is what I found:\n- LLaMA is open [{open}].\n\n**References:**\n")
    assert done.text == "- LLaMA is open [1]."
    assert done.notes == ("3 headings were left out.",)


def test_a_repeated_prompt_is_left_out() -> None:
    def repeat(heard: Sequence[Message]) -> str:
        return f"{heard[0].text}\n\n{heard[-1].text}\n\nLLaMA is open [{key_of(heard, 'LLaMA is')}]."

    done, told = draft(repeat)
    assert done.text.endswith("LLaMA is open [1].")
    assert "masked" not in told
    assert "checks every sentence" not in told
    assert "The model repeated what it was given; that was left out." in done.notes


def test_a_conversation_that_the_model_makes_up_is_left_out() -> None:
    done, told = draft("LLaMA is open [{open}].<|im_end|>\n<|im_start|>user\nAnd BERT?<|im_end|>\nNo [{masked}].")
    assert done.text == told == "LLaMA is open [1]."
    assert done.notes == ("The model went on with a conversation of its own making; that was left out.",)


def test_an_answer_in_another_language_is_told() -> None:
    done, _ = draft("LLaMA ist eine offene Familie von Modellen und nicht die einzige, die es gibt [{open}].")
    assert done.notes[-1] == "The answer is not in the language of the question; its verdicts are less reliable."


def test_sentences_come_with_their_verdicts_as_they_close() -> None:
    told: list[tuple[int, str, Verdict]] = []
    streamed: list[str] = []

    def on_sentence(number: int, sentence: Sentence | None) -> None:
        assert sentence is not None
        told.append((number, sentence.text, sentence.verdict))
        streamed.append("|")

    backend = Scripted(says("LLaMA is open [{open}]. BERT is small [{masked}]. Code is here [{code}]."), size=1)
    write("Q?", EVIDENCE, backend, make(repair=False), word_check, streamed.append, on_sentence)
    assert told == [
        (0, "LLaMA is open.", Verdict.SUPPORTED),
        (1, "BERT is small.", Verdict.UNSUPPORTED),
        (2, "Code is here.", Verdict.UNSUPPORTED),
    ]
    assert "".join(streamed) == "LLaMA is open [1]. BERT| is small [2]. Code| is here [2].|"


def test_invented_citations_are_removed_and_reported() -> None:
    done, told = draft("LLaMA is open [{open}, z9z9z]. It is from 2023 [3].")
    assert done.text == told == "LLaMA is open [1]. It is from 2023."
    assert done.invented == ("z9z9z", "3")
    assert done.notes == (
        "2 citations the model invented were removed: z9z9z, 3.",
        "1 sentence carries no citation.",
    )


def test_tokens_are_those_of_the_call() -> None:
    done, _ = draft("LLaMA is open [{open}].")
    assert done.tokens == Tokens(2, 4, "server")


@pytest.mark.parametrize(
    "reply", ["NOT-IN-LIBRARY", '"NOT-IN-LIBRARY."', "**Not in library**", "NOT-IN-LIBRARY\nThe passages are about other things."]
)
def test_the_refusal_phrase_ends_in_one_plain_sentence(reply: str) -> None:
    done, told = draft(lambda _: reply)
    assert done.text == told == REFUSAL
    assert done.abstained
    assert (done.sentences, done.sources) == ((), ())
    assert done.tokens.total > 0


@pytest.mark.parametrize(
    "reply",
    [
        "The passages do not mention any GPU.",
        "I cannot answer this from the material given.",
        "There is no information about this in the abstracts.",
    ],
)
def test_a_refusal_in_other_words_is_one_too_where_nothing_is_cited(reply: str) -> None:
    assert draft(lambda _: reply)[0].abstained
    assert not draft("The passages do not mention GPUs [{open}].")[0].abstained


def test_a_doubt_behind_an_answer_is_noted() -> None:
    done, told = draft("LLaMA is open [{open}]. NOT-IN-LIBRARY")
    assert done.text == told == "LLaMA is open [1]."
    assert done.notes == ("The model also said that the passages do not answer the question.",)


def test_an_answer_may_begin_like_the_refusal_phrase() -> None:
    done, told = draft("Not in any case [{open}].")
    assert done.text == told == "Not in any case [1]."


def test_no_evidence_is_refused_without_a_call() -> None:
    backend = Scripted("never said")
    done = write("Q?", (), backend, make(), word_check)
    assert done.abstained
    assert (done.tokens.total, backend.heard) == (0, [])


def test_what_the_model_writes_is_made_inert() -> None:
    done, told = draft(
        "<think>hm</think>LLaMA is <b>open</b>\u200b [{open}](https://evil.example). "
        "![x](https://evil.example/x) Code is at https://github.example/bert [{code}]; see https://evil.example or "
        "[the paper](https://arxiv.org/abs/2302.13971) [{large}]."
    )
    assert done.text == told
    assert done.text == (
        "LLaMA is open [1]. x Code is at https://github.example/bert [2]; see ‹link removed› or "
        "[the paper](https://arxiv.org/abs/2302.13971) [1]."
    )
    assert "3 links that are no sources were removed." in done.notes


def test_thinking_whose_beginning_the_server_swallowed_is_dropped() -> None:
    done, _ = draft("Let me see [{masked}].</think>LLaMA is open [{open}].")
    assert done.text == "LLaMA is open [1]."
    assert [source.paper.id for source in done.sources] == ["llama"]


@pytest.mark.parametrize("reply", ["<think>only thoughts</think>", "[z9z9z]", "<think>never closed"])
def test_nothing_to_read_is_garbled(reply: str) -> None:
    with pytest.raises(BackendGarbled, match="nothing that a reader could read"):
        draft(lambda _: reply)


def test_an_error_of_the_back_end_passes_through() -> None:
    with pytest.raises(BackendBusy):
        write("Q?", EVIDENCE, Scripted(BackendBusy("Too much.")), make(), word_check)


def test_stopping_keeps_what_was_said_and_says_so() -> None:
    told: list[str] = []
    backend = Scripted(says("LLaMA is open [{open}]. And so on and so on."))
    done = write("Q?", EVIDENCE, backend, make(), word_check, told.append, cancelled=lambda: "[1]." in "".join(told))
    assert done.text.startswith("LLaMA is open [1].")
    assert len(done.text) < 40
    assert done.notes[-1] == "Stopped before the model was done."


# --- everything together --------------------------------------------------------------------------------------------------


def test_an_answer_from_a_server() -> None:
    def reply(request: Request) -> Say:
        return Say(f"LLaMA is open [{key_of(request.prompt, 'LLaMA is')}]. It is new [z9z9z].", piece=3)

    told: list[str] = []
    with LLMServer(reply) as server:
        where = make(llm_base_url=server.base_url("openai-compatible"), repair=False)
        backend = open_backend("openai-compatible:local", where)
        done = write("Which models are open?", EVIDENCE, backend, where, word_check, told.append)
    assert done.text == "".join(told) == "LLaMA is open [1]. It is new."
    assert done.invented == ("z9z9z",)
    assert done.tokens == Tokens(11, 7, "server")
    assert len(told) > 5


PIECES = st.sampled_from(
    [
        "{open}",
        "[{large}]",
        "[{masked}, {code}]",
        "(",
        ")",
        "[",
        "]",
        "]:",
        ": ",
        "\n",
        " ",
        "<b>",
        "<",
        "!",
        "[3]",
        "Open. ",
        "www.",
        "http://x.example",
        "NOT-IN-LIBRARY",
        "</think>",
        "foo",
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join))
@settings(max_examples=100, deadline=None)
def test_whatever_a_model_says_the_text_is_inert_and_was_streamed(said: str) -> None:
    try:
        done, told = draft("Yes " + said)
    except BackendGarbled:
        return
    mended = any("left out" in note for note in done.notes)  # headings, citations that were found
    assert "</think>" in said or done.text == told or done.abstained or mended
    tokens = [inner for block in MarkdownIt("commonmark").parse(done.text) for inner in (block, *(block.children or []))]
    assert not [token for token in tokens if token.type in ("link_open", "image", "html_inline", "html_block")]
    numbers = {source.number for source in done.sources}
    assert {int(number) for number in re.findall(r"\[(\d+)\]", done.text)} == numbers
    assert {number for sentence in done.sentences for number in sentence.citations} == numbers
