"""The one door to the API. Every address under ``/api/v1`` is behind it: the operations, the OpenAPI file, and what
is not there.

The practice is in force from before the operation begins until its answer is complete, in the very thread that runs
both, and is let go on the same line of the stack: nothing of it can reach the next request.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.debug import sensitive_variables

from routiq.api import auth, errors, limits
from routiq.practices.tenancy import acting_for

log = logging.getLogger("routiq.api")

View = Callable[..., HttpResponseBase]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def guarded(view: View) -> View:
    """``view`` for callers with a valid token, within their limits, seeing their practice's rows and no others."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        request_id = secrets.token_hex(8)
        try:
            response = _serve(request, view, *args, **values)
        except Exception as error:
            response = errors.respond(errors.translate(error))
        if response.status_code >= 500:
            log.warning("api request not served", extra={"request_id": request_id, "status": response.status_code})
        for name, value in {**HEADERS, "Request-Id": request_id}.items():
            response.headers[name] = value
        return response

    # Only a header that no other site can make a browser send opens the door: there is nothing to forge.
    door.csrf_exempt = True  # type: ignore[attr-defined]
    return door


@sensitive_variables()
def _serve(request: HttpRequest, view: View, *args: Any, **values: Any) -> HttpResponseBase:
    caller = auth.recognise(request)
    if caller is None:
        raise errors.unauthorised()
    wait = limits.seconds_to_wait(caller.token_id)
    if wait:
        raise errors.too_many_requests(wait)
    if limits.has_no_length(request):
        raise errors.length_required()
    if limits.is_too_large(request):
        raise errors.too_large(limits.MOST_BYTES)
    auth.note(request, caller)
    with acting_for(caller.practice.pk):
        response = view(request, *args, **values)
    if response.status_code == 405:
        raise errors.method_not_allowed(response.headers.get("Allow", ""))
    return response


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any address that is no operation."""
    raise errors.not_found()
