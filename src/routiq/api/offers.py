"""Offered times as sealed text: what was never offered cannot be booked (B3)."""

from __future__ import annotations

from datetime import timedelta

from routiq.api.errors import ApiError
from routiq.frontdesk import sealing
from routiq.frontdesk.wishes import OfferedTime

#: How long an offer may be taken. The time is read again at the vendor before it is booked in any case.
GOOD_FOR = timedelta(minutes=10)
_PLACE = "routiq.api.offer"


def seal(offer: OfferedTime, practice_id: int) -> str:
    """As text for this practice; not secret."""
    return sealing.seal(offer, practice_id, _PLACE)


def unseal(text: str, practice_id: int) -> tuple[OfferedTime, bool]:
    """The offer, and whether it may still be taken. ``ApiError`` for what this practice was never offered."""
    found = sealing.unseal(text, practice_id, _PLACE, GOOD_FOR)
    if found is None:
        raise _never_offered()
    return found


def _never_offered() -> ApiError:
    return ApiError(
        422,
        "offer_unknown",
        "This offer was never made.",
        "Take the “offer” text of a time from GET /availability, whole and unchanged.",
        fields={"offer": "This is none of ours."},
    )


def expired() -> ApiError:
    return ApiError(
        422,
        "offer_expired",
        "This offer is too old.",
        "Ask GET /availability again and take one of its times within ten minutes.",
        fields={"offer": "This offer was made more than ten minutes ago."},
    )
