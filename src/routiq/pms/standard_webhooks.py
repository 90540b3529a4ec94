"""Is this delivery from whom it claims to be from? Pure: no clock, no storage, no network.

Reference: Standard Webhooks specification, https://www.standardwebhooks.com: ``webhook-id``, ``webhook-timestamp``
(unix seconds) and ``webhook-signature`` (``v1,<base64>``, several separated by spaces), an HMAC-SHA256 over
``id.timestamp.body`` with the bytes that the secret holds behind ``whsec_``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

#: Without the full stop that divides the signed parts, and short enough to be kept.
_ID = re.compile(r"[!-\-/-~]{1,100}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_PREFIX = "whsec_"
_VERSION = "v1,"


class Verified(msgspec.Struct, frozen=True):
    """A genuine delivery. ``id`` is the same however often it is sent (visible ASCII, at most 100 characters);
    ``sent_at`` is aware, UTC."""

    id: str
    sent_at: datetime


class Forged(Exception):
    """The delivery proves nothing. ``reason`` is a stable code: ``no_id``, ``no_timestamp``, ``no_signature``,
    ``too_old``, ``from_the_future`` or ``bad_signature``; the first three also stand for what is there and cannot be
    one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: float, tolerance: float = 300
) -> Verified:
    """Check a delivery against every live secret; ``body`` is what came over the wire, byte by byte.

    Names of headers may be written in any case. ``now`` is in unix seconds, and a delivery may lie ``tolerance``
    seconds to either side of it. A secret that is none (see ``is_secret``) verifies nothing. ``Forged``.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    id_, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not _ID.fullmatch(id_):
        raise Forged("no_id")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Forged("no_timestamp")
    signatures = [
        text.removeprefix(_VERSION).encode("utf-8", "replace")
        for text in given.get("webhook-signature", "").split()
        if text.startswith(_VERSION)
    ]
    if not signatures:
        raise Forged("no_signature")
    sent_at = int(timestamp)
    if sent_at < now - tolerance:
        raise Forged("too_old")
    if sent_at > now + tolerance:
        raise Forged("from_the_future")
    signed = f"{id_}.{timestamp}.".encode() + body
    keys = [key for key in map(_key, secrets) if key]
    expected = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    # Everything is compared with everything, so that the time taken tells nothing.
    matches = [hmac.compare_digest(right, signature) for right in expected for signature in signatures]
    if not any(matches):
        raise Forged("bad_signature")
    return Verified(id_, datetime.fromtimestamp(sent_at, UTC))


def is_secret(secret: str) -> bool:
    """Could deliveries be signed with this?"""
    return bool(_key(secret))


def _key(secret: str) -> bytes:
    """The bytes behind the prefix; empty when there are none, since an empty key is one that everybody has."""
    if not secret.startswith(_PREFIX):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
