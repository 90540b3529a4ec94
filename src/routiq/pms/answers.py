"""Reading a vendor's HTTP answer without trusting it: what kind it is, and what may be said about it in a
log."""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

#: More than this is no answer that a page of a hundred records could give.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
#: A vendor that names no time is left alone this long.
DEFAULT_HOLD = timedelta(seconds=15)
#: A longer stop than this is taken for a broken clock or header.
LONGEST_HOLD = timedelta(hours=1)

_FIELD = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_DIGITS = re.compile(r"(?<=/)\d+(?=/|$)")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class TooLarge(Exception):
    """The answer is longer than any honest one."""


class Damaged(Exception):
    """The answer's compression is broken or cut off."""


def body(chunks: Iterable[bytes], encoding: str, limit: int = MAX_ANSWER_BYTES) -> bytes:
    """The whole answer, unpacked, never holding more than ``limit`` bytes of it. ``TooLarge``,
    ``Damaged``."""
    if encoding in ("", "identity"):
        return _joined(chunks, limit)
    if encoding != "gzip":
        raise Damaged(encoding)
    unpack = zlib.decompressobj(31)
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            part = unpack.decompress(chunk, limit - size + 1)
            size += len(part)
            if size > limit:
                raise TooLarge
            parts.append(part)
    except zlib.error as error:
        raise Damaged("gzip") from error
    if not unpack.eof:
        raise Damaged("gzip")
    return b"".join(parts)


def _joined(chunks: Iterable[bytes], limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def is_web_page(content_type: str, content: bytes) -> bool:
    """Is this a page for people (a maintenance notice, a proxy's login) where data was asked for?"""
    return content_type.startswith("text/html") or content.lstrip()[:1] == b"<"


def hold_until(headers: Mapping[str, str], now: datetime) -> datetime:
    """When the vendor will listen again (aware, UTC), at least a second from ``now``.

    Reference: Cliniko API, Rate limiting: ``X-RateLimit-Reset`` in unix seconds. ``Retry-After`` is the web's
    own way to say it, in seconds or as a date.
    """
    until = now + DEFAULT_HOLD
    reset, after = headers.get("x-ratelimit-reset", "").strip(), headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{9,12}", reset):
        until = datetime.fromtimestamp(int(reset), UTC)
    elif re.fullmatch(r"\d{1,6}", after):
        until = now + timedelta(seconds=int(after))
    elif after:
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            until = parsedate_to_datetime(after).astimezone(UTC)
    if until - now > LONGEST_HOLD:
        until = now + timedelta(seconds=60)
    return max(until, now + timedelta(seconds=1))


def evidence(headers: Mapping[str, str], content: bytes) -> str:
    """What may be kept of an unwelcome answer: its kind, size and request id, and names of fields, never
    values."""
    kind = headers.get("content-type", "").split(";")[0].strip()[:40] or "no content type"
    parts = [f"{kind}, {len(content)} bytes"]
    fields = refused_fields(content)
    if fields:
        parts.append("fields: " + ", ".join(fields))
    request_id = headers.get("x-request-id", "")
    if _REQUEST_ID.fullmatch(request_id):
        parts.append(f"request {request_id}")
    return "; ".join(parts)


def refused_fields(content: bytes) -> tuple[str, ...]:
    """Names of the fields that a validation answer complains about.

    Reference: Cliniko API, Errors: ``{"message": ..., "errors": {field: text}}``.
    """
    try:
        answer = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return ()
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, dict):
        return ()
    return tuple(name for name in errors if _FIELD.fullmatch(name))[:20]


def misfit(error: msgspec.ValidationError) -> str:
    """Where an answer departs from the documented form, without the value that was found there."""
    return _QUOTED.sub("'…'", str(error))[:200]


def label(method: str, path: str) -> str:
    """``GET /patients/{id}``: what was asked, without ids and without query values."""
    return f"{method} {_DIGITS.sub('{id}', path)}"
