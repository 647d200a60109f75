"""What every command of `vouch eval` shares: its settings, messages on standard error, one message for a foreseen error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import QuestionSetError, VouchError
from rag.terminal.clean import clean

if TYPE_CHECKING:
    from rag.settings import Settings

Home = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder that holds the library (VOUCH_HOME).")]


@contextmanager
def one_message() -> Iterator[None]:
    """Foreseen errors become one message and an exit code."""
    try:
        yield
    except VouchError as error:
        tell(f"vouch: {error}")
        raise typer.Exit(2 if isinstance(error, QuestionSetError) else 1) from None


def load_settings(home: Path | None) -> Settings:
    """Settings of the environment, with `home` in place of VOUCH_HOME where given."""
    from rag.settings import Settings

    return Settings.load() if home is None else Settings.load(home=home.expanduser().absolute())


def tell(text: str) -> None:
    """A message on standard error, without control sequences that a file or a paper may carry."""
    if text:
        typer.echo(clean(text), err=True)
