"""The report of one run or several, made when it is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

FORMS = {
    "html": ("Page (HTML)", "text/html", ":material/web:"),
    "md": ("Markdown", "text/markdown", ":material/article:"),
    "csv": ("Table (CSV)", "text/csv", ":material/table:"),
    "json": ("Everything (JSON)", "application/json", ":material/data_object:"),
}


def downloads(folders: Sequence[Path], home: Path, key: str) -> None:
    """A button for each form."""
    with st.popover("Download the report", icon=":material/download:"):
        for form, (words, kind, icon) in FORMS.items():
            st.download_button(
                words,
                data=_maker(folders, home, form),
                file_name=f"{folders[-1].name[:80]}.{form}",
                mime=kind,
                icon=icon,
                key=f"{key}-{form}",
                on_click="ignore",
                width="stretch",
            )


def _maker(folders: Sequence[Path], home: Path, form: str) -> Callable[[], bytes]:
    return partial(report, tuple(folders), home, form)


def report(folders: Sequence[Path], home: Path, form: str) -> bytes:
    """The report in that form, UTF-8. Raises RunError where a run cannot be read."""
    from eval.commands_report import forms
    from eval.report.gather import gather

    return "".join(forms()[form](gather(list(folders), home))).encode()
