"""A sandbox on a free loopback port for tests: in a thread of this process, or in a process of its own.

with running_sandbox(patients=60, seed=7, today="2026-05-04") as sandbox:
    client = Client(sandbox.key("admin"), sandbox.cliniko_url)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

import uvicorn

from pms_sandbox.options import Options
from pms_sandbox.server import Server

STARTS_WITHIN = 60.0


class RunningSandbox:
    """Talks to the control door of a sandbox at ``base_url`` (for example ``http://127.0.0.1:4000``)."""

    def __init__(self, base_url: str, shard: str = "au2", server: Server | None = None) -> None:
        self.base_url = base_url
        self.shard = shard
        self.server = server
        self._keys: dict[str, str] = {}

    @property
    def cliniko_url(self) -> str:
        """With the literal ``{shard}`` in it, to be filled from the key."""
        return f"{self.base_url}/cliniko/{{shard}}/v1"

    @property
    def nookal_url(self) -> str:
        """What a method's name follows after a slash; its keys have labels that begin with ``nookal``."""
        return f"{self.base_url}/production/v2"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/_sandbox/<path>`` and give the decoded answer; an error status raises ``RuntimeError``."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base_url}/_sandbox/{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} /_sandbox/{path}: {error.code} {error.read().decode()}") from None

    def key(self, label: str = "admin") -> str:
        if label not in self._keys:
            self._keys = {held["label"]: held["key"] for held in self.control("GET", "keys")}
        return self._keys[label]

    def world(self, *collections: str, account: str = "main") -> dict[str, list[dict[str, Any]]]:
        """Collection name to full records; all collections when none is named."""
        found = self.control("GET", f"world?account={account}&only={','.join(collections)}")
        return dict(found["collections"])

    def characters(self) -> dict[str, dict[str, Any]]:
        """Label to ``{"label", "patient_ids", "phone", "about"}``."""
        return {held["label"]: held for held in self.control("GET", "characters")["characters"]}

    def requests(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "requests")["requests"])

    def clear_requests(self) -> None:
        self.control("DELETE", "requests")

    def fault(self, **wanted: Any) -> dict[str, Any]:
        return dict(self.control("POST", "faults", wanted))

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def edit(self, edits: list[dict[str, Any]]) -> list[str | None]:
        """Carry out edits as in ``POST /_sandbox/bulk``; gives the id each touched."""
        return list(self.control("POST", "bulk", {"edits": edits})["ids"])

    def settings(self, **changes: Any) -> dict[str, Any]:
        return dict(self.control("PATCH", "settings", changes))

    def clock(self, now: str | None = None, advance_seconds: float = 0) -> dict[str, Any]:
        wanted: dict[str, Any] = {"advance_seconds": advance_seconds} | ({"now": now} if now else {})
        return dict(self.control("POST", "clock", wanted))

    def revoke(self, label: str) -> None:
        self.control("POST", f"keys/{label}/revoke")

    def restore(self, label: str) -> None:
        self.control("POST", f"keys/{label}/restore")

    def reset(self) -> None:
        """The generated world again; nothing armed, nothing logged."""
        self.control("POST", "reset")

    def snapshot(self) -> None:
        """From now on ``reset`` goes back to the world as it is now."""
        self.control("POST", "snapshot")


@contextlib.contextmanager
def running_sandbox(*, process: bool = False, **options: Any) -> Iterator[RunningSandbox]:
    """Start, wait until it answers, hand over, stop. Options are those of :class:`Options`; days may be text."""
    if isinstance(options.get("today"), str):
        options["today"] = date.fromisoformat(options["today"])
    chosen = Options(**options)
    with _in_process(chosen) if process else _in_thread(chosen) as sandbox:
        yield sandbox


@contextlib.contextmanager
def _in_thread(options: Options) -> Iterator[RunningSandbox]:
    app = Server(options)
    # named as TCP, so that asyncio switches Nagle off on accepted connections
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app))
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])), name="pms-sandbox", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        yield RunningSandbox(f"http://127.0.0.1:{listener.getsockname()[1]}", options.shard, app)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listener.close()


@contextlib.contextmanager
def _in_process(options: Options) -> Iterator[RunningSandbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pms_sandbox", "serve", "--port", str(port), *_arguments(options)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    sandbox = RunningSandbox(f"http://127.0.0.1:{port}", options.shard)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                sandbox.control("GET", "clock")
                break
            except (urllib.error.URLError, ConnectionError):
                if child.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the sandbox did not start") from None
                time.sleep(0.05)
        yield sandbox
    finally:
        child.terminate()
        child.wait(10)


def server_config(app: Server, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """How the sandbox is served: quiet, without lifespan, and with the transport within reach of faults."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def _arguments(options: Options) -> list[str]:
    """Command-line arguments that make the same options."""
    plain = Options()
    arguments = []
    for field in fields(Options):
        value = getattr(options, field.name)
        if value == getattr(plain, field.name):
            continue
        name = field.name.removesuffix("_ms").replace("_", "-")
        text = ("on" if value else "off") if isinstance(value, bool) else str(value)
        arguments += [f"--{name}", text]
    return arguments
