"""Offered times as sealed text: what was never offered cannot be booked (B3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from routiq.api.errors import ApiError
from routiq.frontdesk.wishes import OfferedTime

#: How long an offer may be taken. The time is read again at the vendor before it is booked in any case.
GOOD_FOR = timedelta(minutes=10)
_SALT = "routiq.api.offer"
_WORDS = (
    "zone",
    "practitioner_id",
    "practitioner_name",
    "location_id",
    "location_name",
    "appointment_type_id",
    "appointment_type_name",
)


def seal(offer: OfferedTime, practice_id: int) -> str:
    """Signed for this practice, with the moment of the signature; not secret."""
    content = [practice_id, offer.starts_at.isoformat(), offer.ends_at.isoformat()]
    return signing.dumps([*content, *(getattr(offer, word) for word in _WORDS)], salt=_SALT, compress=True)


def unseal(text: str, practice_id: int) -> tuple[OfferedTime, bool]:
    """The offer, and whether it may still be taken. ``ApiError`` for what this practice was never offered."""
    try:
        try:
            content, fresh = signing.loads(text, salt=_SALT, max_age=GOOD_FOR), True
        except signing.SignatureExpired:
            content, fresh = signing.loads(text, salt=_SALT), False
    except signing.BadSignature:
        raise _never_offered() from None
    if content[0] != practice_id:
        raise _never_offered()
    return _opened(content), fresh


def _opened(content: list[Any]) -> OfferedTime:
    _, starts_at, ends_at, *words = content
    return OfferedTime(
        starts_at=datetime.fromisoformat(starts_at),
        ends_at=datetime.fromisoformat(ends_at),
        **dict(zip(_WORDS, words, strict=True)),
    )


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
