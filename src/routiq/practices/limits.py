"""Counting what a caller may do so many times in a while, in the database: any number of processes count together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection as database
from django.utils import timezone
from django.utils.crypto import salted_hmac

from routiq.practices.models import Allowance

#: In one statement, so that of two processes each sees the other's count. A window that is over begins anew.
_COUNT = """
INSERT INTO practices_allowance AS held (key, used, resets_at) VALUES (%(key)s, 1, %(resets_at)s)
ON CONFLICT (key) DO UPDATE SET
  used = CASE WHEN held.resets_at <= %(now)s THEN 1 ELSE held.used + 1 END,
  resets_at = CASE WHEN held.resets_at <= %(now)s THEN excluded.resets_at ELSE held.resets_at END
RETURNING used, resets_at
"""
#: So long after its window a count is of no use to anybody.
_KEPT = timedelta(hours=1)


def count(what: str, who: str, *, resets_at: datetime) -> tuple[int, datetime]:
    """Count one more time that ``who`` does ``what``. Gives how often it was in the open window, and when that ends:
    at ``resets_at`` (aware) for the first one in it."""
    with database.cursor() as cursor:
        cursor.execute(_COUNT, {"key": _key(what, who), "now": timezone.now(), "resets_at": resets_at})
        used, until = cursor.fetchone()
    return int(used), until


def forget(what: str, who: str) -> None:
    """Begin anew."""
    Allowance.objects.filter(key=_key(what, who)).delete()


def clear_old() -> int:
    """Delete what counts for nothing any more; gives how many rows."""
    return Allowance.objects.filter(resets_at__lt=timezone.now() - _KEPT).delete()[0]


def _key(what: str, who: str) -> str:
    """``who`` may be an e-mail address: only a hash is kept, of no use without our own key."""
    return f"{what}:{salted_hmac('routiq.limits', who, algorithm='sha256').hexdigest()}"
