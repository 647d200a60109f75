"""The prompts: Markdown files in `rag/answering/prompts/`, which a user may override with files of the same name in
`VOUCH_HOME/prompts/`. `$name` marks a place that is filled in; `$$` is a dollar sign."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from string import Template

from rag.errors import SettingsError

REFUSAL_PHRASE = "NOT-IN-LIBRARY"
"""What a model is told to reply where the passages do not suffice; one word, so that it cannot be split or reworded."""

PLACES: dict[str, frozenset[str]] = {
    "system": frozenset({"first", "second", "fence", "refusal", "words", "knowledge"}),
    "knowledge-papers": frozenset(),
    "knowledge-papers-first": frozenset({"outside"}),
    "question": frozenset({"evidence", "question", "refusal"}),
    "repair": frozenset({"evidence", "question", "sentences", "first"}),
    "judge": frozenset({"fence", "sentences"}),
}
NEEDED: dict[str, frozenset[str]] = {
    "system": frozenset({"fence", "refusal"}),
    "knowledge-papers": frozenset(),
    "knowledge-papers-first": frozenset({"outside"}),
    "question": frozenset({"evidence", "question"}),
    "repair": frozenset({"evidence", "sentences"}),
    "judge": frozenset({"fence", "sentences"}),
}
"""Places that a prompt may have, and those without which it cannot work."""


def render(name: str, home: Path, **values: str) -> str:
    """The prompt `name` with its places filled in.

    Raises SettingsError where a file of the user's lacks a needed place, has an unknown one, or cannot be read.
    """
    own, text = _source(name, home)
    template, places = _template(text)
    remedy = f"Correct the file, or remove it to use the prompt that comes with Vouch; its places are {_listed(PLACES[name])}."
    if missing := NEEDED[name] - places:
        raise SettingsError(f"The prompt {own} lacks {_listed(missing)}.", remedy=remedy)
    if unknown := places - PLACES[name]:
        raise SettingsError(f"The prompt {own} has {_listed(unknown)}, which nothing fills in.", remedy=remedy)
    if not template.is_valid():
        raise SettingsError(f"The prompt {own} has a dollar sign that marks no place.", remedy="Write $$ for a dollar sign.")
    return template.substitute({place: values.get(place, "") for place in places}).strip()


def digests(home: Path) -> dict[str, str]:
    """12 hex digits of each prompt in force, by its name. Raises SettingsError where a file of the user's cannot be read."""
    return {name: hashlib.sha256(_source(name, home)[1].encode()).hexdigest()[:12] for name in PLACES}


def _source(name: str, home: Path) -> tuple[Path, str]:
    """Where a user's own prompt would be, and the text in force."""
    own = home / "prompts" / f"{name}.md"
    try:
        return own, own.read_text(encoding="utf-8") if own.is_file() else _shipped(name)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The prompt {own} cannot be read.", remedy="Save it as UTF-8 text, or remove it.") from None


@lru_cache(32)
def _template(text: str) -> tuple[Template, frozenset[str]]:
    """The text as a template, and its places."""
    template = Template(text)
    return template, frozenset(template.get_identifiers())


@cache
def _shipped(name: str) -> str:
    return (files("rag.answering") / "prompts" / f"{name}.md").read_text(encoding="utf-8")


def _listed(places: frozenset[str]) -> str:
    return ", ".join(f"${place}" for place in sorted(places))
