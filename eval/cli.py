"""vouch eval run | list | check | generate | import | compare | gate | votes | …

Exit codes: 0 every question has its row, 1 otherwise, 2 the command or a question file was not understood.
Results go to standard output, progress and messages to standard error.
"""

from __future__ import annotations

import typer

from eval import (
    commands_compare,
    commands_judge,
    commands_report,
    commands_robustness,
    commands_run,
    commands_sets,
    commands_votes,
)

app = typer.Typer(
    name="eval",
    help="Asks the questions of a file and scores the answers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common() -> None:
    """Asks the questions of a file and scores the answers."""


commands_run.register(app)
commands_sets.register(app)
commands_compare.register(app)
commands_judge.register(app)
commands_votes.register(app)
commands_report.register(app)
commands_robustness.register(app)

if __name__ == "__main__":
    app(prog_name="vouch eval")
