"""Two addresses for whoever watches the server: is it alive, and can it serve."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from routiq.migrations_runner import outstanding

_ready = False


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and is up to date; 503 with the reason in words when not."""
    global _ready
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _ready:
            missing = outstanding()
            if missing:
                return _not_ready(f"{missing} migrations are outstanding: run `routiq migrate`")
            _ready = True  # Migrations are never taken back under a running server.
    except DatabaseError:
        return _not_ready("the database does not answer")
    return HttpResponse("ready\n", content_type="text/plain")


def _not_ready(why: str) -> HttpResponse:
    return HttpResponse(f"not ready: {why}\n", status=503, content_type="text/plain")
