"""Messages in words: what happened, what to do. Plain HTML, because messages carry foreign text."""

from __future__ import annotations

from rag.conversations.record import Interrupted
from rag.errors import (
    BackendBusy,
    BackendError,
    BackendGarbled,
    BackendMissing,
    BackendRefused,
    BackendTimeout,
    BackendUnknown,
    BackendUnreachable,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    ModelError,
    SettingsError,
    VouchError,
)
from ui.components.safe import text

TITLES: dict[type[VouchError], str] = {
    BackendUnknown: "No back end of that name",
    BackendMissing: "The language model is not set up",
    BackendUnreachable: "The language model cannot be reached",
    BackendRefused: "The language model refused the request",
    BackendBusy: "The language model is busy",
    BackendTimeout: "The language model took too long",
    BackendGarbled: "The language model sent no usable answer",
    BackendError: "The language model gave no answer",
    Interrupted: "The answer was interrupted",
    LibraryLocked: "The library is being written to",
    LibraryDamaged: "The library cannot be opened",
    LibraryError: "That could not be done",
    ModelError: "The embedding model is missing",
    SettingsError: "A setting needs correcting",
}


def error_html(error: VouchError) -> str:
    """An error: its kind, its message, its remedy."""
    title = next((TITLES[kind] for kind in type(error).__mro__ if kind in TITLES), "That did not work")
    remedy = f'<p class="v-remedy">{text(error.remedy)}</p>' if error.remedy else ""
    return f'<div class="v-notice v-bad" role="alert"><strong>{text(title)}</strong><p>{text(error.message)}</p>{remedy}</div>'


def info_html(title: str, words: str, kind: str = "v-plain") -> str:
    """A state that is no error. `kind` is a class of the style sheet."""
    return f'<div class="v-notice {kind}" role="status"><strong>{text(title)}</strong><p>{text(words)}</p></div>'
