"""`python -m eval.bench.loopback SECONDS`: a model server that answers any question after so long, in OpenAI's protocol.

Prints its address; once standard input is closed, one line with how many were answered and when. It shares no process with what
is measured: its own work would count as the other's.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CITED = 2  # passages of the prompt that an answer cites
LEFT_OUT = slice(3, 4)  # words of each that an answer does without, so that it is no quotation and has to be judged
_PASSAGE = re.compile(r"^\[([a-z0-9]+)\] (.*)$", re.MULTILINE)
_HEAD = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


@dataclass(slots=True)
class Log:
    """How many requests were answered; seconds since 1970 of the first one's arrival and of the last reply."""

    answered: int = 0
    first: float = 0.0
    last: float = 0.0


def reply(prompt: str) -> str:
    """The first passages of the prompt, not quite word for word, each with its key."""
    said = []
    for key, text in _PASSAGE.findall(prompt)[:CITED]:
        words = text.split()
        del words[LEFT_OUT]
        said.append(f"{' '.join(words)} [{key}]")
    return " ".join(said) or "NOT-IN-LIBRARY"


def stream(text: str) -> bytes:
    """The events of a whole reply."""
    parts: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}},
    ]
    return b"".join(b"data: " + json.dumps(_HEAD | part).encode() + b"\n\n" for part in parts) + b"data: [DONE]\n\n"


def server(seconds: float, log: Log) -> ThreadingHTTPServer:
    """A server on a free port of the loopback interface, a thread a connection."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # a reply is one packet

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            began = time.time()
            with lock:
                log.first = log.first or began
            data = stream(reply("\n".join(message["content"] for message in body["messages"])))
            time.sleep(max(0.0, seconds - (time.time() - began)))
            with lock:
                log.answered, log.last = log.answered + 1, time.time()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing is printed but the address and the log."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    return made


def main(seconds: str) -> None:
    """Serve until standard input is closed."""
    log = Log()
    http = server(float(seconds), log)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{http.server_port}", flush=True)
    sys.stdin.read()
    print(json.dumps(asdict(log)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
