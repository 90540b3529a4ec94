"""Requests and answers between the ASGI server and the rooms of the sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

JSON_TYPE = "application/json; charset=utf-8"
Query = list[tuple[str, str]]


@dataclass
class Request:
    """One call. ``path`` is what follows the mount point, without slashes at either end."""

    method: str
    path: str
    query: Query
    query_string: str
    headers: dict[str, str]
    body: bytes
    base: str
    raw_path: str = ""
    params: dict[str, str] | None = None
    """What the query string and the form say together, once somebody has read it."""

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; anything else counts as an empty one (spec 1.3)."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return {}
        return self.any_json()

    def any_json(self) -> dict[str, Any]:
        """The JSON object in the body whatever the content type says."""
        try:
            held = msgspec.json.decode(self.body) if self.body else {}
        except msgspec.DecodeError:
            return {}
        return held if isinstance(held, dict) else {}


@dataclass
class Answer:
    """Status, body and headers; ``drop`` closes the connection instead of answering."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str | None = JSON_TYPE
    drop: bool = False


class Refusal(Exception):
    """The call ends here with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(payload: Any, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Answer:
    return Answer(status, msgspec.json.encode(payload), headers or [])


def empty(status: int) -> Answer:
    return Answer(status, b"", content_type=None)


def refuse(status: int, payload: Any = None) -> Refusal:
    return Refusal(empty(status) if payload is None else json_answer(payload, status))


def bad_request(message: str) -> Refusal:
    """400 with a sentence; the key is the best guess there is (spec 2.7)."""
    return refuse(400, {"message": message})


def invalid(**errors: str) -> Refusal:
    """422 in the vendor's shape: field to one sentence, not a list (spec 2.7)."""
    return refuse(422, {"message": "Validation Failed", "errors": errors})
