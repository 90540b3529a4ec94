"""From a request below ``/cliniko/{shard}/v1`` to an answer: auth, rate limit, rights, route (spec 1, 2.6, 2.7)."""

from __future__ import annotations

from pms_sandbox.cliniko.auth import authenticate, check_agent
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.routes import build_routes
from pms_sandbox.faults import Fault
from pms_sandbox.http import Answer, Refusal, Request, empty
from pms_sandbox.keys import ApiKey
from pms_sandbox.sandbox import Sandbox
from pms_sandbox.spoil import replaced, spoiled

_FORBIDDEN = frozenset({"treatment_notes", "treatment_note_templates"})
_HTML_404 = b"<!DOCTYPE html><html><head><title>Not found</title></head><body><h1>Not found</h1></body></html>"


class ClinikoFace:
    """Answers calls; knows nothing of sockets or logs."""

    vendor = "cliniko"

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.routes = build_routes(with_recalls=sandbox.options.recalls, with_webhooks=sandbox.options.webhooks)

    def key_of(self, request: Request) -> ApiKey | None:
        """Whose key the request carried, if anybody's, on whatever shard."""
        try:
            return authenticate(request, self.sandbox.options.shard, self.sandbox.keys)
        except Refusal:
            return None

    def shown_params(self, request: Request) -> dict[str, str]:
        """Nothing: the log has the query, and bodies are JSON."""
        return {}

    def admit(self, request: Request) -> ApiKey:
        """The key, counted against its user's minute; raises the refusal otherwise."""
        key = authenticate(request, _shard(request), self.sandbox.keys)
        if self.sandbox.options.strict_ua:
            check_agent(request)
        until = self.sandbox.limiter.take(key.user_id)
        if until is not None:
            raise Refusal(Answer(429, b"", [("x-ratelimit-reset", str(until))], None))
        return key

    def replaced(self, fault: Fault, request: Request) -> Answer | None:
        return replaced(fault, request)

    def answer(self, request: Request, faults: list[Fault]) -> Answer:
        """Carry out an admitted call; faults damage the answer."""
        answer = self._answer(request)
        for fault in faults:
            answer = spoiled(fault, request, answer)
        return answer

    def _answer(self, request: Request) -> Answer:
        key = authenticate(request, _shard(request), self.sandbox.keys)
        try:
            return self._route(request, key)
        except Refusal as refusal:
            if refusal.answer.status == 404 and "accept" not in request.headers:
                # errors come as a page when the caller does not ask for JSON (spec 1.3)
                return Answer(404, _HTML_404, [], "text/html; charset=utf-8")
            return refusal.answer

    def _route(self, request: Request, key: ApiKey) -> Answer:
        ids: list[str] = []
        parts = []
        for part in request.path.split("/"):
            if part.isascii() and part.isdigit():
                ids.append(part)
                parts.append("*")
            else:
                parts.append(part)
        if not _FORBIDDEN.isdisjoint(parts):
            return empty(403)
        handler = self.routes.get((request.method, "/".join(parts)))
        if handler is None:
            raise Refusal(empty(404))
        world = self.sandbox.worlds[key.account]
        return handler(Call(self.sandbox, world, key, request, request.base, ids))


def _shard(request: Request) -> str:
    """``/cliniko/{shard}/v1/...``"""
    return request.raw_path.split("/", 3)[2]
