"""A new run: which questions, of which configurations, what is wrong with the set, what it will cost, and the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from eval import background
from eval.background import Launch
from eval.checking import Problem
from eval.configurations import configurations
from eval.expected import Expected, expected
from eval.questions import QuestionSet
from rag.errors import VouchError
from rag.request import EXTRACTIVE
from ui import evaluation_data as data
from ui import question_sets, state
from ui.components.footer import back_end, cost
from ui.components.notice import error_html, info_html
from ui.components.safe import text
from ui.question_sets import Known
from ui.uploads import Upload

MOST = 200  # problems shown
SEEDED = 0
TALLEST = 215  # pixels
STARTED, AWAITED = "runs-started", "run-awaited"  # how often runs were started, and the last of them, to be shown when it is done


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page has been told: `asked` of the set's questions, drawn at random where `sample` is set."""

    questions: QuestionSet
    llms: Sequence[str]
    settings: Sequence[str]
    sample: int | None
    max_cost: float | None

    @property
    def asked(self) -> int:
        """How many questions each run asks."""
        return min(len(self.questions), self.sample or len(self.questions))


def new_run() -> None:
    """Draw it."""
    st.html(
        '<p class="v-lead">A run asks every question of a set and scores the answers: are the right papers found and cited, are '
        "the key facts there, is refused what cannot be answered. It goes on when this page is closed.</p>"
    )
    if not state.assistant().count():
        st.html(info_html("Your library is empty", "Add papers first; a run asks about them."))
        return
    chosen = _set()
    if chosen is None:
        return
    try:
        questions = question_sets.load(chosen.path)
    except VouchError as error:
        st.html(error_html(error))
        return
    _checked(questions)
    if not len(questions):
        return
    llms = st.multiselect(
        "Back ends",
        list(state.back_ends()),
        default=[state.chosen()],
        format_func=back_end,
        key="run-llms",
        help="Each becomes a run of its own; they can be compared afterwards",
    )
    left, right = st.columns(2)
    with left:
        asked = st.number_input(
            "Questions", 1, len(questions), len(questions), key=f"run-asked-{questions.hash}", help="Fewer are drawn at random"
        )
    with right:
        most = st.number_input(
            "Spend at most, in dollars", 0.0, value=None, key="run-cost", placeholder="no limit", help="For each run"
        )
    with st.expander("Settings"):
        written = st.text_area(
            "Settings for these runs, one a line",
            key="run-settings",
            placeholder="answer_words=60",
            help="Any setting of .env.example; one given twice is tried both ways",
        )
    settings = [line.strip() for line in written.splitlines() if line.strip()]
    _start(Choice(questions, llms, settings, None if asked == len(questions) else int(asked), most))


def _set() -> Known | None:
    """The set to ask."""
    found = question_sets.known(state.home())
    if (upload := st.session_state.pop("run-uploaded", None)) is not None:
        st.session_state["run-set"] = next((one for one in found if str(one.path) == upload), found[0] if found else None)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        known = st.selectbox("Question set", found, format_func=_title, key="run-set")
    with right, st.popover("Upload a set", icon=":material/upload_file:", width="stretch"):
        st.file_uploader(
            "JSON lines, JSON, YAML or CSV; only a question is required in a row",
            key="run-upload",
            on_change=_upload,
            type=["jsonl", "ndjson", "json", "yaml", "yml", "csv", "tsv", "gz"],
        )
    if error := st.session_state.pop("run-upload-error", None):
        st.html(error_html(error))
    return known


def _title(known: Known) -> str:
    return f"{known.path.name} (comes with Vouch)" if known.bundled else known.path.name


def _upload() -> None:
    file = st.session_state["run-upload"]
    if file is None:
        return
    try:
        st.session_state["run-uploaded"] = str(question_sets.keep(state.home(), Upload(file.name, file.getvalue())))
    except VouchError as error:
        st.session_state["run-upload-error"] = error


def _checked(questions: QuestionSet) -> None:
    """How many questions there are, and what is wrong with which line."""
    looked_up = st.session_state.get("run-looked-up") == questions.hash
    problems = question_sets.problems(questions, in_library=looked_up)
    errors = sum(problem.error for problem in problems)
    drafts = f" {questions.drafts:,} are drafts that nobody has reviewed." if questions.drafts else ""
    words = f"{len(questions):,} questions can be asked.{drafts}"
    kind, title = ("v-bad", f"{errors:,} error{'' if errors == 1 else 's'}") if errors else ("v-good", "The set can be used")
    st.html(info_html(title, words, kind))
    if problems:
        _problems(problems)
    if not looked_up:
        st.button(
            "Look the named papers up in the library",
            icon=":material/fact_check:",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=("run-looked-up", questions.hash),
        )


