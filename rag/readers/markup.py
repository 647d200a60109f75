"""HTML and JATS tags in titles and abstracts, as publishers' services leave them there."""

from __future__ import annotations

import re

_INLINE = "i|b|em|strong|sub|sup|inf|u|small|sc|tt|scp|italic|bold|underline|monospace|roman|span|a|emph|ext-link|xref"
_BLOCK = "p|br|div|sec|title|label|list|list-item|h[1-6]|ul|ol|li|abstract|section"
_TAG = re.compile(
    rf"<(/?)(?:jats:|ns\d:|mml:)?({_INLINE}|{_BLOCK})((?:\s+[\w:.-]+=(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*(/?)>", re.IGNORECASE
)
_IS_BLOCK = re.compile(_BLOCK, re.IGNORECASE)


def untagged(text: str) -> str:
    """`text` without tags, where they are tags: `<b>bold</b>` goes in pairs, while `a <b> token` is what the authors wrote."""
    if "<" not in text or ">" not in text:
        return text
    found = list(_TAG.finditer(text))
    closed = {m[2].lower() for m in found if m[1]}
    opened = {m[2].lower() for m in found if not m[1]}
    pairs = closed & opened

    def plain(m: re.Match[str]) -> str:
        name = m[2].lower()
        if name not in pairs and name != "br":
            return m[0]
        return " " if _IS_BLOCK.fullmatch(name) else ""

    return _TAG.sub(plain, text) if found else text
