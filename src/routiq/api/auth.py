"""Who calls the API: a Bearer token of one practice, and nothing else. Cookies open nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from django.http import HttpRequest

from routiq.practices import tokens
from routiq.practices.audit import Actor
from routiq.practices.models import ApiToken, Practice
from routiq.practices.tenancy import acting_for

#: Longer than any token of ours: not worth a look.
LONGEST = 200


@dataclass(frozen=True)
class Caller:
    """The practice that a request works for, and the token that opened it."""

    token_id: int
    practice: Practice

    @property
    def actor(self) -> Actor:
        return Actor("token", str(self.token_id))


def recognise(request: HttpRequest) -> Caller | None:
    """The caller whom the ``Authorization`` header names, or ``None``: no token, an unknown one, or a revoked one."""
    token = _token_of(request.headers.get("Authorization", ""))
    if token is None:
        return None
    with acting_for(token.practice_id):
        return Caller(token.pk, Practice.objects.get(pk=token.practice_id))


def _token_of(header: str) -> ApiToken | None:
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text.isascii() or len(text) > LONGEST:
        return None
    return tokens.holder(text)


def note(request: HttpRequest, caller: Caller) -> None:
    request.api_caller = caller  # type: ignore[attr-defined]


def caller_of(request: HttpRequest) -> Caller:
    """The caller of a request that came in through the door."""
    return cast(Caller, request.api_caller)  # type: ignore[attr-defined]


class PracticeToken:
    """What ninja asks before each operation. The door has looked at the token; here nothing gets by without it."""

    openapi_security_schema: ClassVar[dict[str, str]] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of one practice, made under Settings > API tokens or with `routiq token`.",
    }

    def __call__(self, request: HttpRequest) -> Caller | None:
        return getattr(request, "api_caller", None)
