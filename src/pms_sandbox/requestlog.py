"""What was asked of the vendor's API, for tests that count requests. The control door is not in it."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

KEPT = 20_000


@dataclass(slots=True)
class Entry:
    n: int
    at: float
    monotonic: float
    method: str
    path: str
    query: str
    status: int
    key: str | None
    user_agent: str | None
    vendor: str = "cliniko"
    params: dict[str, str] = field(default_factory=dict)


class RequestLog:
    """The last 20,000 requests; ``status`` 0 means that the connection was closed without an answer.

    ``query`` is as it came, so that a key in an address shows; ``params`` is what a Nookal call sent but its key.
    """

    def __init__(self) -> None:
        self.total = 0
        self.by_status: Counter[int] = Counter()
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, method: str, path: str, query: str, key: str | None, user_agent: str | None) -> Entry:
        """Note a request when it arrives; :meth:`done` fills in how it ended."""
        self.total += 1
        entry = Entry(self.total, time.time(), time.monotonic(), method, path, query, 0, key, user_agent)
        self._entries.append(entry)
        return entry

    def done(self, entry: Entry, status: int) -> None:
        entry.status = status
        self.by_status[status] += 1

    def clear(self) -> None:
        self.total = 0
        self.by_status.clear()
        self._entries.clear()

    def report(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "requests": [
                {
                    "n": entry.n,
                    "at": datetime.fromtimestamp(entry.at, tz=UTC).isoformat(timespec="milliseconds"),
                    "monotonic": entry.monotonic,
                    "method": entry.method,
                    "path": entry.path,
                    "query": entry.query,
                    "status": entry.status,
                    "key": entry.key,
                    "user_agent": entry.user_agent,
                    "vendor": entry.vendor,
                    "params": entry.params,
                }
                for entry in self._entries
            ],
        }
