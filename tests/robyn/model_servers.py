"""A server that speaks OpenAI's protocol badly, over real HTTP on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import Quiet, listening


def answer(content: str | None, **more: Any) -> bytes:
    """A whole answer of the protocol around the model's text."""
    message = {"role": "assistant", "content": content, **more}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "small", "choices": [choice]}
    ).encode()


def commands(*plain: dict[str, Any]) -> bytes:
    return answer(json.dumps({"commands": list(plain)}))


@dataclass
class BadServer:
    body: bytes | Callable[[str], bytes] = b""
    """What it answers; of the patient's words, when it is a function."""
    status: int = 200
    location: str = ""
    late: bool = False
    """It says nothing until it is told to."""
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def told(self) -> dict[str, Any]:
        """What the last request said of the turn."""
        message = next(each for each in self.asked[-1]["messages"] if each["role"] == "user")
        found: dict[str, Any] = json.loads(message["content"])
        return found


@contextmanager
def serving(bad: BadServer) -> Iterator[BadServer]:
    class Handler(Quiet):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            bad.asked.append(json.loads(self.rfile.read(length)))
            bad.keys.append(self.headers.get("Authorization", ""))
            if bad.late:
                bad.let_go.wait(10)
            body = bad.body(bad.told["words"]) if callable(bad.body) else bad.body
            self.send_response(bad.status)
            if bad.location:
                self.send_header("Location", bad.location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as port:
        bad.url = f"http://127.0.0.1:{port}/v1"
        try:
            yield bad
        finally:
            bad.let_go.set()
