"""Answers gone wrong: what a fault sends instead of the right answer, or makes of it."""

from __future__ import annotations

import time

import msgspec

from pms_sandbox.faults import Fault
from pms_sandbox.http import Answer, Request

_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>"
_ODD_NAME = "Zo\u00eb\u200d \u05d3\u05d5\u05d3 \U0001f9d1\u200d\u2695\ufe0f"


def replaced(fault: Fault, request: Request) -> Answer | None:
    """The answer that is sent without the call being carried out, for faults of that sort."""
    if fault.kind == "html200":
        return Answer(200, _PAGE, [], "text/html; charset=utf-8")
    if fault.kind == "empty403":
        return Answer(403, b"", [], None)
    if fault.kind == "status":
        body = _PAGE if fault.status >= 500 else b""
        reset = [("x-ratelimit-reset", str(int(time.time() + fault.reset_seconds)))] if fault.status == 429 else []
        return Answer(fault.status, body, reset, "text/html; charset=utf-8" if body else None)
    if fault.kind == "redirect":
        return Answer(302, b"", [("location", f"{fault.host}/v1/{request.path}")], None)
    return None


def spoiled(fault: Fault, request: Request, answer: Answer) -> Answer:
    """The right answer, damaged."""
    if fault.kind == "truncated":
        answer.body = answer.body[: len(answer.body) // 2]
        return answer
    if fault.kind not in ("foreign_next", "missing_key", "mixed_unicode", "empty200") or not answer.body:
        return answer
    payload = msgspec.json.decode(answer.body)
    if fault.kind == "empty200":
        _empty(payload)
    elif fault.kind == "foreign_next":
        payload["links"]["next"] = f"{fault.host}/v1/{request.path}?page=2"
    elif fault.kind == "missing_key":
        for record in _records(payload):
            record.pop(fault.key, None)
    else:
        for record in _records(payload):
            for field in ("first_name", "patient_name", "notes"):
                if field in record:
                    record[field] = _ODD_NAME
    answer.body = msgspec.json.encode(payload)
    return answer


def _empty(payload: dict[str, object]) -> None:
    """A list answer as if nothing were there: well formed, no records, total 0. Other answers stay as they are."""
    if "total_entries" not in payload:
        return
    payload["total_entries"] = 0
    for name, held in payload.items():
        if isinstance(held, list):
            payload[name] = []
    links = payload["links"]
    assert isinstance(links, dict)
    links.pop("next", None)


def _records(payload: dict[str, object]) -> list[dict[str, object]]:
    """The records of a list answer, or the one record with the answer itself."""
    found = next((held for held in payload.values() if isinstance(held, list)), None)
    if found is not None and all(isinstance(record, dict) for record in found):
        return [*found, payload]
    return [payload]
