"""The review of drafted questions, one at a time: accept, mend or drop; and new drafts from the library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from eval.fields import Unusable
from eval.generating import WITHOUT_MODEL, generate
from eval.questions import PaperRef, question_of
from rag.errors import VouchError
from rag.request import EXTRACTIVE
from ui import draft_questions, state
from ui.components.notice import error_html, info_html
from ui.components.safe import text
from ui.draft_questions import FOLDER, Draft

PROPOSED = "proposed.jsonl"
MOST = 50  # proposals at once


def review() -> None:
    """Draw it."""
    st.html(
        '<p class="v-lead">Drafts come from answers that readers marked as bad, and from the library itself. A draft that you '
        "accept becomes a question of a set.</p>"
    )
    _propose()
    if error := st.session_state.pop("draft-error", None):
        st.html(error_html(error))
    if told := st.session_state.pop("draft-told", None):
        st.html(info_html(told[0], told[1], "v-good"))
    found = draft_questions.drafts(state.home())
    if not found:
        st.html(info_html("No drafts to review", "Have some proposed above, or mark an answer in the chat as bad."))
        return
    skipped = st.session_state.get("draft-skipped", 0) % len(found)
    st.html(f'<p class="v-hint">Draft {skipped + 1:,} of {len(found):,}</p>')
    _draft(found[skipped])


def _propose() -> None:
    """New drafts from the library, without a model."""
    with st.popover("Propose questions from the library", icon=":material/lightbulb:"):
        count = st.number_input("How many", 1, MOST, 10, key="propose-count")
        kinds = st.pills("Kinds", WITHOUT_MODEL, selection_mode="multi", default=["single"], key="propose-kinds")
        st.html(
            '<p class="v-hint">From the sentences that most likely hold a finding. A language model proposes better ones: '
            "<code>vouch eval generate --llm …</code></p>"
        )
        st.button("Propose", type="primary", disabled=not kinds, on_click=_proposed, args=(count, kinds))


def _proposed(count: int, kinds: list[str]) -> None:
    home = state.home()
    known = len(draft_questions.rows(home / FOLDER / PROPOSED))
    try:
        # Drawn from more than are there already, so that those are passed over and new ones come.
        made = generate(state.assistant(), home / FOLDER / PROPOSED, llm=EXTRACTIVE, kinds=kinds, count=known + count)
    except VouchError as error:
        st.session_state["draft-error"] = error
        return
    words = "Review them below." if made.new else "The library has no more sentences that can be asked about."
    st.session_state["draft-told"] = (f"{made.new:,} drafts added", words)


def _draft(draft: Draft) -> None:
    """A draft with its evidence, its fields to mend and what to do with it."""
    row, key = draft.row, f"{draft.file.stem}-{draft.id}"
    try:
        papers = question_of(row, 1, 1).papers
    except Unusable as problem:
        papers = ()
        st.html(error_html(VouchError(f"This draft is no question: {problem.found}.", remedy="Mend or drop it.")))
    with st.form(f"draft-{key}", border=True):
        st.html(f'<h4 class="v-head">{text(_origin(draft))}</h4>{_evidence_html(row, papers)}')
        st.text_area("Question", str(row.get("question") or ""), key=f"draft-question-{key}", height=80)
        st.checkbox(
            "The library can answer it",
            row.get("answerable") is not False and row.get("kind") != "unanswerable",
            key=f"draft-answerable-{key}",
        )
        st.text_area("Answer", str(row.get("answer") or ""), key=f"draft-answer-{key}", height=80)
        st.text_area(
            "Key facts, one a line",
            "\n".join(_facts(row)),
            key=f"draft-facts-{key}",
            height=80,
            help="Words or figures that a right answer holds",
        )
        st.text_input("Set", "reviewed", key="draft-set", help="A file in the folder sets of your library", width=320)
        with st.container(horizontal=True):
            decide = partial(_decide, draft, key)
            st.form_submit_button("Accept", type="primary", icon=":material/check:", on_click=decide, args=("accept",))
            st.form_submit_button("Drop", icon=":material/close:", on_click=decide, args=("drop",))
            st.form_submit_button("Later", icon=":material/skip_next:", type="tertiary", on_click=decide, args=("later",))


def _typed(draft: Draft, key: str) -> dict[str, Any]:
    """What the form makes of the draft."""
    question, answer, facts = (st.session_state[f"draft-{field}-{key}"].strip() for field in ("question", "answer", "facts"))
    answerable = bool(st.session_state[f"draft-answerable-{key}"])
    return {
        "question": question,
        "answerable": answerable,
        "kind": _kind(draft.row, answerable),
        "answer": answer if answerable else "",
        "key_facts": [fact.strip() for fact in facts.splitlines() if fact.strip()] if answerable else [],
    }


def _decide(draft: Draft, key: str, what: str) -> None:
    """In answer to the press itself, so that no other interaction comes between."""
    try:
        if what == "accept":
            path = draft_questions.accept(state.home(), draft, st.session_state["draft-set"], _typed(draft, key))
            st.session_state["draft-told"] = ("Accepted", f"It is in {path.name} now.")
        elif what == "drop":
            draft_questions.drop(draft)
        else:
            st.session_state["draft-skipped"] = st.session_state.get("draft-skipped", 0) + 1
    except VouchError as error:
        st.session_state["draft-error"] = error


def _origin(draft: Draft) -> str:
    if draft.file.stem == "feedback":
        tags = [str(tag).replace("-", " ") for tag in draft.row.get("tags") or () if tag != "feedback"]
        return f"An answer was marked as {', '.join(tags) or 'bad'}"
    return f"Proposed from the library ({draft.row.get('made_by') or draft.file.name})"


def _kind(row: Mapping[str, Any], answerable: bool) -> str:
    kind = str(row.get("kind") or "question")
    if not answerable:
        return "unanswerable"
    return "question" if kind == "unanswerable" else kind


def _facts(row: Mapping[str, Any]) -> list[str]:
    facts = row.get("key_facts") or []
    return [str(fact) for fact in facts] if isinstance(facts, list) else [str(facts)]


def _evidence_html(row: Mapping[str, Any], papers: tuple[PaperRef, ...]) -> str:
    evidence = row.get("evidence") or []
    passages = [evidence] if isinstance(evidence, str) else evidence
    quotes = "".join(f"<li>{text(passage)}</li>" for passage in passages if isinstance(passage, str))
    named = "; ".join(paper.label for paper in papers)
    return (f'<ul class="v-quotes">{quotes}</ul>' if quotes else "") + (
        f'<div class="v-places">{text(f"Paper: {named}")}</div>' if named else ""
    )
