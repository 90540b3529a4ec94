"""A gateway with what tests ask of it again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from routiq.pms.gateway import Page, Selection, Stream


class Walked:
    """Walks the lists of ``gateway`` to their ends."""

    gateway: Any

    def pages(self, stream: Stream, selection: Selection | None = None) -> Iterator[Page]:
        cursor = None
        while True:
            page: Page = self.gateway.fetch(stream, selection or Selection(), cursor)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    def all(self, stream: Stream, selection: Selection | None = None) -> list[Any]:
        return [record for page in self.pages(stream, selection) for record in page.records]
