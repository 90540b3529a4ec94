"""Which answers an operation can give, for ninja and for the OpenAPI file."""

from __future__ import annotations

from typing import Any

from routiq.api import schemas

#: What each status means in this API.
MEANINGS = {
    200: "Here it is.",
    201: "Made.",
    202: "Taken up; follow it with the address in Location, or the id.",
    400: "The request cannot be read: no JSON, or not in UTF-8.",
    401: "No valid token: missing, unknown or revoked.",
    404: "There is no such thing in the practice of this token.",
    405: "This address does not take this method.",
    409: "It cannot be done as things stand; the code says why.",
    411: "The body came without its length.",
    413: "The body is too large.",
    422: "Some field cannot be used, or what was asked is not allowed; code and fields say which.",
    429: "The token's requests for this minute are used up; Retry-After says how long to wait.",
    500: "Something went wrong on our side.",
    502: "The practice management system answered what it never should.",
    503: "The practice management system or our own database does not answer; Retry-After says how long to wait.",
}
_ALWAYS = (401, 422, 429, 500, 503)
_WITH_BODY = (400, 411, 413)


def answers(good: dict[int, type], *bad: int, takes_body: bool = False) -> dict[int, Any]:
    """Status to shape: the good ones, and the one error shape for everything else that may come."""
    others = {*_ALWAYS, *bad, *(_WITH_BODY if takes_body else ())}
    return {**good, **dict.fromkeys(sorted(others - set(good)), schemas.Error)}
