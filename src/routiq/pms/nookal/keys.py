"""The API key as people paste it, and whose account it opens.

Reference: Nookal API v2, Authentication.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

from routiq.pms.errors import KeyRejected

_KEY = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NEW_KEY = (
    "In Nookal, open Practice > Setup > API Keys (in older accounts Setup > Connections > API Keys) and choose "
    "Generate API Key."
)

#: So many marks of each kind make up the proof of an account, three letters each: 64 are what there is room for.
_MARKS = 10
_MARK = 3


def normalise_key(pasted: str, chosen: str) -> tuple[str, str]:
    """(key as pasted, region as chosen) -> (clean key, no region: Nookal has one server for all).

    White space around the key is dropped, invisible characters included; upper and lower case are kept as they are.
    ``KeyRejected`` before any call, with cause ``malformed`` (no key at all) or ``spaces`` (white space inside).
    """
    key = "".join(character for character in pasted.strip() if unicodedata.category(character) not in ("Cc", "Cf"))
    key = key.strip()
    if not key:
        raise _rejected("malformed", "No API key was pasted.", f"{_NEW_KEY} Then paste it here.")
    if any(character.isspace() for character in key):
        raise _rejected(
            "spaces",
            "There are spaces inside the API key.",
            "A key has none. Copy it again in Nookal in one piece and paste it without changing anything.",
        )
    if not _KEY.fullmatch(key):
        raise _rejected(
            "malformed",
            "This text is not a Nookal API key.",
            f"{_NEW_KEY} Copy the whole key: 36 characters in five groups with hyphens between them.",
        )
    return key, ""


def proof_of(locations: Iterable[str], practitioners: Iterable[str]) -> str:
    """What stands for the account's id, which Nookal does not tell: short marks of its locations and of its
    practitioners (of each: id and name), at most ten of each. Two keys of one account see the same people and share
    at least one location, even when their scopes differ or somebody has come or gone."""
    return f"{_marks(locations)}.{_marks(practitioners)}"


def same_account(stored: str, now: str) -> bool:
    """Do these proofs share a location, and a practitioner where both have any? Nobody else's practice has the same
    person under the same number beside the same location under the same number."""
    (places, people), (places_now, people_now) = (_sets(proof) for proof in (stored, now))
    return bool(places & places_now) and (bool(people & people_now) or not (people and people_now))


def _marks(facts: Iterable[str]) -> str:
    """The smallest of all marks, so that two lists that are nearly alike keep nearly the same ones."""
    every = {base64.urlsafe_b64encode(blake2b(fact.encode(), digest_size=3).digest())[:_MARK] for fact in facts}
    return b"".join(sorted(every)[:_MARKS]).decode()


def _sets(proof: str) -> tuple[set[str], set[str]]:
    places, _, people = proof.partition(".")
    return _cut(places), _cut(people)


def _cut(marks: str) -> set[str]:
    return {marks[at : at + _MARK] for at in range(0, len(marks), _MARK)}


def _rejected(cause: str, message: str, advice: str) -> KeyRejected:
    return KeyRejected(message, vendor="nookal", cause=cause, advice=advice)
