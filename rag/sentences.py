"""Cut text into sentences with their character offsets."""

from __future__ import annotations

import re

LANGUAGE = "en"
ENUMERATOR = re.compile(r"\(?(?<![\w(])\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})\)")
"""`(2)`, `3)`, `b)`, `iv)`: the segmenter takes the rest of the text for the inside of a bracket that never closes."""

OPENING = re.compile(r"\s\($")
SURROGATE = re.compile("[\ud800-\udfff]")
"""Stand for bytes that are no text; the segmenter refuses them."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) in order. Together they cover every character but the white space between sentences."""
    import sentencex

    masked = ENUMERATOR.sub(lambda found: re.sub(r"[()]", " ", found.group()), SURROGATE.sub("\ufffd", text))
    spans: list[tuple[int, int]] = []
    for boundary in sentencex.get_sentence_boundaries(LANGUAGE, masked):
        start, end = boundary["start_index"], boundary["end_index"]
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        body = piece.strip()
        if not body:
            continue
        if spans and OPENING.search(text, spans[-1][0], spans[-1][1]):
            # The bracket of `(2)` was masked as white space and counted to the sentence before.
            before = text[spans[-1][0] : spans[-1][1] - 1].rstrip()
            lead = spans[-1][1] - 1 - start
            spans[-1] = (spans[-1][0], spans[-1][0] + len(before))
            body = text[start + lead : end].rstrip()
        spans.append((start + lead, start + lead + len(body)))
    return spans


def sentences(text: str) -> list[str]:
    """The sentences themselves, verbatim."""
    return [text[start:end] for start, end in sentence_spans(text)]
