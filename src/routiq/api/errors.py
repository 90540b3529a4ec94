"""What the API says when it does not do what was asked: one shape, with what to do next (law 8)."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from routiq.api import words
from routiq.pms import errors as pms

log = logging.getLogger("routiq.api")

#: Seconds after which another attempt makes sense when the vendor is down.
_VENDOR_PAUSE = 30
#: And when our own database is.
_OWN_PAUSE = 3

_STATUS_OF: dict[type[pms.PmsError], int] = {
    # Not 401 and not 403: the token is fine, the vendor's key in the body is not.
    pms.KeyRejected: 422,
    pms.NotPermitted: 422,
    pms.NotBookableOnline: 422,
    pms.WriteRefused: 422,
    pms.SlotTaken: 409,
    pms.NotFound: 404,
    pms.Disconnected: 409,
    pms.KeyReplaced: 503,
    pms.RateLimited: 503,
    pms.VendorUnavailable: 503,
    pms.WriteUncertain: 502,
    pms.VendorChanged: 502,
}


class ApiError(Exception):
    """An answer other than the one that was hoped for. None of its texts quotes what was sent."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        advice: str,
        *,
        fields: Mapping[str, str] | None = None,
        booking_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.advice = advice
        self.fields = dict(fields or {})
        self.booking_id = booking_id
        self.headers = dict(headers or {})


def respond(error: ApiError) -> HttpResponse:
    body: dict[str, Any] = {"code": error.code, "message": error.message, "advice": error.advice}
    if error.fields:
        body["fields"] = error.fields
    if error.booking_id:
        body["booking_id"] = error.booking_id
    return HttpResponse(
        json.dumps({"error": body}, ensure_ascii=False),
        status=error.status,
        content_type="application/json; charset=utf-8",
        headers=error.headers,
    )


def unauthorised() -> ApiError:
    return ApiError(
        401,
        "unauthorised",
        "This request carries no token that is valid.",
        "Send the header “Authorization: Bearer rtq_…” with a token from Settings > API tokens.",
        headers={"WWW-Authenticate": 'Bearer realm="Routiq"'},
    )


def not_found(what: str = "") -> ApiError:
    return ApiError(
        404,
        "not_found",
        f"There is no such {what}." if what else "There is nothing at this address.",
        "Check the id. Every id belongs to the practice of the token that it was read with."
        if what
        else "Check the address against /api/v1/openapi.json.",
    )


def invalid(fields: Mapping[str, str]) -> ApiError:
    return ApiError(
        422,
        "invalid",
        "Some of what was sent cannot be used.",
        "Correct what “fields” names and send it again.",
        fields=fields,
    )


def method_not_allowed(allowed: str) -> ApiError:
    return ApiError(
        405,
        "method_not_allowed",
        "This address does not take this method.",
        f"Use {allowed.replace(', ', ' or ')}.",
        headers={"Allow": allowed},
    )


def too_many_requests(wait: int) -> ApiError:
    return ApiError(
        429,
        "too_many_requests",
        "This token has used up its requests for this minute.",
        f"Go on in {wait} seconds.",
        headers={"Retry-After": str(wait)},
    )


def too_large(most_bytes: int) -> ApiError:
    return ApiError(
        413, "too_large", "This body is too large.", f"Send at most {most_bytes // 1024} kB: nothing here needs more."
    )


def length_required() -> ApiError:
    return ApiError(
        411, "length_required", "This body came in chunks.", "Send it in one piece with a Content-Length header."
    )


def malformed() -> ApiError:
    return ApiError(
        400,
        "malformed",
        "This request cannot be read.",
        "Send one JSON object in UTF-8 with Content-Type: application/json.",
    )


def broken() -> ApiError:
    return ApiError(
        500,
        "internal",
        "Something went wrong on our side.",
        "Try again in a minute. If it keeps happening, tell support the Request-Id of this answer.",
    )


def out_of_reach() -> ApiError:
    return ApiError(
        503,
        "unavailable",
        "Routiq cannot reach its own database at this moment.",
        "Send the same again in a few seconds, with the same Idempotency-Key if there was one: it is done once.",
        headers={"Retry-After": str(_OWN_PAUSE)},
    )


def from_pms(error: pms.PmsError, fields: Mapping[str, str] | None = None) -> ApiError:
    """What the practice management system said. ``fields`` names what of the request it is about."""
    status = next((status for kind, status in _STATUS_OF.items() if isinstance(error, kind)), 502)
    headers = {}
    if status == 503:
        until = error.until if isinstance(error, pms.RateLimited) else None
        headers["Retry-After"] = str(seconds_until(until))
    return ApiError(status, code_of(error.code), error.message, error.advice, fields=fields, headers=headers)


def seconds_until(moment: datetime | None) -> int:
    """For ``Retry-After``: at least one second; without a moment, as long as makes sense when a vendor is down."""
    if moment is None:
        return _VENDOR_PAUSE
    return max(math.ceil((moment - timezone.now()).total_seconds()), 1)


def code_of(code: str) -> str:
    """``KeyRejected.wrong_shard`` as ``key_rejected.wrong_shard``."""
    name, dot, cause = code.partition(".")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() + dot + cause


def translate(error: Exception) -> ApiError:
    """The answer to anything that an operation may raise; what nobody expected is logged and stays ours."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, pms.PmsError):
        return from_pms(error)
    if isinstance(error, ValidationError):
        return invalid(words.by_field(error.errors))
    if isinstance(error, AuthenticationError):
        return unauthorised()
    if isinstance(error, Http404):
        return not_found()
    if isinstance(error, RequestDataTooBig):
        return ApiError(413, "too_large", "This body is too large.", "Send less at once.")
    if isinstance(error, SuspiciousOperation) or (isinstance(error, HttpError) and error.status_code == 400):
        return malformed()
    log.error("api request failed", exc_info=error)
    return out_of_reach() if isinstance(error, InterfaceError | OperationalError) else broken()


def register(api: NinjaAPI) -> None:
    """Have ninja answer in our shape, whatever happens in an operation."""

    def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        return respond(translate(error if isinstance(error, Exception) else error()))

    # Ninja has handlers of its own for some of these, and takes the closest.
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, answer)
