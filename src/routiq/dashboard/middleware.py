"""What every page request goes through: safe headers, and the practice that the session works for.

Both work under sync and async handlers. The practice's scope is a context variable: sync views run in a copy of the
request's context and see it, and a streamed answer, which is read after the handlers have returned, enters it again
for each piece.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponseRedirectBase
from django_htmx.http import HttpResponseClientRedirect

from routiq.dashboard import doors, seats
from routiq.dashboard.live.stream import EventStream, Source
from routiq.dashboard.views import errors
from routiq.practices.permissions import may

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PUBLIC_PATHS = ("/login", "/livez", "/readyz", "/metrics")
PUBLIC_FOLDERS = ("/static/", "/api/", "/join/")
"""Open without a session. The API asks for its own token, a link to set a password is one; everything else asks for a
login."""

Handler = Callable[[HttpRequest], Any]

log = logging.getLogger("routiq.dashboard")


class SecurityHeaders:
    """No inline script or style, no sniffing, no framing, and nothing of a page kept in a shared computer's cache."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        return self._harden(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self._harden(await cast(Awaitable[HttpResponseBase], self.get_response(request)))

    @staticmethod
    def _harden(response: HttpResponseBase) -> HttpResponseBase:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class PracticeOfTheSession:
    """Sets ``request.practice`` and ``request.membership`` and lets the whole request act for that practice.

    Closed by default: without a login only the public paths answer, and with one the pages that its role opens.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        request.practice = request.membership = None  # type: ignore[attr-defined]
        if is_public(request.path):
            return self.get_response(request)
        found = take_a_seat(request)
        if isinstance(found, HttpResponse):
            return for_htmx(request, found)
        if found is None:
            return self.get_response(request)
        with found.serving():
            return keep_scope(self.get_response(request), found.serving)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        membership = request.membership  # type: ignore[attr-defined]
        match = request.resolver_match
        right = doors.right_for(match, request.method) if membership is not None and match is not None else None
        if right is None or may(membership, right):
            return None
        return errors.not_for_this_role(membership, right)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The database may go away in the middle of a page too; the API has an answer of its own."""
        return without_database(request, error) if isinstance(error, InterfaceError | OperationalError) else None

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        request.practice = request.membership = None  # type: ignore[attr-defined]
        handle = cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], self.get_response)
        if is_public(request.path):
            return await handle(request)
        found = await sync_to_async(take_a_seat)(request)
        if isinstance(found, HttpResponse):
            return for_htmx(request, found)
        if found is None:
            return await handle(request)
        with found.serving():
            return keep_scope(await handle(request), found.serving)


def is_public(path: str) -> bool:
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDERS)


def take_a_seat(request: HttpRequest) -> seats.Seat | HttpResponse | None:
    try:
        return seats.take(request)
    except (InterfaceError, OperationalError) as error:
        return without_database(request, error)


def without_database(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("the database does not answer", exc_info=error)
    return errors.out_of_reach(request)


def for_htmx(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect inside a fragment request would put the login page into the fragment: send the whole page there."""
    if request.headers.get("HX-Request") == "true" and isinstance(response, HttpResponseRedirectBase):
        return HttpResponseClientRedirect(response.url)
    return response


Scope = Callable[[], AbstractContextManager[None]]


def keep_scope(response: HttpResponseBase, scope: Scope) -> HttpResponseBase:
    if isinstance(response, EventStream):
        response.source = ScopedStream(response.source, scope)
    elif isinstance(response, StreamingHttpResponse):
        raise TypeError(
            "A streamed answer must be an EventStream: others would be read outside the practice's scope."
        )
    return response


class ScopedStream:
    """Hands on an async stream, each piece produced within the scope. (A generator with the scope around its
    ``yield`` would leave the scope set in whoever reads it.)"""

    def __init__(self, stream: Source, scope: Scope) -> None:
        self._stream = stream
        self._pieces = aiter(stream)
        self._scope = scope

    def __aiter__(self) -> ScopedStream:
        return self

    async def __anext__(self) -> bytes:
        with self._scope():
            return await anext(self._pieces)

    async def aclose(self) -> None:
        with self._scope():
            await self._stream.aclose()
