"""The evaluation's own branches of the error tree in `rag.errors`:

VouchError
 ├── QuestionSetError
 │    └── BadRow         one row of a question file; the other rows are used
 └── RunError            a run folder cannot be used
      ├── RunChanged     it belongs to another set, library, back end, setting or version
      ├── RunBusy        another process is writing to it
      ├── RunDamaged     a file in it cannot be read
      └── NothingInCommon  it shares no scored question with the run it is compared with
"""

from __future__ import annotations

from rag.errors import QuestionSetError, VouchError


class BadRow(QuestionSetError):
    """One row of a question file cannot be used. `line` is the 1-based line on which the row begins."""

    def __init__(self, file: str, line: int, found: str, *, expected: str = "") -> None:
        self.file, self.line, self.found, self.expected = file, line, found, expected
        wanted = f"; expected {expected}" if expected else ""
        super().__init__(f"{file}, line {line}: {found}{wanted}.")


class RunError(VouchError):
    """A run folder cannot be used."""


class RunChanged(RunError):
    """The folder belongs to another set, library, back end, setting or version."""


class RunBusy(RunError):
    """Another process is writing to the folder."""


class NothingInCommon(RunError):
    """Two runs share no scored question."""


class RunDamaged(RunError):
    """A file of the run cannot be read."""
