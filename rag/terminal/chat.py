"""A conversation in the terminal: questions build on earlier answers until /new."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from rag.answering.record import Answer
from rag.errors import VouchError
from rag.terminal.clean import clean
from rag.terminal.progress import Draft
from rag.terminal.show import show_answer, show_sources

QUOTING = "extractive"  # the back end that needs no model
HELP = """Ask a question, or type a command:
  /sources  the passages behind the last answer
  /quote    the last question again, answered with quotations and no model
  /new      forget the conversation and begin another
  /quit     leave (so do Ctrl-D and Ctrl-C)"""

Ask = Callable[[str, tuple[Answer, ...], Callable[[str], None] | None, str | None], Answer]


class Conversation:
    """Reads lines from the console's input until the end. `ask(question, history, on_token, llm)` answers.

    `llm` is the back end for every question, None for the one in the settings.
    """

    def __init__(self, console: Console, ask: Ask, *, llm: str | None = None) -> None:
        self._console = console
        self._ask = ask
        self._llm = llm
        self._prompt = "› " if console.is_terminal else ""
        self._history: tuple[Answer, ...] = ()
        self._question = ""
        self._commands: dict[str, Callable[[], None]] = {
            "/sources": self._sources,
            "/quote": self._quote,
            "/new": self._new,
            "/help": self._help,
        }

    def run(self) -> None:
        """Answer line after line; ends on /quit, end of input, or Ctrl-C at the prompt."""
        if self._console.is_terminal:
            import readline  # noqa: F401  gives the prompt its line editing and its history

        while (line := self._read()) is not None:
            self._take(line)
        self._console.print("Goodbye.")

    def _read(self) -> str | None:
        """The next line that says something; None at the end."""
        while True:
            try:
                line = clean(input(self._prompt)).strip()
            except (EOFError, KeyboardInterrupt):
                self._console.print()
                return None
            if line == "/quit":
                return None
            if line:
                return line

    def _take(self, line: str) -> None:
        """Run a command or answer a question."""
        if not line.startswith("/"):
            self._question = line
            self._answer(line, self._llm, self._history)
        elif line in self._commands:
            self._commands[line]()
        else:
            self._console.print(Text(f"{line.split(maxsplit=1)[0]} is no command.\n{HELP}"))

    def _answer(self, question: str, llm: str | None, history: tuple[Answer, ...]) -> None:
        """Print an answer and remember it after `history`. After an error the conversation goes on as if nothing was asked."""
        try:
            with Draft(self._console) as draft:
                answer = self._ask(question, history, draft if self._console.is_terminal else None, llm)
        except KeyboardInterrupt:
            self._console.print("Stopped; that question is left out of the conversation.\n")
            return
        except VouchError as error:
            self._console.print(Text(clean(str(error)), style="red"))
            self._console.print("Type /quote to have the question answered with quotations, without a model.\n")
            return
        show_answer(self._console, answer, passages=False)
        self._console.print()
        self._history = (*history, answer)

    def _sources(self) -> None:
        if self._history and self._history[-1].sources:
            show_sources(self._console, self._history[-1].sources)
        else:
            self._console.print("No answer with sources yet.")

    def _quote(self) -> None:
        if not self._question:
            self._console.print("Ask something first.")
            return
        answered = bool(self._history) and self._history[-1].question == self._question
        self._answer(self._question, QUOTING, self._history[:-1] if answered else self._history)

    def _new(self) -> None:
        self._history, self._question = (), ""
        self._console.print("A new conversation.")

    def _help(self) -> None:
        self._console.print(HELP)
