"""The answer in a model's words: evidence in, a Draft out whose every sentence has citations and a verdict.

The model is told the evidence sentences under keys and streams its answer; each sentence is checked as it closes. Then what
needs no model is mended (headings, citations left out), what failed its check is given back once, and what remains is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.abstain import REFUSAL
from rag.answering.citations import Resolved
from rag.answering.declined import declined
from rag.answering.draft import Draft, OnSentence
from rag.answering.evidence import Evidence
from rag.answering.judge import judge
from rag.answering.messages import Task, own_links
from rag.answering.packing import Packed, pack
from rag.answering.pen import Pen
from rag.answering.record import CitedSource, Passage, Sentence, Tokens
from rag.answering.repair import Repaired, repair
from rag.answering.revising import Revised, with_key
from rag.answering.telling import Told, counted, language_note, notes_on
from rag.answering.verify import STANDS, Check, Verifier
from rag.backends import Backend, collect
from rag.backends.base import never
from rag.errors import BackendGarbled
from rag.settings import Settings

_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)\s*>", re.IGNORECASE)
_START_OF_THOUGHT = re.compile(r"<(?:think|thinking|thought|reasoning)\b", re.IGNORECASE)
_HEADING = re.compile(r"\s*(?:#{1,6}\s.*|\*\*[^*]+\*\*:?|[^.!?]{1,60}:)\s*")


def write(  # noqa: PLR0917
    question: str,
    evidence: Sequence[Evidence],
    backend: Backend,
    settings: Settings,
    check: Check,
    on_token: Callable[[str], None] | None = None,
    on_sentence: OnSentence | None = None,
    *,
    history: Sequence[tuple[str, str]] = (),
    cancelled: Callable[[], bool] = never,
) -> Draft:
    """Ask `backend` to answer `question` from `evidence` (best first) and judge each sentence with `check`.

    `on_token` gets the text as the model writes it, with marks [1] and never a key; `on_sentence` each sentence as it closes.
    `history` holds earlier questions and answers, oldest first. Raises BackendError where there is no usable reply,
    SettingsError for an unusable prompt file.
    """
    model = backend.name.partition(":")[2]
    packed = pack(evidence, settings.llm_context_tokens, model)
    told = Told(on_token, on_sentence)
    if not packed.keys:
        return _refused(Tokens(), told)
    links = own_links(packed, [link for own in evidence for link in (own.paper.link, own.paper.url)])
    task = Task(question, packed, settings, history, links, model)
    verifier = Verifier(packed, check, task.outside)
    pen = Pen(task)

    def hear(text: str) -> None:
        told.text(pen.write(text))
        if told.wants_sentences and (so_far := pen.closed()) is not None:
            told.closed([verifier.judge(sentence, so_far.papers) for sentence in so_far.sentences[:-1]])

    reply = collect(backend.stream(task.messages(), cancelled=cancelled), hear)
    told.text(pen.close())
    pen = _without_thoughts(reply.text, pen, task)
    said = pen.said()
    if pen.refused or declined(said):
        return _refused(reply.tokens, told if pen.refused else Told(None, None))
    if not said.sentences and reply.stop != "cancelled":
        remedy = "Ask again, or choose another model."
        if reply.stop == "length":
            remedy = "It spent its token limit on thinking; raise VOUCH_LLM_MAX_TOKENS."
        raise BackendGarbled(f"{backend.name} sent nothing that a reader could read.", remedy=remedy)
    text, found, headings = _mended(Revised.first(said), task, verifier)
    judged = tuple(verifier.judge(sentence, text.said.papers) for sentence in text.said.sentences)
    done = Repaired(text, judged)
    if settings.repair and reply.stop != "cancelled":
        told.settled(text, judged)
        done = repair(task, text, judged, verifier, backend, cancelled=cancelled)
    spent = _sum(reply.tokens, done.tokens)
    sentences, judge_note = done.judged, ""
    if settings.support == "llm" and reply.stop != "cancelled":
        keys = [sentence.keys for sentence in done.text.said.sentences]
        heard = judge(sentences, keys, packed, backend, settings.home, cancelled=cancelled)
        sentences, judge_note, spent = heard.sentences, heard.note, _sum(spent, heard.tokens)
    told.settled(done.text, sentences)
    invented = tuple(dict.fromkeys((*said.invented, *done.invented)))
    notes = (*_remarks(pen, headings, found), *notes_on(invented, done, sentences, reply, settings), judge_note)
    notes = (*notes, language_note(question, sentences))
    remaining = tuple(note for note in notes if note)
    if not sentences and reply.stop != "cancelled":
        return Draft(REFUSAL, (), (), spent, invented, remaining, abstained=True, repairs=done.repairs)
    sources = _sources(done.text.said, sentences, packed, evidence)
    return Draft(done.text.said.text, sentences, sources, spent, invented, remaining, repairs=done.repairs)


def _without_thoughts(text: str, pen: Pen, task: Task) -> Pen:
    """Some servers swallow the tag that opens a thought and pass the one that closes it on: all before it was thinking."""
    *thoughts, answer = _END_OF_THOUGHT.split(text)
    if not thoughts or _START_OF_THOUGHT.search(thoughts[0]):
        return pen
    again = Pen(task)
    again.write(answer)
    again.close()
    return again


def _mended(text: Revised, task: Task, verifier: Verifier) -> tuple[Revised, int, int]:
    """Headings left out, and citations found for sentences that have none, as far as the evidence bears them out; with the
    number of citations found and of headings."""
    changes: dict[int, str | None] = {}
    said = text.said
    for n, sentence in enumerate(said.sentences):
        if sentence.keys:
            continue
        line = said.text[said.text.rfind("\n", 0, sentence.start) + 1 :].partition("\n")[0]
        if _HEADING.fullmatch(line) and len(said.sentences) > 1:
            changes[n] = None
        elif key := verifier.find(sentence.text):
            changes[n] = with_key(said.text[sentence.start : sentence.end], key)
    headings = sum(change is None for change in changes.values())
    if headings == len(said.sentences):
        return text, 0, 0
    return text.change(changes, task.packed.keys, task.outside), len(changes) - headings, headings


def _refused(spent: Tokens, told: Told) -> Draft:
    told.text(REFUSAL)
    return Draft(REFUSAL, (), (), spent, abstained=True)


def _sources(
    said: Resolved, sentences: Sequence[Sentence], packed: Packed, evidence: Sequence[Evidence]
) -> tuple[CitedSource, ...]:
    """The papers cited, each with the passages that were cited and those that bear a sentence out."""
    papers = {own.paper.id: own.paper for own in evidence}
    cited = [packed.keys[key] for key in said.keys]
    for sentence in sentences:
        passage = sentence.evidence
        borne_out = passage is not None and sentence.verdict in STANDS
        if passage is not None and borne_out and not any(_within(passage, other) for other in cited):
            cited.append(passage)
    return tuple(
        CitedSource(number, papers[paper], tuple(sorted((p for p in cited if p.paper_id == paper), key=lambda p: p.start)))
        for number, paper in enumerate(said.papers, 1)
    )


def _within(passage: Passage, other: Passage) -> bool:
    return passage.paper_id == other.paper_id and other.start <= passage.start and passage.end <= other.end


def _sum(spent: Tokens, more: Tokens | None) -> Tokens:
    """Tokens of two calls; counted by the server only where both are."""
    if more is None:
        return spent
    counted_by = spent.counted_by if spent.counted_by == more.counted_by else "tiktoken"
    return Tokens(spent.prompt + more.prompt, spent.completion + more.completion, counted_by)


def _remarks(pen: Pen, headings: int, found: int) -> list[str]:
    """What was taken off or added on the way."""
    remarks = []
    if found:
        what = counted(found, "citation that the model left out was", "citations that the model left out were")
        remarks.append(f"{what} found by comparing with the passages.")
    if headings:
        remarks.append(f"{counted(headings, 'heading was', 'headings were')} left out.")
    if gone := pen.scrubber.links_removed:
        remarks.append(f"{counted(gone, 'link that is no source was', 'links that are no sources were')} removed.")
    if pen.unruly.repeated:
        remarks.append("The model repeated what it was given; that was left out.")
    if pen.unruly.turns:
        remarks.append("The model went on with a conversation of its own making; that was left out.")
    if pen.doubted:
        remarks.append("The model also said that the passages do not answer the question.")
    return remarks
