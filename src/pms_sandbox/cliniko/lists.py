"""List answers: envelope, page numbers and links (spec 2.2), joined from records that are encoded once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from pms_sandbox.http import Answer, Query

PER_PAGE = 50
MAX_PER_PAGE = 100


def page_of(query: Query) -> tuple[int, int]:
    """(page from 1, records per page up to 100); nonsense falls back to the defaults, more than 100 is clamped."""
    held = dict(query)

    def number(name: str, default: int) -> int:
        text = held.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else default

    return number("page", 1), min(number("per_page", PER_PAGE), MAX_PER_PAGE)


def page_links(url: str, query: Query, page: int, per_page: int, total: int) -> dict[str, str]:
    """``self``, and ``previous``/``next`` where they exist; the caller's other parameters are repeated."""
    others = [(name, value) for name, value in query if name not in ("page", "per_page")]
    kept = [(name, value) for name, value in query if name == "per_page"][-1:]

    def link(number: int) -> str:
        parts = [*others, ("page", str(number)), *([("per_page", str(per_page))] if kept else [])]
        text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parts)
        return f"{url}?{text}"

    links = {"self": link(page)}
    if page * per_page < total:
        links["next"] = link(page + 1)
    if page > 1:
        links["previous"] = link(page - 1)
    return links


def envelope(key: str, records: Iterable[bytes], total: int, links: dict[str, str]) -> Answer:
    """The list answer from records that are JSON already."""
    body = b"".join(
        (
            b'{"',
            key.encode(),
            b'":[',
            b",".join(records),
            b'],"total_entries":',
            str(total).encode(),
            b',"links":',
            msgspec.json.encode(links),
            b"}",
        )
    )
    return Answer(200, body)
