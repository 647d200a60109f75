"""Blind votes: two answers without names, in an order that chance decides; afterwards the strengths that come of the votes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from eval import votes
from eval.bradley_terry import Standing, standings
from eval.runs import RunInfo
from eval.votes import Ballot, Choice, Pairing
from rag.answering.telling import counted
from rag.errors import VouchError
from ui import evaluation_data as data
from ui import evaluation_run, state
from ui.components import drawer
from ui.components.answer import answer_html
from ui.components.notice import error_html, info_html
from ui.components.safe import text
from ui.evaluation_compare import two

WORDS: dict[Choice, str] = {"left": "A is better", "tie": "Equally good or bad", "right": "B is better"}
ICONS = {"left": ":material/arrow_back:", "tie": ":material/drag_handle:", "right": ":material/arrow_forward:"}


def vote(runs: Sequence[RunInfo]) -> None:
    """Draw it."""
    st.html(
        '<p class="v-lead">Two answers to the same question, without a name, model, cost or time. Which is which is decided by '
        "chance for every question.</p>"
    )
    pair = two(runs, "vote")
    if pair is None:
        return
    voter = st.text_input("Your name", key="voter", placeholder="only if several people vote", max_chars=60, width=400).strip()
    try:
        found = data.pairing(pair[0].folder, pair[1].folder, voter)
        cast = votes.read_votes(state.home())
    except VouchError as error:
        st.html(error_html(error))
        return
    if failed := st.session_state.pop("vote-error", None):
        st.html(error_html(failed))
    left = votes.pending(found, cast, voter)
    done = len(found.ballots) - len(left)
    if found.ballots:
        st.progress(done / len(found.ballots), text=f"{done:,} of {len(found.ballots):,} pairs voted on")
    st.html(f'<p class="v-hint">{text(_left_out(found))}</p>')
    if left:
        _ballot(left[0], voter)
    else:
        words = "There is nothing left to vote on." if found.ballots else "The runs say the same everywhere."
        st.html(info_html("Done", words, "v-good"))
    if cast and (not left or st.toggle("Show the strengths so far", key="strengths")):
        _strengths(cast, runs)


def _left_out(found: Pairing) -> str:
    parts = []
    if found.same:
        parts.append(f"{counted(found.same, 'question has', 'questions have')} the same answer in both runs")
    if found.failed:
        parts.append(f"{found.failed:,} failed in one of them")
    return f"{' and '.join(parts)}; nobody is asked about those." if parts else ""


def _ballot(ballot: Ballot, voter: str) -> None:
    """The pair and the three buttons."""
    for number, turn in enumerate(ballot.turns):
        st.html(f'<div class="v-question">{text(turn.question)}</div>')
        for place, side, answer in zip(st.columns(2), ("A", "B"), (turn.left, turn.right), strict=True):
            with place, st.container(border=True):
                anchor = f"vote-{side}-{number}-{ballot.digests[0]}"
                st.html(f'<h4 class="v-head">Answer {side}</h4>{answer_html(answer, anchor, brief=True)}')
    with st.container(horizontal=True, key="vote-buttons"):
        for choice, words in WORDS.items():
            key = f"vote-{choice}-{ballot.question}"
            st.button(words, key=key, icon=ICONS[choice], on_click=partial(_cast, ballot, choice, voter))


def _cast(ballot: Ballot, choice: Choice, voter: str) -> None:
    try:
        votes.cast(state.home(), ballot, choice, voter)
    except VouchError as error:
        st.session_state["vote-error"] = error


def _strengths(cast: Sequence[votes.Vote], runs: Sequence[RunInfo]) -> None:
    """Who won how often, and the strengths that explain it."""
    counted = votes.counted(cast)
    found = _standings(tuple(counted))
    titles = {run.name: evaluation_run.title(run) for run in runs}
    left = sum(one.vote == "left" for one in counted)
    decided = sum(one.vote != "tie" for one in counted)
    st.html(
        '<h2>Strengths</h2><p class="v-lead">Bradley-Terry strengths over all votes, 0 the mean; a difference of d means that '
        f"the stronger is preferred with probability 1 / (1 + e<sup>-d</sup>). {len(counted):,} votes, "
        f"{len(counted) - decided:,} of them ties; {left:,} of {decided:,} went to the left side.</p>"
    )
    columns = {
        "Run": [titles.get(one.name, one.name) for one in found],
        "Strength": [f"{one.strength:+.2f}" for one in found],
        "95 % interval": [f"{one.low:+.2f} to {one.high:+.2f}" for one in found],
        "Won": [one.won for one in found],
        "Lost": [one.lost for one in found],
        "Tied": [one.tied for one in found],
    }
    if len({one.group for one in found}) > 1:
        columns["Compares within"] = [f"group {one.group + 1}" for one in found]
    height = drawer.HEADER + drawer.ROW * len(found)
    st.dataframe(columns, hide_index=True, height=height, row_height=drawer.ROW)


@st.cache_resource(show_spinner=False, max_entries=4)
def _standings(counted: tuple[votes.Vote, ...]) -> list[Standing]:
    return standings(votes.bouts(counted))
