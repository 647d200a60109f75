"""What the settings page tells: where each value came from, whether everything an answer depends on is in order, versions."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from pydantic import AliasChoices, SecretStr

from rag.answering.record import Tokens
from rag.backends import Message, collect, open_backend
from rag.library.stores import Stores
from rag.settings import ENV_FILE, PREFIX, Settings

if TYPE_CHECKING:
    from rag.terminal.doctor import Check

ENVIRONMENT, IN_FILE, DEFAULT = "environment", ".env", "default"
SET, NOT_SET = "set", "not set"
PROBE = "Answer with the single word: ready"
PACKAGES = ("vouch", "streamlit", "chromadb", "tantivy", "llama-index-core", "openvino", "SQLAlchemy")


@dataclass(frozen=True, slots=True)
class Told:
    """A setting as the page tells it; of a key only whether there is one."""

    variable: str
    value: str
    origin: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a back end said to a short request, after how many seconds."""

    said: str
    seconds: float
    tokens: Tokens


def told_settings(settings: Settings, environment: Mapping[str, str] | None = None) -> list[Told]:
    """Every setting, in the order of `Settings`. `environment` stands for the process's own."""
    here = os.environ if environment is None else environment
    outside = {name.upper() for name, value in here.items() if value}
    in_file = {name.upper() for name, value in dotenv_values(ENV_FILE).items() if value}
    told = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [f"{PREFIX}{name.upper()}"]
        by = next(((n, ENVIRONMENT) for n in names if n in outside), None)
        by = by or next(((n, IN_FILE) for n in names if n in in_file), (names[0], DEFAULT))
        told.append(Told(by[0], _shown(getattr(settings, name), secret="key" in name), by[1], field.description or ""))
    return told


def _shown(value: object, *, secret: bool) -> str:
    if secret or isinstance(value, SecretStr):
        held = value.get_secret_value() if isinstance(value, SecretStr) else value
        return SET if held else NOT_SET
    text = NOT_SET if value is None or value == "" else str(value)
    head, at, rest = text.rpartition("@")
    scheme, slashes, _ = head.partition("://")
    return f"{scheme}://…@{rest}" if at and slashes else text  # a password in an address is a key too


def quick(settings: Settings) -> list[Check]:
    """What can be looked at in a moment: folder, disk, back ends. Asks nobody."""
    from rag.terminal import doctor

    looks = (("home", doctor.home), ("disk", doctor.disk), ("back end", doctor.back_ends))
    return [check for name, look in looks for check in doctor.guarded(name, look, settings)]


def thorough(settings: Settings, stores: Stores) -> list[Check]:
    """Everything, which may take seconds: the stores against each other, the model file, servers; still asks no model."""
    from rag.terminal import doctor

    return [
        *quick(settings),
        *doctor.guarded("library", partial(_agreement, stores)),
        *doctor.guarded("server", doctor.servers, settings),
        *doctor.guarded("model file", doctor.model_file),
    ]


def _agreement(stores: Stores) -> Iterator[Check]:
    """Whether both indexes hold what the catalogue says they hold."""
    from rag.terminal.doctor import BROKEN, NOTE, OK, Check

    papers, (indexed, passages) = stores.catalogue.count(), stores.catalogue.indexed_count(stores.index_name)
    vectors, keywords = stores.vectors.count(), stores.keywords.count()
    if vectors < passages or keywords < indexed:
        found = f"{indexed:,} papers with {passages:,} passages are indexed; Chroma holds {vectors:,}, tantivy {keywords:,}."
        yield Check("library", BROKEN, found, "Run `vouch reindex` in a terminal: the papers themselves are safe.")
    elif indexed < papers:
        found = f"{papers - indexed:,} of {papers:,} papers cannot be found yet: an ingest was interrupted or is under way."
        yield Check("library", NOTE, found, "Where none is running, finish indexing on the library page.")
    else:
        yield Check("library", OK, f"{papers:,} papers, {passages:,} passages; catalogue, Chroma and tantivy agree")


def probe(spec: str, settings: Settings) -> Probe:
    """Ask a back end for one word. Raises BackendError."""
    began = time.monotonic()
    reply = collect(open_backend(spec, settings).stream([Message("user", PROBE)]))
    return Probe(reply.text.strip(), time.monotonic() - began, reply.tokens)


@cache
def versions() -> dict[str, str]:
    """Name -> version, of Python and of what the answers depend on."""
    found = {"Python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def size(home: Path) -> int:
    """Bytes that the library's folder takes. Looks at every file in it, which are few however many papers there are."""
    return sum(entry.stat().st_size for entry in home.rglob("*") if entry.is_file() and not entry.is_symlink())