def _problems(problems: Sequence[Problem]) -> None:
    """File, line and finding, in a table that shows foreign text as it is."""
    shown = sorted(problems, key=lambda problem: not problem.error)[:MOST]
    st.dataframe(
        {
            "File": [Path(problem.file).name for problem in shown],
            "Line": [problem.line for problem in shown],
            "Found": [problem.found for problem in shown],
            "": ["error" if problem.error else "worth a look" for problem in shown],
        },
        hide_index=True,
        height=min(TALLEST, 38 + 35 * len(shown)),
        column_config={"Found": st.column_config.TextColumn(width="large")},
    )
    if len(problems) > MOST:
        st.html(f'<p class="v-hint">The first {MOST} of {len(problems):,}.</p>')


def _start(choice: Choice) -> None:
    """What it will cost, and the button."""
    try:
        launches = launches_of(choice)
    except VouchError as error:
        st.html(error_html(error))
        return
    earlier = data.runs(state.home())
    answers = question_sets.exchanges(choice.questions, choice.asked)
    rows = []
    unknown = False
    for launch in launches:
        try:
            told = expected(launch.llm, answers, earlier, state.home())
        except VouchError as error:
            st.html(error_html(error))
            return
        unknown = unknown or told.cost is None
        label = " · ".join([back_end(launch.llm), *launch.settings])
        rows.append(f"<dt>{text(label)}</dt><dd>{text(cost_words(told, choice.asked))}</dd>")
    if rows:
        st.html(f'<h4 class="v-head">Expected cost</h4><dl class="v-facts-list">{"".join(rows)}</dl>')
    if unknown and choice.max_cost is not None:
        st.html(info_html("The limit cannot hold", "Without a price nothing can be counted; put it into prices.json.", "v-bad"))
    st.button(
        "Start the run" if len(launches) == 1 else f"Start {len(launches)} runs",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not launches or (unknown and choice.max_cost is not None),
        on_click=_launch,
        args=(launches,),
    )


def launches_of(choice: Choice) -> list[Launch]:
    """A Launch for every back end with every combination of settings. Raises SettingsError for what is no setting."""
    if not choice.llms:
        return []
    found = []
    for one in configurations(choice.llms, choice.settings):
        llm = one.llm or EXTRACTIVE
        one.settings(state.home())  # raises where a value is out of range
        written = tuple(f"{name}={value}" for name, value in one.overrides.items())
        path = str(choice.questions.path.absolute())
        limit = choice.max_cost if llm != EXTRACTIVE else None
        found.append(Launch(path, llm, choice.asked, written, sample=choice.sample, seed=SEEDED, max_cost=limit))
    return found


def cost_words(told: Expected, asked: int) -> str:
    """`about $0.0120 (30 questions of 2,500 + 200 tokens, as usual; price of 2026-11)`."""
    if told.cost == 0.0:
        return cost(0.0)
    source = "as in earlier runs" if told.measured else "an assumption, no run has measured it yet"
    tokens = f"{asked:,} questions, {told.tokens.prompt:,} + {told.tokens.completion:,} tokens an answer, {source}"
    if told.cost is None:
        return f"price unknown ({tokens}); add it to prices.json in Vouch's folder to see the cost"
    return f"about ${rounded(told.cost)} ({tokens}; list price of {told.as_of})"


def rounded(dollars: float) -> str:
    """Two digits that count: an estimate knows no more."""
    digits = max(2, 1 - math.floor(math.log10(dollars))) if dollars > 0 else 2
    return f"{dollars:,.{digits}f}"


def _launch(launches: Sequence[Launch]) -> None:
    """Start them all and show how they get on."""
    try:
        for launch in launches:
            folder = background.new_folder(state.home(), launch)
            background.start(state.home(), folder, launch)
            st.session_state[AWAITED] = folder.name
    except VouchError as error:
        st.session_state["run-error"] = error
    st.session_state["view"] = "Results"
    st.session_state[STARTED] = st.session_state.get(STARTED, 0) + 1
