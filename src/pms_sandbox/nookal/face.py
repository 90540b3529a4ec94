"""From a request below ``/production/v2`` to an answer: method, missing parameters, key, handler (spec 2)."""

from __future__ import annotations

import math
import time

from pms_sandbox.faults import Fault
from pms_sandbox.http import Answer, Refusal, Request, json_answer
from pms_sandbox.nookal.call import Call, Failed, Payload
from pms_sandbox.nookal.keys import NookalKey
from pms_sandbox.nookal.methods import METHODS, Method
from pms_sandbox.nookal.params import foreign_charset, read_params
from pms_sandbox.nookal.trouble import mojibake, pretending, replaced, spoiled
from pms_sandbox.sandbox import Sandbox

_HTML_404 = (
    b"<!DOCTYPE html><html><head><title>404 page not found</title></head>"
    b"<body><h1>Hold it right there!</h1><p>404 page not found</p></body></html>"
)
_NO_KEY = "Missing variable: api_key"


class NookalFace:
    """Answers calls; knows nothing of sockets or logs. Every logical failure is HTTP 200."""

    vendor = "nookal"

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def key_of(self, request: Request) -> NookalKey | None:
        """The key that the caller names, whether it works or not."""
        return self.sandbox.nookal_keys.find(read_params(request).get("api_key", ""))

    def shown_params(self, request: Request) -> dict[str, str]:
        """What was sent, for the request log; the key is left out."""
        return {name: value for name, value in read_params(request).items() if name != "api_key"}

    def admit(self, request: Request) -> NookalKey | None:
        """Counts the call when a limit is set (none is published, spec 3); raises a 429 beyond it."""
        key = self.key_of(request)
        until = self.sandbox.nookal_limiter.take(key.key if key else "")
        if until is not None:
            wait = max(1, math.ceil(until - time.time()))
            raise Refusal(Answer(429, b"", [("retry-after", str(wait))], None))
        return key

    def replaced(self, fault: Fault, request: Request) -> Answer | None:
        return replaced(fault, request)

    def answer(self, request: Request, faults: list[Fault]) -> Answer:
        """Carry out the call, as far as the faults let it."""
        method = METHODS.get(request.path) if request.method in ("GET", "POST") else None
        if method is None:
            return Answer(404, _HTML_404, [], "text/html; charset=utf-8")
        payload = self._payload(method, request, faults)
        if payload["status"] == "success":
            for fault in faults:
                payload = spoiled(fault, method, payload)
        answer = json_answer(payload)
        if any(fault.kind == "truncated" for fault in faults):
            answer.body = answer.body[: len(answer.body) // 2]
        return answer

    def _payload(self, method: Method, request: Request, faults: list[Fault]) -> Payload:
        params = read_params(request)
        # the order is the vendor's: a key, then each parameter, then whether the key is any good (spec 2.3)
        if not params.get("api_key"):
            return _failure(method, method.keyless or method.code, [_NO_KEY])
        for name in method.required:
            if not params.get(name):
                return _failure(method, method.code, [f"Missing variable: {name}"])
        key = self.sandbox.nookal_keys.find(params["api_key"])
        if key is None or not key.works(self.sandbox.clock.now()):
            return _failure(method, method.code, [method.message])
        world = self.sandbox.worlds[key.account]
        kinds = {fault.kind: fault for fault in faults}
        if method.texts and ("mojibake" in kinds or foreign_charset(request)):
            mojibake(params, method.texts, lost=foreign_charset(request))
        shift = kinds["page_drift"].shift if "page_drift" in kinds else 0
        call = Call(self.sandbox, world, key, request, params, method.api_call or method.name, shift, bool(faults))
        try:
            if method.writes and "pretended" in kinds:
                return pretending(world, lambda: method.handle(call))
            return method.handle(call)
        except Failed as failed:
            return _failure(method, method.code, failed.alerts)


def _failure(method: Method, code: str, alerts: list[str]) -> Payload:
    details = {"errorCode": code, "errorMessage": method.message, "alerts": alerts}
    if method.name == "verify":
        del details["errorMessage"]  # the one failure that was captured has none (spec 2.3)
    return {"status": "failure", "details": details}
