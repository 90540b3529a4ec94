"""The address from which an open page hears what changed."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from routiq.dashboard import fragments, inboxpage
from routiq.dashboard.live.hub import hub
from routiq.dashboard.live.stream import EventStream, events


async def live(request: HttpRequest, page: str) -> HttpResponseBase:
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if page not in fragments.PAGES:
        raise Http404
    if page == "inbox-talk":
        # A conversation that is not there, or not for this reader, is said before anything is sent: then the page
        # does not ask again.
        await sync_to_async(inboxpage.asked_for)(request)
    return EventStream(events(hub(), request, page))
