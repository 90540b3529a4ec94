"""Offered times as signed text, to be handed out and brought back: what was never offered cannot be booked (B3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing

from routiq.frontdesk.wishes import OfferedTime

_WORDS = (
    "zone",
    "practitioner_id",
    "practitioner_name",
    "location_id",
    "location_name",
    "appointment_type_id",
    "appointment_type_name",
)


def seal(offer: OfferedTime, practice_id: int, place: str) -> str:
    """Signed for this practice and for the place at which it comes back, with the moment of the signature; not
    secret."""
    content = [practice_id, offer.starts_at.isoformat(), offer.ends_at.isoformat()]
    return signing.dumps([*content, *(getattr(offer, word) for word in _WORDS)], salt=place, compress=True)


def unseal(text: str, practice_id: int, place: str, good_for: timedelta) -> tuple[OfferedTime, bool] | None:
    """The offer, and whether it was made within ``good_for``. ``None``: at this place this practice was never offered
    it."""
    try:
        try:
            content, fresh = signing.loads(text, salt=place, max_age=good_for), True
        except signing.SignatureExpired:
            content, fresh = signing.loads(text, salt=place), False
    except signing.BadSignature:
        return None
    whose, starts_at, ends_at, *words = content
    if whose != practice_id:
        return None
    offer = OfferedTime(
        starts_at=datetime.fromisoformat(starts_at),
        ends_at=datetime.fromisoformat(ends_at),
        **dict(zip(_WORDS, words, strict=True)),
    )
    return offer, fresh
