"""The commands about answers that were given: `vouch answers list | show | replay | export`."""

from __future__ import annotations

import difflib
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import LibraryError

if TYPE_CHECKING:
    from rag.answering.record import Answer
    from rag.answers import AnswerStore

app = typer.Typer(
    help="List, show, replay and export the answers that were given.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """What an answer is exported as; all but Markdown and JSON hold the cited references only."""

    MARKDOWN = "markdown"
    JSON = "json"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"


ENDINGS = {".md": Format.MARKDOWN, ".json": Format.JSON, ".bib": Format.BIBTEX, ".ris": Format.RIS}
Id = Annotated[str, typer.Argument(metavar="ID", help="An answer's id or its beginning; `last` is the newest.")]


@app.command("list")
def list_answers(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="Only questions that contain this.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Answers to show.")] = 20,
) -> None:
    """List the answers, newest first. One line each: id, when, how it was answered, question."""
    from rag.terminal.clean import one_line

    for kept in opened().list(limit, contains=" ".join(text or [])):
        typer.echo(one_line(f"{kept.id}  {kept.asked_at[:16]}  {kept.kind.value:<8}  {kept.question}"))


@app.command()
def show(answer: Id, as_json: Annotated[bool, typer.Option("--json", help="Print the whole record as JSON.")] = False) -> None:
    """Show an answer as it was given. Nothing is computed anew."""
    from rich.console import Console
    from rich.text import Text

    from rag.terminal.clean import json_text, one_line
    from rag.terminal.show import show_answer

    found = opened().get(answer)
    if as_json:
        typer.echo(json_text(found.to_dict()))
        return
    console = Console(markup=False, emoji=False, highlight=False)
    console.print(Text(one_line(found.question), style="bold"), soft_wrap=True)
    console.print()
    show_answer(console, found)


@app.command()
def replay(answer: Id) -> None:
    """Ask the question again with the same settings. Prints what differs; the new answer is not kept."""
    from rag.assistant import Assistant
    from rag.settings import Settings
    from rag.terminal.clean import clean

    store = opened()
    before = store.get(answer)
    history = tuple(store.get(earlier) for earlier in before.follows)
    known = {name: value for name, value in before.settings.items() if name in Settings.model_fields}
    options = before.settings
    with Assistant.open(Settings.load(**known)) as assistant:
        after = assistant.ask(
            before.question,
            history,
            llm=str(options.get("llm", before.model)),
            filters=bool(options.get("filters", True)),
            without=tuple(options.get("without", ())),
        )
    lines = differences(before, after)
    typer.echo(clean("\n".join(lines)) if lines else "The same answer.")


@app.command()
def export(
    answer: Id,
    form: Annotated[Format | None, typer.Option("--format", help="By default what OUTPUT ends in, or markdown.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; standard output by default.")] = None,
) -> None:
    """Export an answer as Markdown with quotes and verdicts, or its cited references as BibTeX, RIS or CSL-JSON."""
    chosen = form or ENDINGS.get(output.suffix.lower() if output else "", Format.MARKDOWN)
    text = exported(opened().get(answer), chosen)
    if output is None:
        sys.stdout.write(text)
        return
    part = output.with_name(f"{output.name}.part")  # a run that is stopped leaves no half file under the name
    part.write_text(text, encoding="utf-8")
    os.replace(part, output)


def exported(answer: Answer, form: Format) -> str:
    """The answer, or its references, as text."""
    from rag.answering.markdown import markdown
    from rag.export import export as references
    from rag.terminal.clean import json_text

    if form is Format.MARKDOWN:
        return markdown(answer)
    if form is Format.JSON:
        return f"{json_text(answer.to_dict())}\n"
    return "".join(references((source.paper for source in answer.sources), form.value))


def differences(before: Answer, after: Answer) -> list[str]:
    """What is not the same in two answers to one question, as lines; empty where a reader would see no difference."""
    lines = list(difflib.unified_diff(_shown(before), _shown(after), "before", "now", lineterm="", n=0))
    facts = {
        "model": (before.model, after.model),
        "confidence": (f"{before.confidence:.2f}", f"{after.confidence:.2f}"),
        "settings": (before.settings_fingerprint, after.settings_fingerprint),
    }
    return lines + [f"{name}: {was} before, {is_} now" for name, (was, is_) in facts.items() if was != is_]


def _shown(answer: Answer) -> list[str]:
    """An answer line by line: sentences with the papers they cite and their verdicts, then the remarks."""
    papers = {source.number: source.paper.id for source in answer.sources}
    said = [f"{s.text} [{', '.join(papers[n] for n in s.citations)}] {s.verdict.value}" for s in answer.sentences]
    return [*(said or [answer.text]), *(f"Note: {note}" for note in answer.notes)]


def opened() -> AnswerStore:
    """The answers kept in the library that the settings name."""
    from rag.answers import AnswerStore
    from rag.settings import Settings

    return AnswerStore(Settings.load().home)


def keep(home: Path, answer: Answer) -> Answer:
    """The answer with the id under which it is now kept; where it cannot be kept that is told, and nothing is lost."""
    from rag.answers import AnswerStore
    from rag.terminal.clean import clean

    store = AnswerStore(home)
    try:
        return store.keep(answer)
    except LibraryError as error:
        typer.echo(clean(f"The answer was not kept: {error.message}"), err=True)
        return answer
    finally:
        store.close()
