"""How much one caller may ask: requests a minute, and bytes at once."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from routiq.practices import limits

#: A whole minute counts together, over all web processes.
REQUESTS_PER_MINUTE = 600
_MINUTE = timedelta(minutes=1)
#: No request of this API needs more.
MOST_BYTES = 64 * 1024


def seconds_to_wait(token_id: int) -> int:
    """Count one request of this token: 0 when it may go on, otherwise the seconds until the next minute begins."""
    now = timezone.now()
    minute = datetime.fromtimestamp(now.timestamp() // 60 * 60, UTC)
    used, until = limits.count("api", str(token_id), resets_at=minute + _MINUTE)
    return 0 if used <= REQUESTS_PER_MINUTE else max(1, math.ceil((until - now).total_seconds()))


def has_no_length(request: HttpRequest) -> bool:
    """A body that comes in pieces does not say how large it is before all of it is read."""
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def is_too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length") or "0"
    return not length.isdecimal() or len(length) > 18 or int(length) > MOST_BYTES
