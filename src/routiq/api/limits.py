"""How much one caller may ask: requests a minute, and bytes at once."""

from __future__ import annotations

import math
import time

from django.core.cache import cache
from django.http import HttpRequest

#: A whole minute counts together. Each web process counts for itself.
REQUESTS_PER_MINUTE = 600
_MINUTE = 60
#: No request of this API needs more.
MOST_BYTES = 64 * 1024


def seconds_to_wait(token_id: int) -> int:
    """Count one request of this token: 0 when it may go on, otherwise the seconds until the next minute begins."""
    now = time.time()
    key = f"api:{token_id}:{int(now // _MINUTE)}"
    cache.add(key, 0, 2 * _MINUTE)
    try:
        count = cache.incr(key)
    except ValueError:  # Thrown out of a full cache in between: the count begins again.
        count = 1
    return 0 if count <= REQUESTS_PER_MINUTE else max(1, math.ceil(_MINUTE - now % _MINUTE))


def has_no_length(request: HttpRequest) -> bool:
    """A body that comes in pieces does not say how large it is before all of it is read."""
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def is_too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length") or "0"
    return not length.isdecimal() or int(length) > MOST_BYTES
