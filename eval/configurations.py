"""What a set is asked of: back ends crossed with settings, and the folders their runs go to."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.questions import QuestionSet
from rag.errors import SettingsError
from rag.settings import PREFIX, Settings

ELSEWHERE = {"home": "--home", "llm": "--llm"}
"""Settings that have an option of their own."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A back end (None for that of the settings) and the settings given for it, by field name, as they were written."""

    llm: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)

    def settings(self, home: Path | None = None) -> Settings:
        """The settings of the environment with these in their place. Raises SettingsError for a value out of range."""
        values: dict[str, object] = dict(self.overrides)
        if home is not None:
            values["home"] = home.expanduser().absolute()
        if self.llm is not None:
            values["llm"] = self.llm
        try:
            return Settings.load(**values)
        except SettingsError as error:
            for name, value in self.overrides.items():
                if error.message.startswith(f"{PREFIX}{name.upper()} is {value!r}"):
                    raise SettingsError(
                        f"--setting {name}={value}: {error.message}", remedy="Correct it on the command line."
                    ) from None
            raise

    @property
    def label(self) -> str:
        """What to call it: `openai:gpt-4o-mini answer_words=60`."""
        return " ".join(part for part in (self.llm or "", *(f"{k}={v}" for k, v in self.overrides.items())) if part)


def configurations(llms: Sequence[str], settings: Iterable[str]) -> list[Configuration]:
    """Every back end with every combination of settings, each written `name=value`; a name given twice has two values.

    Raises SettingsError for what is no setting, a secret, or not written like that.
    """
    values: dict[str, list[str]] = {}
    for text in settings:
        name, value = _parsed(text)
        values.setdefault(name, []).append(value)
    choices = [[(name, value) for value in dict.fromkeys(own)] for name, own in values.items()]
    backends: Sequence[str | None] = list(dict.fromkeys(llms)) or [None]
    return [Configuration(llm, dict(picked)) for llm in backends for picked in itertools.product(*choices)]


def folders(out: Path | None, pairs: Sequence[tuple[QuestionSet, Configuration]]) -> list[Path | None]:
    """The folder of each run: `out` itself for one run, folders in it that name set and configuration for several."""
    if out is None or len(pairs) == 1:
        return [out for _ in pairs]
    taken: dict[str, int] = {}
    found: list[Path | None] = []
    several = len({config.label for _, config in pairs}) > 1
    for questions, config in pairs:
        parts = [questions.path.name.split(".")[0], *([config.label] if several and config.label else [])]
        name = "-".join(re.sub(r"[^\w.=]+", "-", part).strip("-.")[:80] for part in parts) or "run"
        taken[name] = taken.get(name, 0) + 1
        found.append(out / (name if taken[name] == 1 else f"{name}-{taken[name]}"))
    return found


def _parsed(text: str) -> tuple[str, str]:
    """The field name and the value of `name=value`; the name may be spelt as the variable is."""
    name, equals, value = text.partition("=")
    name = name.strip().lower().removeprefix(PREFIX.lower())
    if not equals or not value.strip():
        raise SettingsError(f"--setting {name} has no value.", remedy="Write it like this: --setting answer_words=60.")
    if name in ELSEWHERE:
        raise SettingsError(f"--setting {name} is not possible.", remedy=f"Use {ELSEWHERE[name]}.")
    if name.endswith("_key"):
        raise SettingsError(f"--setting {name} would write a secret down.", remedy="Set it in the environment or in .env.")
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, Settings.model_fields, n=1, cutoff=0.0)
        raise SettingsError(f"{name} is not a setting.", remedy=f"The nearest one is {near[0]}; see .env.example for all.")
    return name, value.strip()
