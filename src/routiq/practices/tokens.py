"""Tokens for the REST API: one practice each, stored as a hash, shown once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from routiq.practices import audit
from routiq.practices.models import ApiToken
from routiq.practices.tenancy import acting_for, current_practice_id, presenting_token

PREFIX = "rtq_"


def _hash(text: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(text.encode()).hexdigest()


def create(name: str, actor: audit.Actor) -> tuple[ApiToken, str]:
    """A new token for the practice in force, and its text, which is stored nowhere."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        practice_id=current_practice_id(), name=name.strip(), prefix=text[:10], token_hash=_hash(text)
    )
    audit.record(actor, "token.created", f"token:{token.pk}")
    return token, text


def revoke(pk: int, actor: audit.Actor) -> None:
    """``ApiToken.DoesNotExist`` when the practice in force has no such token. Repeating is harmless."""
    token = ApiToken.objects.get(pk=pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(actor, "token.revoked", f"token:{pk}")


def listing() -> list[ApiToken]:
    return list(ApiToken.objects.order_by("-created_at"))


def holder(text: str) -> ApiToken | None:
    """The token that this text opens, or ``None`` when it is unknown or revoked."""
    if not text.startswith(PREFIX):
        return None
    with presenting_token(_hash(text)):
        token = ApiToken.objects.filter(token_hash=_hash(text), revoked_at=None).first()
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        with acting_for(token.practice_id):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
