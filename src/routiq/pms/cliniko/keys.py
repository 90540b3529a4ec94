"""The API key as people paste it, and the shard that its ending names.

Reference: Cliniko API, Authentication and Shards.
"""

from __future__ import annotations

import re
import unicodedata

from routiq.pms.errors import KeyRejected

#: Two letters and one or two digits. A pattern and no list, since Cliniko opens new shards.
SHARD = re.compile(r"[a-z]{2}\d{1,2}")
#: The shard of keys from before shards existed.
FIRST_SHARD = "au1"

_NEW_KEY = "In Cliniko, open your name (top right), then My Info, then API Keys, and choose New API Key."


def normalise_key(pasted: str, chosen: str) -> tuple[str, str]:
    """(key as pasted, region as chosen, may be empty) -> (clean key, shard).

    White space around the key is dropped, invisible characters included. ``KeyRejected`` before any call,
    with cause ``malformed`` (no key at all), ``spaces`` (white space inside) or ``wrong_shard`` (the list
    says another shard than the key).
    """
    key = _stripped(pasted)
    if not key:
        raise _rejected("malformed", "No API key was pasted.", f"{_NEW_KEY} Then paste it here.")
    if any(_is_blank(character) for character in key):
        raise _rejected(
            "spaces",
            "There are spaces inside the API key.",
            "A key has none. Copy it again in Cliniko in one piece and paste it without changing anything.",
        )
    if not _may_be_a_key(key):
        raise _rejected(
            "malformed",
            "This text is not a Cliniko API key.",
            f"{_NEW_KEY} Copy the long text that Cliniko shows once, and paste it whole.",
        )
    named = shard_of(key)
    region = _stripped(chosen).lower()
    if region and region != named:
        raise _disagreement(key, named, region)
    return key, named


def shard_of(key: str) -> str:
    """The shard that a clean key belongs to: what follows its last hyphen, or the first shard of all."""
    ending = _ending(key)
    return ending or FIRST_SHARD


def _ending(key: str) -> str:
    _, hyphen, last = key.rpartition("-")
    last = last.lower()
    return last if hyphen and SHARD.fullmatch(last) else ""


def _disagreement(key: str, named: str, region: str) -> KeyRejected:
    if _ending(key):
        message = f"The key belongs to shard {named}, but {region} was selected."
        advice = (
            f"The key ends in -{named}. Select {named}, or “Other (from the key)”, if this is the right account; "
            f"otherwise create a key in the account on {region}."
        )
    else:
        message = f"The key has no shard at its end, so it belongs to {named}, but {region} was selected."
        advice = (
            f"Keys of accounts on {region} end in -{region}: the end may have been lost while copying. Paste the "
            f"whole key again, or select {named} if Cliniko's address in your browser says so."
        )
    return _rejected("wrong_shard", message, advice)


def _rejected(cause: str, message: str, advice: str) -> KeyRejected:
    return KeyRejected(message, vendor="cliniko", cause=cause, advice=advice)


def _is_blank(character: str) -> bool:
    """White space, and what looks like nothing at all: zero-width signs, byte-order marks, control
    characters."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _stripped(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _may_be_a_key(key: str) -> bool:
    """Letters, digits and the signs of base64; a colon would end the user name of the request's header."""
    return re.fullmatch(r"[A-Za-z0-9+/=_.-]{8,400}", key) is not None and any(c.isalnum() for c in key)
