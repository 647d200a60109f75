"""What failed its check is given back once: rewritten, dropped, or left with its verdict, and always told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rag.answering.abstain import REFUSAL
from rag.answering.draft import Draft
from rag.answering.record import Passage, Repair, Sentence, Support, Verdict
from rag.answering.written import write
from rag.backends import Message
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendError
from tests.fakes.evidence import EVIDENCE, key_of, make

Step = str | BackendError | Callable[[Sequence[Message]], str]
WRITTEN = "LLaMA is open [{open}]. The largest has 70 parameters [{large}]. BERT is open [{masked}]."


def number_check(sentence: str, passages: Sequence[Passage]) -> Support:
    """Supported where every word stands in the passages; where only numbers are wrong, a number mismatch."""
    text = " ".join(passage.text for passage in passages)
    missing = [word for word in re.findall(r"\w+", sentence) if word not in re.findall(r"\w+", text)]
    if not missing:
        return Support(Verdict.SUPPORTED, 0.9, passages[0])
    wrong = Verdict.NUMBER_MISMATCH if all(word.isdigit() for word in missing) else Verdict.UNSUPPORTED
    return Support(wrong, 0.1, passages[0])


def answered(*script: Step, **values: Any) -> tuple[Draft, Scripted, list[tuple[int, str | None]]]:
    """The draft, the model with what it heard, and the sentences told on the way; {open} and so on stand for keys."""
    beginnings = {"open": "LLaMA is", "large": "The largest", "masked": "BERT is", "code": "Code is"}
    keys: dict[str, str] = {}

    def say(step: Step) -> Step:
        if not isinstance(step, str):
            return step

        def reply(heard: Sequence[Message]) -> str:
            if not keys:
                keys.update({name: key_of(heard, words) for name, words in beginnings.items()})
            return step.format(**keys)

        return reply

    told: list[tuple[int, str | None]] = []

    def on_sentence(number: int, sentence: Sentence | None) -> None:
        told.append((number, f"{sentence.text} {sentence.verdict.value}" if sentence else None))

    backend = Scripted(*map(say, script), name="openai:gpt-4o-mini")
    done = write("Which models are open?", EVIDENCE, backend, make(**values), number_check, None, on_sentence)
    return done, backend, told


def test_failed_sentences_are_given_back_with_their_evidence_and_the_reason() -> None:
    _, backend, _ = answered(WRITTEN, "S2: DROP")
    assert len(backend.heard) == 2
    system, asked = backend.heard[1]
    assert system == backend.heard[0][0]
    fence = re.findall(r"<data (\w{16})>", asked.text)[0]
    listed = asked.text.split(f"<data {fence}>")[-1].split(f"</data {fence}>")[0]
    assert re.sub(r"\[\w{5}\]", "[key]", listed).strip().splitlines() == [
        "S2: The largest has 70 parameters [key]. (the sentences it cites give another number)",
        "S3: BERT is open [key]. (the sentences it cites do not say it)",
    ]
    assert "The largest has 65 billion parameters." in asked.text
    assert "Question: Which models are open?" in asked.text


def test_a_sentence_is_rewritten_and_another_dropped_and_both_are_told() -> None:
    done, _, told = answered(WRITTEN, "S2: The largest has 65 billion parameters [{large}].\nS3: DROP")
    assert done.text == "LLaMA is open [1]. The largest has 65 billion parameters [1]."
    assert [(s.text, s.verdict) for s in done.sentences] == [
        ("LLaMA is open.", Verdict.SUPPORTED),
        ("The largest has 65 billion parameters.", Verdict.SUPPORTED),
    ]
    assert [source.paper.id for source in done.sources] == ["llama"]
    assert done.repairs == (
        Repair("The largest has 70 parameters.", Verdict.NUMBER_MISMATCH, "The largest has 65 billion parameters [1]."),
        Repair("BERT is open.", Verdict.UNSUPPORTED, None),
    )
    assert done.notes == ("1 sentence was rewritten, 1 dropped after checking.",)
    assert told == [
        (0, "LLaMA is open. supported"),
        (1, "The largest has 70 parameters. number mismatch"),
        (2, "BERT is open. unsupported"),
        (1, "The largest has 65 billion parameters. supported"),
        (2, None),
    ]
    assert done.tokens.prompt == 4  # two calls with two messages each


def test_sources_are_numbered_anew_where_the_first_one_left() -> None:
    done, _, _ = answered("BERT is open [{masked}]. LLaMA is open [{open}].", "S1: DROP")
    assert done.text == "LLaMA is open [1]."
    assert [(s.number, s.paper.id) for s in done.sources] == [(1, "llama")]
    assert done.sentences[0].citations == (1,)


def test_a_wording_that_fails_again_is_not_taken() -> None:
    done, _, _ = answered(WRITTEN, "S2: The largest has 80 parameters [{large}].\nS3: BERT is fine [{masked}].")
    assert [s.text for s in done.sentences] == ["LLaMA is open.", "The largest has 70 parameters.", "BERT is open."]
    assert done.repairs == ()
    assert done.notes == ("2 sentences are not borne out by what is cited.",)


def test_it_is_asked_at_most_once_more_and_not_at_all_where_all_is_well_or_it_is_switched_off() -> None:
    assert len(answered(WRITTEN, "S2: Wrong again.", "never asked")[1].heard) == 2
    assert len(answered("LLaMA is open [{open}].")[1].heard) == 1
    assert len(answered(WRITTEN, repair=False)[1].heard) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "Here you are:\n\n**S2:** The largest has 65 billion parameters [{large}].\n- **S3**: DROP",
        "<think>S2: hm</think>\nS2. The largest has 65 billion parameters\n[{large}].\nS3 - drop.",
        "s2: The largest has 65 billion parameters [{large}].\n(S3) NOT-IN-LIBRARY\nS9: LLaMA is closed [{open}].",
    ],
)
def test_lines_are_read_however_they_are_dressed(reply: str) -> None:
    done, _, _ = answered(WRITTEN, reply)
    assert done.text == "LLaMA is open [1]. The largest has 65 billion parameters [1]."


def test_a_single_sentence_may_come_back_without_its_label() -> None:
    done, _, _ = answered("The largest has 70 parameters [{large}].", "The largest has 65 billion parameters [{large}].")
    assert done.text == "The largest has 65 billion parameters [1]."


def test_a_reply_that_cannot_be_read_changes_nothing_and_is_told() -> None:
    done, _, _ = answered(WRITTEN, "I am sorry, I cannot do that.")
    assert len(done.sentences) == 3
    assert done.notes[0] == "The model was asked to put right what failed its check; its reply could not be read."


def test_an_error_of_the_back_end_loses_nothing() -> None:
    done, _, _ = answered(WRITTEN, BackendBusy("The server is busy."))
    assert len(done.sentences) == 3
    assert done.notes[0] == "What failed its check could not be given back to the model: The server is busy."


def test_an_answer_of_which_nothing_stays_is_a_refusal_that_keeps_what_was_written() -> None:
    done, _, told = answered("BERT is open [{masked}].", "S1: DROP")
    assert (done.text, done.abstained, done.sentences) == (REFUSAL, True, ())
    assert done.repairs == (Repair("BERT is open.", Verdict.UNSUPPORTED, None),)
    assert done.notes == ("1 sentence was dropped after checking.",)
    assert told[-1] == (0, None)


def test_dropped_items_leave_no_signs_behind() -> None:
    done, _, _ = answered("Open:\n- LLaMA is open [{open}].\n- BERT is open [{masked}].\n- The largest [{large}].", "S2: DROP")
    assert done.text == "- LLaMA is open [1].\n- The largest [1]."


def test_sentences_in_another_language_are_given_back() -> None:
    german = "Die größte hat 65 Milliarden und ist nicht die kleinste von allen [{large}]."
    done, backend, _ = answered(german, "S1: The largest has 65 billion parameters [{large}].")
    assert "(it is not in the language of the question)" in backend.heard[1][1].text
    assert done.text == "The largest has 65 billion parameters [1]."
    assert done.notes == ("1 sentence was rewritten after checking.",)


def test_a_rewriting_is_made_inert_like_any_text_of_a_model() -> None:
    done, _, _ = answered(
        "The largest has 70 parameters [{large}].",
        "S1: The largest has <img src=x>![65](https://evil.example/x) billion parameters [{large}][z9z9z].",
    )
    assert done.text == "The largest has 65 billion parameters [1]."
    assert done.invented == ("z9z9z",)
