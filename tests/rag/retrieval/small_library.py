"""What a small library says about itself, for tests of wordings."""

from __future__ import annotations

import datetime as dt

from rag.library.conditions import Conditions
from rag.library.selection import Facts

AUTHORS = (
    ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar"),
    ("Geoffrey Hinton", "Yann LeCun"),
    ("Jürgen Schmidhuber", "Laurens van der Maaten"),
)
COMMENTS = ("Accepted at NeurIPS 2023", "ICML 2024 oral", "ACL 2024 Findings")
FILES = ("papers_2019.txt", "daily-jun-17.md", "listing.jsonl")


def holds(wanted: Conditions) -> bool:
    """A library of three papers with authors and three with comments."""
    words = (wanted.author or "").lower().replace("-", " ").split()
    by = any(set(words) <= set(name.lower().split()) for own in AUTHORS for name in own)
    return (bool(words) and by) or (wanted.venue is not None and any(wanted.venue.lower() in c.lower() for c in COMMENTS))


FACTS = Facts(dt.date(2025, 10, 15), ("BAIDU", "ByteDance", "Google DeepMind", "NAVER AI Lab", "NVIDIA", "Qwen"), FILES, holds)
