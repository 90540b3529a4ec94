"""Reading the pages of one website, one after the other, nearest first."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from routiq.knowledge.passages import Section
from routiq.knowledge.problems import NotRead
from routiq.knowledge.storing import Piece
from routiq.knowledge.web import markup, robots
from routiq.knowledge.web.addresses import bare, followed
from routiq.knowledge.web.fetching import Fetcher

MOST_PAGES = 60
MOST_BYTES = 20_000_000
MOST_SECONDS = 240.0
APART = 0.5
"""Seconds between two requests."""
_DEEPEST = 4
_ON_MANY_PAGES = 3
"""What stands on so many pages is part of the frame, and kept once."""


@dataclass(frozen=True)
class Limits:
    pages: int = MOST_PAGES
    bytes: int = MOST_BYTES
    seconds: float = MOST_SECONDS
    apart: float = APART


@dataclass(frozen=True)
class Crawled:
    pieces: tuple[Piece, ...]
    unread: tuple[str, ...]
    """Pages that did not answer this time: what they said before may still be so."""
    left_out: int
    """Pages that were not read: failed, forbidden, or beyond the limits."""


def crawl(
    fetcher: Fetcher,
    start: str,
    limits: Limits | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Crawled:
    """``NotRead`` when not even the first page can be read."""
    limits = limits or Limits()
    deadline = clock() + limits.seconds
    wishes = robots.read(fetcher, start, limits.apart)
    if not wishes.allow(start):
        raise NotRead("robots")
    waiting = deque([(start, 0)])
    seen = {_key(start)}
    pieces: list[Piece] = []
    unread: list[str] = []
    left_out, size, asked = 0, 0, 0
    while waiting:
        address, depth = waiting.popleft()
        if len(pieces) >= limits.pages or size >= limits.bytes or clock() >= deadline:
            left_out += 1 + len(waiting)
            unread += [address, *(later for later, _ in waiting)]
            break
        if not wishes.allow(address):
            left_out += 1
            continue
        if asked:
            sleep(wishes.apart)
        asked += 1
        try:
            answer = fetcher.get(address, start)
            _check(answer.status, answer.is_page)
        except NotRead as error:
            if not pieces and address == start:
                raise
            left_out += error.code not in ("not_found", "not_a_page", "elsewhere")
            if error.code in ("unreachable", "refused"):
                unread.append(address)
            continue
        size += len(answer.content)
        seen.add(_key(answer.address))
        page = markup.read(answer.content, answer.content_type)
        if page.sections and all(_key(piece.address) != _key(answer.address) for piece in pieces):
            pieces.append(Piece(page.title, page.sections, answer.address))
        for link in page.links if depth < _DEEPEST else ():
            target = followed(link, answer.address, start)
            if target is not None and _key(target) not in seen and len(seen) < 20 * limits.pages:
                seen.add(_key(target))
                waiting.append((target, depth + 1))
    if not pieces:
        raise NotRead("nothing")
    return Crawled(tuple(_without_frame(pieces)), tuple(unread), left_out)


def _check(status: int, is_page: bool) -> None:
    if status in (404, 410):
        raise NotRead("not_found")
    if status in (401, 403, 429, 451):
        raise NotRead("refused")
    if status != 200:
        raise NotRead("unreachable" if status >= 500 else "not_found")
    if not is_page:
        raise NotRead("not_a_page")


def _key(address: str) -> str:
    """The same page under its several addresses."""
    rest = address.partition("://")[2]
    host, _, path = rest.partition("/")
    return f"{bare(host)}/{path.rstrip('/')}".lower()


def _without_frame(pieces: list[Piece]) -> list[Piece]:
    """Footers and banners once, on the first page that has them."""
    often = Counter(unit for piece in pieces for unit in {u for s in piece.sections for u in s.units})
    frame = {unit for unit, times in often.items() if times >= _ON_MANY_PAGES and times * 2 > len(pieces)}
    kept: set[str] = set()
    cleaned = []
    for piece in pieces:
        sections = []
        for section in piece.sections:
            units = tuple(unit for unit in section.units if unit not in frame or unit not in kept)
            if units:
                sections.append(Section(section.heading, units, section.number))
        kept |= {unit for section in piece.sections for unit in section.units if unit in frame}
        if sections:
            cleaned.append(replace(piece, sections=tuple(sections)))
    return cleaned
