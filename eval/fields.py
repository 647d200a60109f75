"""Single fields of a question's row, read and checked. Every reader raises Unusable where the field holds something else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from eval.formats import shown

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


class Unusable(Exception):
    """A field does not hold what it should; becomes a BadRow once file and line are known."""

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(found)


def row_id(row: Mapping[str, Any]) -> str | None:
    """The `id`, a text or a whole number."""
    value = row.get("id")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(row, "id")


def text(row: Mapping[str, Any], name: str) -> str | None:
    """A text without white space around it; None where it is absent or empty."""
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unusable(f"`{name}` is {shown(json.dumps(value))}", "a text")
    _require_unicode(name, value)
    return value.strip() or None


def _require_unicode(name: str, value: str) -> None:
    """JSON can spell half a surrogate pair, which no file can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unusable(f"`{name}` holds half a surrogate pair", "valid Unicode") from None


def flag(row: Mapping[str, Any], name: str, default: bool) -> bool:
    """True or false, as a word in a CSV cell too."""
    value = row.get(name)
    word = str(value).strip().lower()
    if value is None or word == "":
        return default
    if word not in TRUE | FALSE:
        raise Unusable(f"`{name}` is {shown(str(value))}", "true or false")
    return word in TRUE


def items(row: Mapping[str, Any], name: str, *, separators: str | None) -> list[Any]:
    """The items of a list field. A text is a CSV cell, split at the first of `separators` that occurs in it; with None it is
    the only item, with an empty text it is refused."""
    value = row.get(name)
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            return parsed
    if isinstance(value, str) and separators is None:
        return [value]
    if not isinstance(value, str) or not separators:
        raise Unusable(f"`{name}` is {shown(value if isinstance(value, str) else json.dumps(value))}", "a list")
    separator = next((s for s in separators if s in value), separators[0])
    return [part.strip() for part in value.split(separator) if part.strip()]


def strings(row: Mapping[str, Any], name: str, *, separators: str | None) -> Iterator[str]:
    """The texts of a list field (see `items`)."""
    for item in items(row, name, separators=separators):
        if not isinstance(item, str) or not item.strip():
            raise Unusable(f"`{name}` holds {shown(json.dumps(item))}", "texts")
        _require_unicode(name, item)
        yield item.strip()


def facts(row: Mapping[str, Any]) -> Iterator[str]:
    """The key facts; each holds a letter or a digit."""
    for fact in strings(row, "key_facts", separators="|;"):
        # Such a fact would be found in every answer.
        if not re.search(r"[^\W_]", fact):
            raise Unusable(f"the key fact {shown(fact)} holds no letter or digit", "words or numbers to look for")
        yield fact


def evidence(row: Mapping[str, Any]) -> Iterator[str]:
    """Gold passages: one text, or a list of texts or of objects with `text`."""
    for item in items(row, "evidence", separators=None):
        value = item.get("text") if isinstance(item, Mapping) else item
        if not isinstance(value, str) or not value.strip():
            raise Unusable(f"`evidence` holds {shown(json.dumps(item))}", "texts, word for word as they stand in the papers")
        _require_unicode("evidence", value)
        yield value.strip()


def filters(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The conditions as the file has them; in a CSV cell they are a JSON object."""
    value = row.get("filters")
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            value = json.loads(value)
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise Unusable(f"`filters` is {shown(json.dumps(value))}", 'an object such as {"year": 2024}')
    return value
