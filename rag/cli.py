"""The command line: vouch ingest | sync | fetch | enrich | reindex | search | ask | chat | answers | papers | serve | eval | …

Exit codes: 0 the work is done (an abstention is an answer), 1 it failed and one message on standard error says why,
2 the command was not understood, 130 stopped by Ctrl-C. Results go to standard output, progress and messages to standard error.
Everything heavy is imported inside the commands, so that `vouch --help` is instant.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import VouchError
from rag.terminal import answers, library, papers, remote
from rag.terminal.brief import Ending, brief

if TYPE_CHECKING:
    from rich.console import Console

    from rag.assistant import Assistant
    from rag.settings import Settings

INTERRUPTED = 128 + 2  # what shells expect after Ctrl-C

app = typer.Typer(
    name="vouch",
    help="Answers questions over research-paper abstracts; every sentence carries a checked citation.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Question = Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question; quotation marks are optional.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")]
Filters = Annotated[
    bool, typer.Option("--filters/--no-filters", help='Read conditions such as "papers from 2023" from the question.')
]
Llm = Annotated[str | None, typer.Option(metavar="PROVIDER:MODEL", help="Back end to use in place of VOUCH_LLM.")]


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"vouch {version('vouch')}")
        raise typer.Exit


@app.callback()
def common(
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder that holds the library (VOUCH_HOME).")] = None,
    version: Annotated[  # noqa: ARG001  the callback acts on it
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command. They go into the environment, where child processes and `eval` find them too."""
    if home is not None:
        os.environ["VOUCH_HOME"] = str(home.expanduser().absolute())
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")  # Chroma's switch


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files, archives, folders or patterns; - reads standard input.")
    ] = None,
    year: Annotated[int | None, typer.Option(min=1900, max=2100, help="Year of dates that are written without one.")] = None,
    named: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Column of a table that holds a field; repeatable.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Read the bundled sample library.")] = False,
) -> None:
    """Read papers into the library. What it holds already is not read in twice."""
    from rag.terminal.progress import IngestBar

    if bool(paths) == sample:
        raise typer.BadParameter("name files or folders to read, or give --sample alone.")
    columns = columns_of(named or [])
    try:
        with open_assistant() as assistant, IngestBar(console(stderr=True)) as bar:
            report = (
                assistant.load_sample(bar) if sample else assistant.ingest(paths or [], year=year, columns=columns, progress=bar)
            )
    except KeyboardInterrupt:
        typer.echo("Stopped. What was read is kept; the same command goes on from there.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    say(str(report))
    if not report.records:
        raise typer.Exit(1)


app.command()(library.sync)
app.command()(remote.fetch)
app.command()(remote.enrich)
app.command()(library.reindex)


@app.command()
def search(
    ctx: typer.Context,
    question: Question,
    limit: Annotated[int, typer.Option(min=1, help="Papers to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Find the papers that fit a question. Best first, each with its best passage."""
    from rag.terminal.clean import json_text
    from rag.terminal.show import hit_row, show_hits

    wanted = sentence(question)
    with brief(load_settings(), ctx.obj) as assistant:
        hits = assistant.search(wanted, limit=limit)
    if as_json:
        typer.echo(json_text([hit_row(hit) for hit in hits]))
        return
    if not hits:
        say("Nothing in the library fits.")
    show_hits(console(), hits)


@app.command()
def ask(ctx: typer.Context, question: Question, llm: Llm = None, as_json: AsJson = False, filters: Filters = True) -> None:
    """Answer a question from the library. Every sentence carries its citation and a verdict on it."""
    from rag.terminal.clean import json_text
    from rag.terminal.progress import Draft
    from rag.terminal.show import show_answer

    wanted, screen = sentence(question), console()
    with brief(load_settings(), ctx.obj) as assistant:
        home = assistant.settings.home
        if as_json:
            typer.echo(json_text(answers.keep(home, assistant.ask(wanted, llm=llm, filters=filters)).to_dict()))
            return
        with Draft(screen) as draft:
            answer = assistant.ask(wanted, on_token=draft if screen.is_terminal else None, llm=llm, filters=filters)
    show_answer(screen, answers.keep(home, answer))


@app.command()
def chat(llm: Llm = None) -> None:
    """Talk with the library. Later questions may refer to earlier answers; /help lists the commands."""
    from rag.terminal.chat import Conversation

    with open_assistant() as assistant:
        say(f"{assistant.count()} papers. Ask a question; /help lists the commands, /quit leaves.\n")
        home = assistant.settings.home
        Conversation(
            console(),
            lambda q, history, on_token, chosen: answers.keep(home, assistant.ask(q, history, on_token, llm=chosen)),
            llm=llm,
        ).run()


app.add_typer(answers.app, name="answers")
app.add_typer(papers.app, name="papers")


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on (VOUCH_PORT).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (VOUCH_HOST).")] = None,
) -> None:
    """Open the chat in the browser. An empty library gets the bundled sample first."""
    from rag.terminal import serve as server

    settings = load_settings(**{name: value for name, value in (("port", port), ("host", host)) if value is not None})
    server.refuse_taken_port(settings.host, settings.port)
    with open_assistant(settings) as assistant:
        if not assistant.count():
            say(f"The library is empty: reading the sample.\n{assistant.load_sample()}")
    server.run(settings, say)


@app.command(
    "eval",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
def evaluate(ctx: typer.Context) -> None:
    """Ask and score a file of questions. `vouch eval --help` says more."""
    # Loaded by name: the engine must not depend on its own evaluation.
    evaluation = importlib.import_module("eval.cli").app
    code = evaluation(args=ctx.args or ["--help"], prog_name="vouch eval", standalone_mode=False)
    if isinstance(ctx.obj, Ending):
        ctx.obj.at_once = True  # what it wrote is on the disk, and taking all it loaded to pieces takes a second
    if isinstance(code, int) and code:
        raise typer.Exit(code)


@app.command()
def doctor(
    provider: Annotated[str | None, typer.Argument(help="With --models: the provider whose models to list.")] = None,
    models: Annotated[bool, typer.Option("--models", help="List the models that the servers offer; nothing else.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the installation. Says what to do about what is wrong with settings, stores, model file or back end."""
    from rag.terminal import doctor as room
    from rag.terminal.clean import json_text
    from rag.terminal.doctor import examine, show_checks

    if provider and not models:
        raise typer.BadParameter("a provider goes with --models.")
    checks = list(room.models(load_settings(), provider)) if models else examine()
    if as_json:
        typer.echo(json_text([check.to_dict() for check in checks]))
    else:
        show_checks(console(), checks)
    if any(check.broken for check in checks):
        raise typer.Exit(1)


def sentence(words: Sequence[str]) -> str:
    """The words of a question as one text. Raises a usage error where there are none."""
    question = " ".join(words).strip()
    if not question:
        raise typer.BadParameter("the question is empty.")
    return question


def columns_of(named: Sequence[str]) -> dict[str, str]:
    """Field -> column from options such as `title=Paper name`. Raises a usage error for what is none."""
    from rag.readers.columns import NAMES

    columns: dict[str, str] = {}
    for option in named:
        field, sign, column = (part.strip() for part in option.partition("="))
        if not sign or not column or field not in NAMES:
            raise typer.BadParameter(f"--map takes FIELD=COLUMN with one of these fields: {', '.join(NAMES)}.")
        columns[field] = column
    return columns


def load_settings(**values: Any) -> Settings:
    """Settings from the command line, the environment and `.env`."""
    from rag.settings import Settings

    return Settings.load(**values)


def open_assistant(settings: Settings | None = None) -> Assistant:
    """The engine over the library the settings name."""
    settings = settings or load_settings()  # first, so that a wrong setting is told at once
    from rag.assistant import Assistant

    return Assistant.open(settings)


def console(*, stderr: bool = False) -> Console:
    """A console that takes text as it is: nothing in it is markup, an emoji code or worth highlighting."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def say(text: str) -> None:
    """A message on standard output, without control sequences that a file name or a paper may carry."""
    from rag.terminal.clean import clean

    typer.echo(clean(text))


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code. Bugs keep their traceback; foreseen errors get one message."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Unicode must not turn a title into a crash
    ending = Ending() if args is None else None  # with arguments it may be called from a process that goes on
    try:
        app(args=args, prog_name="vouch", obj=ending)
    except SystemExit as end:
        if ending:
            ending.leave(end.code)
        raise
    except (VouchError, OSError) as error:
        from rag.terminal.clean import clean

        typer.echo(clean(f"vouch: {error}"), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
