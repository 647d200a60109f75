"""Unruly: what some models put around their answer, taken off while it streams.

Models served with a wrong template write turn marks and then the reader's next question themselves; small ones repeat the
prompt, or print it because a text asked for it; reasoning ones mark their thoughts in many ways. Thoughts are brought into
the one form that `rag.answering.inert` drops, `<think>…</think>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SHORTEST = 25  # letters of a sentence of the prompt that is known again
AHEAD = 64  # characters that must be seen behind a mark to tell what it is, and of a mark that has only begun

_THINK = r"\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>\s*(?:analysis|commentary)\b[^<>\n]{0,40}<\|message\|>"
_ANSWER = (
    r"\[/THINK\]|◁/think▷|<\|end_of_thought\|>"
    r"|(?:<\|end\|>)?(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*final\b[^<>\n]{0,40}<\|message\|>"
)
_ROLE = r"(?:\s*(?:assistant|model|user|system)\b:?)?"
_TURN = rf"(?:<\|[a-z_]{{2,30}}\|>|\[/?INST\]|</?s>|</?(?:start|end)_of_turn>){_ROLE}"
_MARK = re.compile(f"(?P<think>{_THINK})|(?P<answer>{_ANSWER})|(?P<turn>{_TURN})", re.IGNORECASE)
_BEGUN = re.compile(r"(?:<[|/a-z_]?[^<>\n]*|\[/?[A-Z]{0,5}|◁/?\w*)$", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*(?:(?:\d+[.)]|[-*])\s+)?")
_NUMBER_BEGUN = re.compile(r"\s*(?:\d+[.)]?|[-*])?\s*")


class Unruly:
    """A transducer: `feed` pieces of a reply in any cut, get back what of it is answer; `close` gives the rest.

    `prompt` is what the model was told, `fence` the word in the delimiters of the evidence. Afterwards `repeated` says that
    the model repeated either, `turns` that it went on with a turn of its own making, which was cut off.
    """

    def __init__(self, prompt: Iterable[str], fence: str) -> None:
        self._marks = _Marks()
        self._fence = _Fence(fence)
        lines = (line for text in prompt for line in text.splitlines())
        self._repeats = _Repeats(frozenset(sentence for line in lines for sentence in _sentences(line)))

    @property
    def repeated(self) -> bool:
        return self._fence.met or self._repeats.met

    @property
    def turns(self) -> bool:
        return self._marks.over

    def feed(self, text: str) -> str:
        """The text that `text` completes."""
        return self._repeats.pass_on(self._fence.pass_on(self._marks.pass_on(text)))

    def close(self) -> str:
        """The text that was still held back."""
        text = self._fence.pass_on(self._marks.pass_on("", final=True), final=True)
        return self._repeats.pass_on(text, final=True)


class _Marks:
    """Turn marks dropped, thoughts marked in one way. A turn mark behind text ends the reply."""

    def __init__(self) -> None:
        self.over = False
        self._pending = ""
        self._thinking = self._said = False

    def pass_on(self, text: str, *, final: bool = False) -> str:
        self._pending += text
        given = ""
        while self._pending and not self.over:
            mark = _MARK.search(self._pending)
            if mark is None:
                head = max(0, len(self._pending) - AHEAD)
                begun = None if final else _BEGUN.search(self._pending, head)
                return given + self._take(begun.start() if begun else len(self._pending))
            given += self._take(mark.start())
            width = mark.end() - mark.start()
            if not final and len(self._pending) - width < AHEAD:
                return given
            self._pending = self._pending[width:]
            given += self._marked(mark)
        self._pending = "" if self.over else self._pending
        return given

    def _take(self, end: int) -> str:
        text, self._pending = self._pending[:end], self._pending[end:]
        self._said = self._said or (bool(text.strip()) and not self._thinking)
        return text

    def _marked(self, mark: re.Match[str]) -> str:
        thought, self._thinking = self._thinking, mark["think"] is not None
        if self._thinking:
            return "" if thought else "<think>"
        if thought:
            return "</think>"
        self.over = self._said and mark["turn"] is not None
        return ""


class _Fence:
    """What stands between the delimiters of the evidence dropped."""

    def __init__(self, fence: str) -> None:
        self.met = False
        self._marks = f"<data {fence}>", f"</data {fence}>"
        self._pending = ""
        self._inside = False

    def pass_on(self, text: str, *, final: bool = False) -> str:
        self._pending += text
        given = ""
        while True:
            mark = self._marks[self._inside]
            found = self._pending.find(mark)
            if found < 0:
                break
            given += "" if self._inside else self._pending[:found]
            self._pending = self._pending[found + len(mark) :]
            self.met, self._inside = True, not self._inside
        keep = 0 if final else next((n for n in range(len(mark) - 1, 0, -1) if self._pending.endswith(mark[:n])), 0)
        end = len(self._pending) - keep
        given += "" if self._inside else self._pending[:end]
        self._pending = self._pending[end:]
        return given


class _Repeats:
    """Sentences of the prompt dropped, with the number in front of them, at the head of a line and behind one another."""

    def __init__(self, known: frozenset[str]) -> None:
        self.met = False
        self._known = known
        self._pending = ""
        self._last = "\n"  # the character before what is pending

    def pass_on(self, text: str, *, final: bool = False) -> str:
        self._pending += text
        given = ""
        while self._pending:
            if self._last == "\n":
                taken = self._repeated(final=final)
                if taken is None:
                    break
                if taken:
                    self.met, self._pending = True, self._pending[taken:]
                    continue
            end = self._boundary()
            given, self._pending = given + self._pending[:end], self._pending[end:]
            self._last = given[-1]
        return given

    def _boundary(self) -> int:
        """Behind the next line break, which is where a sentence of the prompt may begin."""
        found = self._pending.find("\n")
        return len(self._pending) if found < 0 else found + 1

    def _repeated(self, *, final: bool) -> int | None:
        """The length of the sentence of the prompt that is pending, 0 where there is none, None where more must be seen."""
        lead = _NUMBERED.match(self._pending)
        at = lead.end() if lead else 0
        body = self._pending[at:]
        found = max((len(known) for known in self._known if body.startswith(known)), default=0)
        begun = any(len(known) > max(found, len(body) - 1) and known.startswith(body) for known in self._known)
        if not final and (begun or _NUMBER_BEGUN.fullmatch(self._pending)):
            return None
        return at + found if found else 0


@lru_cache(256)  # most lines of a prompt are the same for every question
def _sentences(line: str) -> tuple[str, ...]:
    """The sentences of a line of a prompt that are long enough to be told from what any answer may say."""
    found = re.split(r"(?<=[.!?:])\s", _NUMBERED.sub("", line, count=1))
    return tuple(sentence.strip() for sentence in found if sum(map(str.isalpha, sentence)) >= SHORTEST)
