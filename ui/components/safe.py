"""Foreign text made harmless. Papers, questions, model words, file names and error messages pass through here to be shown.

HTML is the rule (`st.html` cleans it once more in the browser); Markdown only where Streamlit takes nothing else, as in the
labels of buttons. Data frames, `st.text` and the options of select boxes show text as it is and need neither.
"""

from __future__ import annotations

import html
import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

JOINER = "\u2060"  # invisible, no width: breaks up what a plugin would find in the finished text
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def text(raw: object) -> str:
    """HTML that shows `raw` exactly, between tags or inside a quoted attribute.

    Line feeds become references: Streamlit dedents what it is given, which would change white space inside an abstract.
    """
    return html.escape(str(raw), quote=True).replace("\n", "&#10;")


def label(raw: object) -> str:
    """Markdown that shows `raw` on one line as plain text: no emphasis, link, image, formula, colour, icon or emoji.

    A backslash keeps a sign from being Markdown. Streamlit also looks for emoji codes, arrows and addresses in the text that
    results, so every sign is followed by an invisible joiner as well.
    """
    signs = _PUNCTUATION.sub(lambda sign: f"\\{sign[0]}{JOINER}", " ".join(str(raw).split()))
    return re.sub("www", f"w{JOINER}ww", signs, flags=re.IGNORECASE)


def address(url: str | None) -> str | None:
    """HTML for an attribute that holds `url`, or None where that is no web address (`javascript:` and the like)."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return text(url) if parts.scheme in ("http", "https") and parts.netloc else None


def link(url: str | None, words: str) -> str:
    """A link that opens in a new tab and tells the other side nothing; empty where `url` is no web address."""
    target = address(url)
    return "" if target is None else f'<a href="{target}" target="_blank" rel="noopener noreferrer">{text(words)}</a>'


def base_name(file: str) -> str:
    """The last part of a path of any system, for showing."""
    return PurePosixPath(PureWindowsPath(file).as_posix()).name or file
