"""The answer in a model's words: evidence in, a Draft out whose every sentence has citations and a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering import prompts
from rag.answering.abstain import REFUSAL
from rag.answering.citations import MarkStream, Resolved
from rag.answering.cited import CitedSentence
from rag.answering.draft import Draft
from rag.answering.evidence import Evidence
from rag.answering.inert import Scrubber, addresses
from rag.answering.packing import Packed, pack
from rag.answering.record import CitedSource, Passage, Sentence, Support, Tokens, Verdict
from rag.backends import Backend, Message, Reply, collect, tokens
from rag.backends.base import never
from rag.backends.prices import cost
from rag.errors import BackendGarbled
from rag.settings import Settings

HISTORY_TOKENS = 800  # of earlier turns, the latest first
Check = Callable[[str, Sequence[Passage]], Support]

_MARKS = re.compile(r" ?\[\d+\]")
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)\s*>", re.IGNORECASE)
_START_OF_THOUGHT = re.compile(r"<(?:think|thinking|thought|reasoning)\b", re.IGNORECASE)
# How models decline in their own words. Counts only where the reply cites nothing and is short.
_NOT = r"(?: not|n['’]t) (?:\w+ )?"
_DECLINES = re.compile(
    rf"\b(?:do|does|did){_NOT}(?:answer|address|contain|cover|discuss|give|include|mention|provide|report|say|state)\b"
    rf"|\b(?:is|are){_NOT}(?:addressed|available|discussed|given|mentioned|provided|reported|stated|sufficient)\b"
    r"|\b(?:cannot|can['’]t|can not|unable to|could not|couldn['’]t) (?:be )?(?:answer|determine|find|provide)"
    r"|\bno (?:relevant |specific )?(?:information|mention|passages?)\b",
    re.IGNORECASE,
)
SHORT_REPLY = 60  # words


def write(  # noqa: PLR0917
    question: str,
    evidence: Sequence[Evidence],
    backend: Backend,
    settings: Settings,
    check: Check,
    on_token: Callable[[str], None] | None = None,
    *,
    history: Sequence[tuple[str, str]] = (),
    cancelled: Callable[[], bool] = never,
) -> Draft:
    """Ask `backend` to answer `question` from `evidence` (best first) and judge each sentence with `check`.

    `on_token` gets the text as it will stay, with marks [1] and never a key. `history` holds earlier questions and answers,
    oldest first. Raises BackendError where there is no usable reply, SettingsError for an unusable prompt file.
    """
    model = backend.name.partition(":")[2]
    packed = pack(evidence, settings.llm_context_tokens, model)
    if not packed.keys:
        return _refused(Tokens(), 0.0, on_token)
    messages = _messages(question, packed, settings, history, model)
    pen = _Pen(packed, _own_links(evidence))
    reply = collect(backend.stream(messages, cancelled=cancelled), lambda text: _tell(on_token, pen.write(text)))
    _tell(on_token, pen.close())
    pen = _without_thoughts(reply.text, pen, packed, evidence)
    said = pen.marks.resolved()
    spent, price = reply.tokens, cost(backend.name, reply.tokens)
    if pen.refused or _declined(said):
        return _refused(spent, price, on_token if pen.refused else None)
    if not said.sentences and reply.stop != "cancelled":
        remedy = "Ask again, or choose another model."
        raise BackendGarbled(f"{backend.name} sent nothing that a reader could read.", remedy=remedy)
    judged = tuple(_judge(sentence, said, packed, check) for sentence in said.sentences)
    notes = _notes(said, judged, pen, reply, settings)
    return Draft(said.text, judged, _sources(said, packed, evidence), spent, price, said.invented, notes)


class _Pen:
    """What comes from the model on its way to the reader: scrubbed, watched for a refusal, keys turned into marks."""

    def __init__(self, packed: Packed, links: frozenset[str]) -> None:
        self.scrubber = Scrubber(links)
        self.marks = MarkStream(packed.keys)
        self.refused = False  # the reply is the refusal phrase
        self.doubted = False  # the phrase stands somewhere in an answer
        self._head: str | None = ""  # the beginning, while it may still become the phrase; None once it cannot

    def write(self, text: str) -> str:
        return self.marks.feed(self._watch(self.scrubber.feed(text)))

    def close(self) -> str:
        rest = self._watch(self.scrubber.close())
        if self._head and not self.refused:
            rest, self._head = self._head, None
        return self.marks.feed(rest) + self.marks.close()

    def _watch(self, text: str) -> str:
        if self.refused:
            return ""
        if self._head is None:
            return self._without_phrase(text)
        self._head += text
        letters, phrase = _letters(self._head), _letters(prompts.REFUSAL_PHRASE)
        if letters.startswith(phrase):
            self.refused = True
        if self.refused or phrase.startswith(letters):
            return ""
        text, self._head = self._head, None
        return self._without_phrase(text)

    def _without_phrase(self, text: str) -> str:
        if prompts.REFUSAL_PHRASE not in text:
            return text
        self.doubted = True
        return text.replace(prompts.REFUSAL_PHRASE, "")


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())


def _tell(on_token: Callable[[str], None] | None, text: str) -> None:
    if on_token is not None and text:
        on_token(text)


def _messages(
    question: str, packed: Packed, settings: Settings, history: Sequence[tuple[str, str]], model: str
) -> tuple[Message, ...]:
    first, *others = packed.keys
    second = others[0] if others else first
    phrase, words = prompts.REFUSAL_PHRASE, str(settings.answer_words)
    system = prompts.render("system", settings.home, first=first, second=second, fence=packed.fence, refusal=phrase, words=words)
    asked = prompts.render("question", settings.home, evidence=packed.text, question=question.strip(), refusal=phrase)
    return Message("system", system), *_turns(history, model), Message("user", asked)


def _turns(history: Sequence[tuple[str, str]], model: str) -> list[Message]:
    """Earlier turns that fit, oldest first, without their marks: those numbers mean nothing here."""
    turns: list[Message] = []
    left = HISTORY_TOKENS
    for question, answer in reversed(history):
        pair = [Message("user", question.strip() or "…"), Message("assistant", _MARKS.sub("", answer).strip() or "…")]
        left -= tokens.count_messages(pair, model)
        if left < 0:
            break
        turns = pair + turns
    return turns


def _own_links(evidence: Sequence[Evidence]) -> frozenset[str]:
    """Addresses that an answer may show: those of the papers and those their passages mention."""
    papers = [link for own in evidence for link in (own.paper.link, own.paper.url) if link]
    return addresses("\n".join(passage.text for own in evidence for passage in own.passages)).union(papers)


def _without_thoughts(text: str, pen: _Pen, packed: Packed, evidence: Sequence[Evidence]) -> _Pen:
    """Some servers swallow the tag that opens a thought and pass the one that closes it on: all before it was thinking."""
    *thoughts, answer = _END_OF_THOUGHT.split(text)
    if not thoughts or _START_OF_THOUGHT.search(thoughts[0]):
        return pen
    again = _Pen(packed, _own_links(evidence))
    again.write(answer)
    again.close()
    return again


def _declined(said: Resolved) -> bool:
    """Whether the reply declines in the model's own words."""
    return not said.keys and len(said.text.split()) <= SHORT_REPLY and _DECLINES.search(said.text) is not None


