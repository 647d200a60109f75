"""Readers without a browser: sessions that ask in the chat over Streamlit's own protocol, all at once, and say how long it took.

`python -m ui.readers ADDRESS` reads a JSON list of questions, one a reader, and prints a JSON list of what each of them got.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATH = "/_stcore/stream"
INPUT = "Ask about"  # how the hint of the chat's input begins
ANSWERED = 'class="v-footer"'  # stands below a finished answer and nowhere else
PATIENCE = 60.0  # seconds
_ASKED = re.compile(r'<div class="v-question">(.*?)</div>', re.DOTALL)
_COPY = re.compile(r'data-copy="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Got:
    """What one reader saw: seconds from sending the question to the finished answer, the questions on the page, and the
    answers as their Copy buttons carry them."""

    question: str
    seconds: float
    asked: list[str]
    answers: list[str]


@dataclass(slots=True)
class Session:
    """One connection, and what is known of its page."""

    line: Any
    query: str = ""
    input: str = ""
    pieces: list[str] = field(default_factory=list)  # HTML of the page's latest run

    async def run(self, question: str = "") -> None:
        """Have the page drawn, with a question sent along where there is one."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        message.rerun_script.query_string = self.query
        if question:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.chat_input_value.data = self.input, question
        await self.line.send(message.SerializeToString())

    async def runs(self) -> AsyncIterator[bool]:
        """Take in what the server says; True each time a run of the page has come to its end."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        async for data in self.line:
            message = ForwardMsg()
            message.ParseFromString(data)
            yield self._take(message)

    def _take(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.pieces = []
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "chat_input" and element.chat_input.placeholder.startswith(INPUT):
                self.input = element.chat_input.id
            elif element.WhichOneof("type") == "html":
                self.pieces.append(element.html.body)
        return kind == "script_finished"

    @property
    def page(self) -> str:
        """The HTML of the latest run."""
        return "\n".join(self.pieces)


async def read(address: str, question: str, start: asyncio.Barrier) -> Got:
    """Open the chat, wait for the other readers, ask, and read until the answer is there."""
    from websockets.asyncio.client import connect

    uri = address.replace("http", "ws", 1) + PATH
    async with connect(uri, subprotocols=["streamlit"], max_size=None, max_queue=None, compression=None) as line:  # type: ignore[list-item]
        session = Session(line)
        runs = session.runs()
        await session.run()
        async for ended in runs:
            if ended and session.input:
                break
        await start.wait()
        began = time.perf_counter()
        await session.run(question)
        async for _ in runs:
            if session.pieces and ANSWERED in session.pieces[-1]:
                break
        seconds = time.perf_counter() - began
        async for ended in runs:  # the rest of the page: its Copy button comes after the answer
            if _COPY.search(session.page) or ended:
                break
        return Got(question, seconds, _texts(_ASKED, session.page), _texts(_COPY, session.page))


def _texts(pattern: re.Pattern[str], page: str) -> list[str]:
    return [html.unescape(found) for found in pattern.findall(page)]


async def all_at_once(address: str, questions: Sequence[str]) -> list[Got]:
    """Every question by a reader of its own. Raises TimeoutError where one waits for more than PATIENCE."""
    start = asyncio.Barrier(len(questions))
    async with asyncio.timeout(PATIENCE + len(questions)):
        return await asyncio.gather(*(read(address, question, start) for question in questions))


def main(address: str) -> None:
    """Questions from standard input, what came of them to standard output."""
    got = asyncio.run(all_at_once(address, json.load(sys.stdin)))
    json.dump([asdict(one) for one in got], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
