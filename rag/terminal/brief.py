"""The engine for the one question of a command: opened while it is loaded, and left to the operating system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings


@dataclass(slots=True)
class Ending:
    """How a process ends that runs one command: `at_once`, or with all it holds taken to pieces."""

    at_once: bool = False

    def leave(self, code: str | int | None) -> None:
        """End the process if it may end at once; else return."""
        if self.at_once and (code is None or isinstance(code, int)):
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):  # whoever read the other end of a pipe has left
                    stream.flush()
            os._exit(code or 0)


@contextmanager
def brief(settings: Settings, ending: Ending | None) -> Iterator[Assistant]:
    """The engine; a large library's index is read while the rest is loaded. With `ending` it is not closed, and the process
    may end at once: closing a large index takes longer than a search."""
    from rag.library.ahead import Ahead

    ahead = Ahead.begun(settings)
    from rag.assistant import Assistant

    assistant = Assistant.open(settings, ahead)
    try:
        yield assistant
    except BaseException:
        assistant.close()
        raise
    if ending is None:
        assistant.close()
    else:
        assistant.leave()
        ending.at_once = True
