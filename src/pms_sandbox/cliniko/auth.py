"""Who is calling: Basic auth with the key as user name (spec 1.2, 1.3)."""

from __future__ import annotations

import base64
import binascii
import re

from pms_sandbox.http import Answer, Refusal, Request
from pms_sandbox.keys import ApiKey, KeyRing

_CONTACT = re.compile(r"\(.*\S@\S.*\)")


def authenticate(request: Request, shard: str, ring: KeyRing) -> ApiKey:
    """The caller's key, or a 401: a missing, unknown or revoked key, or the right key on another shard."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    key = None
    if kind.lower() == "basic":
        try:
            user = base64.b64decode(encoded, validate=True).decode().partition(":")[0]
            key = ring.find(user)
        except (binascii.Error, UnicodeDecodeError):
            key = None
    if key is None or key.shard != shard.lower():
        raise Refusal(
            Answer(
                401,
                b"HTTP Basic: Access denied.\n",
                [("www-authenticate", 'Basic realm="Application"')],
                "text/html; charset=utf-8",
            )
        )
    return key


def check_agent(request: Request) -> None:
    """In strict mode an agent without a contact address is turned away (spec 1.3)."""
    if not _CONTACT.search(request.headers.get("user-agent", "")):
        text = b"Please identify your application with a User-Agent that contains a contact e-mail address."
        raise Refusal(Answer(403, text, [], "text/plain; charset=utf-8"))
