"""The ASGI application: mounts the vendors' faces and the control door, keeps the log, applies armed faults.

It is plain ASGI: a benchmark runs against this server, and a path table is all the routing there is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qsl

from pms_sandbox.bulk import carry_out
from pms_sandbox.cliniko.face import ClinikoFace
from pms_sandbox.control import Control
from pms_sandbox.faults import Fault
from pms_sandbox.http import Answer, Refusal, Request, empty
from pms_sandbox.nookal.face import NookalFace
from pms_sandbox.options import Options
from pms_sandbox.sandbox import Sandbox

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


NOOKAL_ROOT = "/production/v2/"


class Key(Protocol):
    label: str


class Face(Protocol):
    """What the server asks of a vendor's API."""

    vendor: str

    def shown_params(self, request: Request) -> dict[str, str]: ...

    def key_of(self, request: Request) -> Key | None: ...

    def admit(self, request: Request) -> Key | None: ...

    def replaced(self, fault: Fault, request: Request) -> Answer | None: ...

    def answer(self, request: Request, faults: list[Fault]) -> Answer: ...


class Server:
    """One sandbox as an ASGI application."""

    def __init__(self, options: Options) -> None:
        self.sandbox = Sandbox(options)
        self.cliniko = ClinikoFace(self.sandbox) if options.vendor != "nookal" else None
        self.nookal = NookalFace(self.sandbox) if options.vendor != "cliniko" else None
        self.control = Control(self.sandbox)
        self._jitter = Random(options.seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        if request.raw_path == "/_sandbox" or request.raw_path.startswith("/_sandbox/"):
            request.path = request.raw_path.removeprefix("/_sandbox").strip("/")
            answer = self.control.answer(request)
        else:
            answer = await self._vendor(request, self._face(request))
        if answer.drop:
            await _hang_up(receive, send)
        else:
            await _write(answer, send)

    def _face(self, request: Request) -> Face | None:
        """Whose API the path belongs to; ``path`` and ``base`` become that API's own."""
        parts = request.raw_path.split("/", 4)
        if self.cliniko and len(parts) == 5 and parts[1] == "cliniko" and parts[3] == "v1":
            request.path = parts[4].rstrip("/")
            request.base += f"/cliniko/{parts[2]}/v1"
            return self.cliniko
        if self.nookal and request.raw_path.startswith(NOOKAL_ROOT):
            request.path = request.raw_path.removeprefix(NOOKAL_ROOT)
            return self.nookal
        request.path = request.raw_path
        return None

    async def _vendor(self, request: Request, face: Face | None) -> Answer:
        started = time.perf_counter()
        log = self.sandbox.log
        entry = log.add(request.method, request.path, request.query_string, None, request.headers.get("user-agent"))
        if face is None:
            entry.vendor = ""
            log.done(entry, 404)
            return empty(404)
        entry.vendor, entry.params = face.vendor, face.shown_params(request)
        await self._lag()
        try:
            key = face.admit(request)
            entry.key = key.label if key else None
            answer = await self._with_faults(request, face, entry.key)
        except Refusal as refusal:
            answer = refusal.answer
            if entry.key is None and (key := face.key_of(request)):
                entry.key = key.label
        log.done(entry, 0 if answer.drop else answer.status)
        answer.headers += [
            ("x-request-id", f"00000000-0000-4000-8000-{entry.n:012x}"),
            ("x-runtime", f"{time.perf_counter() - started:.6f}"),
            ("cache-control", "max-age=0, private, must-revalidate"),
        ]
        return answer

    async def _with_faults(self, request: Request, face: Face, label: str | None) -> Answer:
        faults = self.sandbox.faults.striking(request.method, request.path, label)
        for fault in faults:
            if fault.kind == "slow":
                await asyncio.sleep(fault.delay_ms / 1000)
            elif fault.kind == "edit_before":
                self._edit(fault)
            elif fault.kind == "drop_before":
                return Answer(drop=True)
            elif (instead := face.replaced(fault, request)) is not None:
                return instead
        answer = face.answer(request, faults)
        for fault in faults:
            if fault.kind == "edit_after":
                self._edit(fault)
            elif fault.kind == "drop_after":
                return Answer(drop=True)
        return answer

    def _edit(self, fault: Fault) -> None:
        carry_out(self.sandbox.world, fault.edits)

    async def _lag(self) -> None:
        options = self.sandbox.options
        delay = options.latency_ms
        if options.latency_jitter_ms:
            delay += self._jitter.uniform(0, options.latency_jitter_ms)
        if delay:
            await asyncio.sleep(delay / 1000)


async def _read(scope: Scope, receive: Receive) -> Request:
    body = b""
    if scope["method"] not in ("GET", "HEAD"):
        chunks = []
        more = True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(chunks)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query_string = scope["query_string"].decode("latin-1")
    host = headers.get("host") or "{}:{}".format(*scope["server"])
    return Request(
        method=scope["method"],
        path="",
        query=parse_qsl(query_string, keep_blank_values=True),
        query_string=query_string,
        headers=headers,
        body=body,
        base=f"{scope['scheme']}://{host}",
        raw_path=scope["path"],
    )


async def _write(answer: Answer, send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.content_type:
        headers.append((b"content-type", answer.content_type.encode()))
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection so that the client sees it reset, with not one byte of an answer.

    ASGI has no word for this; uvicorn's ``send`` is a method of the request's cycle, which holds the transport.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("connections can only be dropped under uvicorn")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
