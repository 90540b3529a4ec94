"""What a website asks programs to leave alone (robots.txt, RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from routiq.knowledge.problems import NotRead
from routiq.knowledge.web.fetching import Fetcher

NAME = "Routiq"
_MOST_SECONDS = 5.0


@dataclass(frozen=True)
class Robots:
    parser: RobotFileParser | None
    """``None``: there are no wishes."""
    apart: float
    """Seconds between two requests."""

    def allow(self, address: str) -> bool:
        return self.parser is None or self.parser.can_fetch(NAME, address)


def read(fetcher: Fetcher, start: str, apart: float) -> Robots:
    """The wishes of this site. A site that cannot say leaves us outside: ``NotRead``."""
    try:
        answer = fetcher.get(urljoin(start, "/robots.txt"), start)
    except NotRead as error:
        if error.code in ("elsewhere", "too_big", "not_a_page"):
            return Robots(None, apart)
        raise
    if answer.status >= 500:
        raise NotRead("unreachable")
    if answer.status != 200:
        return Robots(None, apart)
    parser = RobotFileParser()
    parser.parse(answer.content.decode("utf-8", "replace").splitlines())
    asked = parser.crawl_delay(NAME)
    return Robots(parser, max(apart, min(float(asked), _MOST_SECONDS)) if asked else apart)
