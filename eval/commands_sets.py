"""vouch eval check | generate | import: question sets before they are asked, and answers recorded elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.console import Home, load_settings, one_message, tell
from rag.errors import SettingsError
from rag.terminal.clean import clean

MOST_LINES = 50


def register(app: typer.Typer) -> None:
    """Add the commands to `vouch eval`."""
    app.command("check")(check)
    app.command("generate")(generate)
    app.command("import")(import_)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="SET...", help="Question sets.")],
    *,
    home: Home = None,
    library: Annotated[bool, typer.Option(help="Look named papers and evidence up in the library.")] = True,
) -> None:
    """Say what is wrong with question sets, by file and line; exit code 1 where something keeps them from being asked right."""
    with one_message():
        from eval import runner
        from eval.checking import check as check_set
        from eval.questions import load_questions

        settings = load_settings(home)
        wrong = False
        with runner.open_assistant(settings) as assistant:
            look_up = library and assistant.count() > 0
            if library and not look_up:
                tell(f"The library in {settings.home} holds no paper, so that named papers are not looked up.")
            for file in files:
                questions = load_questions(file)
                problems = check_set(questions, assistant.papers if look_up else None)
                for problem in problems:
                    typer.echo(clean(str(problem)))
                errors = sum(problem.error for problem in problems)
                wrong = wrong or errors > 0
                typer.echo(clean(f"{file}: {len(questions)} questions, {errors} errors, {len(problems) - errors} remarks."))
        if wrong:
            raise typer.Exit(1)


def generate(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON lines; drafts are added to what it holds.")],
    llm: Annotated[str | None, typer.Option(metavar="PROVIDER:MODEL", help="Back end in place of VOUCH_LLM.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many questions.")] = 20,
    kind: Annotated[
        list[str] | None, typer.Option(help="single or unanswerable; with a model also multi and dialogue. May be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other papers.")] = 0,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Questions in flight at a model.")] = 4,
    home: Home = None,
) -> None:
    """Propose questions about the library as drafts with their evidence, for review before they are asked.

    Without a model they come from the sentences that most likely hold a paper's finding.
    """
    with one_message():
        from eval import runner
        from eval.generating import generate as propose

        settings = load_settings(home)
        spec = llm or settings.llm
        with runner.open_assistant(settings) as assistant:
            made = propose(assistant, out, llm=spec, kinds=kind or ["single"], count=count, seed=seed, concurrency=concurrency)
        typer.echo(clean(f"{out}: {made.new} drafts added, {made.rows} questions in all. Review them before use."))
        for reason, number in made.dropped.items():
            tell(f"dropped {number}: {reason}")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines with `question` and `answer`, gzip or not.")],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder of the run, or of a folder for each system.")] = None,
    gold: Annotated[Path | None, typer.Option("--set", metavar="SET", help="Question set that holds the right answers.")] = None,
    names: Annotated[
        list[str] | None, typer.Option("--map", metavar="WHAT=FIELD", help="Where the file has it, such as answer=output.")
    ] = None,
    home: Home = None,
) -> None:
    """Score answers that another system recorded; each system in FILE becomes a run that can be compared and reported."""
    with one_message():
        from eval import runner
        from eval.importing import import_runs
        from eval.questions import load_questions
        from eval.runs import RUNS

        settings = load_settings(home)
        mapped = dict(_pair(text) for text in names or ())
        questions = load_questions(gold) if gold else None
        folder = out or settings.home / RUNS / f"{file.name.split('.')[0]}-recorded"
        with runner.open_assistant(settings) as assistant:
            found, errors = import_runs(file, folder, assistant, questions=questions, names=mapped, beside=out is None)
        for error in errors[:MOST_LINES]:
            tell(str(error))
        if errors:
            tell(f"{len(errors)} rows cannot be used.")
        for one in found:
            typer.echo(clean(f"=== {one.system}"))
            typer.echo(one.summary.table(width=100))
            tell(f"Results: {one.folder}")
        if errors:
            raise typer.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    what, _, name = text.partition("=")
    if not name:
        raise SettingsError(f"--map {text} names no field.", remedy="Write it like this: --map answer=output.")
    return what.strip(), name.strip()
