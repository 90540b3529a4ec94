"""A website on this machine, for tests: pages, redirects, faults. The product never fetches from here by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from routiq.knowledge.web.fetching import Reach
from tests.loopback import Quiet, listening

HOST = "www.clinic.example"
HTML = "text/html; charset=utf-8"


@dataclass
class Website:
    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    dripping: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def reach(self) -> Reach:
        """The one allowance: in tests, every name leads to this machine and it may be reached."""
        return Reach(may_reach=lambda address: address.is_loopback, look_up=lambda host, port: ["127.0.0.1"])


@contextmanager
def running(site: Website) -> Iterator[Website]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.agents.add(self.headers.get("User-Agent", ""))
            if self.path in site.redirects:
                self.send_response(302)
                self.send_header("Location", site.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path in site.dripping:
                self.send_response(200)
                self.send_header("Content-Type", HTML)
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
                return
            found = self.path in site.pages
            body = site.pages.get(self.path, "gone").encode()
            self.send_response(site.statuses.get(self.path, 200 if found else 404))
            self.send_header("Content-Type", site.types.get(self.path, HTML))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as site.port:
        yield site
