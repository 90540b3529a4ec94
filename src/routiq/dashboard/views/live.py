"""The address from which an open page hears what changed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from routiq.dashboard import fragments
from routiq.dashboard.live.hub import hub
from routiq.dashboard.live.stream import EventStream, events


async def live(request: HttpRequest, page: str) -> HttpResponseBase:
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if page not in fragments.PAGES:
        raise Http404
    return EventStream(events(hub(), request, page))