def _refused(spent: Tokens, price: float | None, on_token: Callable[[str], None] | None) -> Draft:
    _tell(on_token, REFUSAL)
    return Draft(REFUSAL, (), (), spent, price, abstained=True)


def _judge(sentence: CitedSentence, said: Resolved, packed: Packed, check: Check) -> Sentence:
    if not sentence.keys:
        return Sentence(sentence.text, (), Verdict.UNCITED)
    passages = [packed.keys[key] for key in sentence.keys]
    numbers = dict.fromkeys(said.papers.index(passage.paper_id) + 1 for passage in passages)
    support = check(sentence.text, passages)
    return Sentence(sentence.text, tuple(numbers), support.label, support.probability)


def _sources(said: Resolved, packed: Packed, evidence: Sequence[Evidence]) -> tuple[CitedSource, ...]:
    papers = {own.paper.id: own.paper for own in evidence}
    cited = [packed.keys[key] for key in said.keys]
    return tuple(
        CitedSource(number, papers[paper], tuple(sorted((p for p in cited if p.paper_id == paper), key=lambda p: p.start)))
        for number, paper in enumerate(said.papers, 1)
    )


def _notes(said: Resolved, judged: Sequence[Sentence], pen: _Pen, reply: Reply, settings: Settings) -> tuple[str, ...]:
    notes = []
    if said.invented:
        what = _counted(len(said.invented), "citation the model invented was", "citations the model invented were")
        notes.append(f"{what} removed: {', '.join(said.invented)}.")
    if bare := sum(sentence.verdict is Verdict.UNCITED for sentence in judged):
        notes.append(f"{_counted(bare, 'sentence carries', 'sentences carry')} no citation.")
    if gone := pen.scrubber.links_removed:
        notes.append(f"{_counted(gone, 'link that is no source was', 'links that are no sources were')} removed.")
    if pen.doubted:
        notes.append("The model also said that the passages do not answer the question.")
    if reply.stop == "length":
        notes.append(f"The model reached its limit of {settings.llm_max_tokens} tokens; the end may be missing.")
    if reply.stop == "cancelled":
        notes.append("Stopped before the model was done.")
    return tuple(notes)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
