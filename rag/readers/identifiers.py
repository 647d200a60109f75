"""arXiv ids and DOIs, found and brought into one form.

arXiv's own description of its identifiers: YYMM.number since April 2007, the number with four digits until the end of
2014 and with five since; before that archive/YYMMnumber with three digits.
"""

from __future__ import annotations

import re

# The digits are counted by the month, so that a text glued to an id (`2407.028333D scenes`) loses none of its own.
_NEW = r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5})"
_OLD = r"[a-z][a-z-]+(?:\.[A-Z]{2})?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
ARXIV = rf"({_NEW}|{_OLD})(?:v\d{{1,2}})?"

_ARXIV_ID = re.compile(rf"(?:arxiv:\s*)?{ARXIV}", re.IGNORECASE)
_ARXIV_URL = re.compile(rf"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/{ARXIV}(?:\.pdf)?/?", re.IGNORECASE)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{ARXIV}", re.IGNORECASE)
_STATED = re.compile(
    rf"(?:arxiv (?:preprint|e-prints?)[,:]?\s*)?arxiv:\s*{ARXIV}(?:\s*\[[\w.,;\s-]{{1,40}}\])?\.?", re.IGNORECASE
)
_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}/[^\s\x00-\x20\x7f-\x9f\ud800-\udfff]+)", re.IGNORECASE
)


def arxiv_id(value: object) -> str | None:
    """The bare id without version in `2407.02833`, `arXiv:2407.02833v2`, an arxiv.org address or an arXiv DOI, else None."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    m = _ARXIV_ID.fullmatch(text) or _ARXIV_URL.fullmatch(text)
    if m is None and (name := doi(text)) is not None:
        m = _ARXIV_DOI.fullmatch(name)
    return m[1] if m else None


def stated_arxiv_id(value: object) -> str | None:
    """The id where a remark or a journal consists of it: `arXiv:2407.02833 [cs]`, `arXiv preprint arXiv:2407.02833`."""
    m = _STATED.fullmatch(value.strip()) if isinstance(value, str) else None
    return m[1] if m else None


def doi(value: object) -> str | None:
    """The bare DOI in `10.1000/x`, `doi:10.1000/x` or a doi.org address, else None."""
    m = _DOI.fullmatch(value.strip()) if isinstance(value, str) else None
    return m[1].rstrip(".,;") if m else None
