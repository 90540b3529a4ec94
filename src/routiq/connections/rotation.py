"""Re-encrypting every stored secret under the ring's current key, while the product serves.

Row by row, each in a short transaction of its own that holds the row: a key that is replaced meanwhile is either read
after the replacement or replaced after us, and never written over. Killed at any row, it is simply run again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.apps import apps
from django.db import transaction
from django.db.models import BinaryField

from routiq import faults
from routiq.connections.secrets import Keyring, Place, SecretUnreadable, keyring
from routiq.practices.models import PracticeOwned
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for

log = logging.getLogger("routiq.keys")

_SUFFIX = "_cipher"


@dataclass(frozen=True)
class SecretColumn:
    """A column that holds ciphertexts; empty where there is no secret."""

    model: type[PracticeOwned]
    column: str
    place_of: Callable[[int, int], Place]
    """(practice, row) -> the place that the ciphertext is bound to."""


@dataclass
class Rotation:
    """What came of it."""

    rotated: int = 0
    current: int = 0
    """Had the current key already."""
    unreadable: list[Place] = field(default_factory=list)
    """Left as they are: no key of the ring opens them in their place."""


def secret_columns() -> list[SecretColumn]:
    """Every binary column named ``…_cipher`` of every table of a practice, so that none can be forgotten."""
    return [
        SecretColumn(model, column.attname, partial(_place, model._meta.db_table, column.attname))
        for model in apps.get_models()
        if issubclass(model, PracticeOwned)
        for column in model._meta.concrete_fields
        if isinstance(column, BinaryField) and column.attname.endswith(_SUFFIX)
    ]


def _place(table: str, column: str, practice_id: int, row: int) -> Place:
    return Place(practice_id, table, column, row)


def rotate(ring: Keyring | None = None) -> Rotation:
    """Bring every secret of every practice under the ring's current key. Must be called outside a transaction."""
    ring = ring or keyring()
    done = Rotation()
    for practice_id, column, row, cipher in _stored():
        place = column.place_of(practice_id, row)
        try:
            if _is_current(ring, cipher):
                ring.decrypt(cipher, place)
                done.current += 1
                continue
            done.rotated += _rotate_row(ring, column, place)
        except SecretUnreadable as error:
            done.unreadable.append(place)
            log.error("secret unreadable", extra={"place": place.encode().decode(), "why": str(error)})
        faults.point("key_rotated")
    log.info("keys rotated", extra={"rotated": done.rotated, "unreadable": len(done.unreadable)})
    return done


def keys_in_use() -> Counter[str]:
    """How many secrets are under which key id; ``?`` counts what is no ciphertext of ours."""
    found: Counter[str] = Counter()
    for _, _, _, cipher in _stored():
        try:
            found[Keyring.key_id_of(cipher)] += 1
        except SecretUnreadable:
            found["?"] += 1
    return found


def unreadable(ring: Keyring | None = None) -> list[Place]:
    """Where a secret is stored that no key of the ring opens."""
    ring = ring or keyring()
    found = []
    for practice_id, column, row, cipher in _stored():
        place = column.place_of(practice_id, row)
        try:
            ring.decrypt(cipher, place)
        except SecretUnreadable:
            found.append(place)
    return found


def _stored() -> Iterator[tuple[int, SecretColumn, int, bytes]]:
    for practice_id in practice_ids():
        for column in secret_columns():
            with acting_for(practice_id):
                rows = column.model._default_manager.exclude(**{column.column: b""}).order_by("pk")
                stored = list(rows.values_list("pk", column.column))
            for row, cipher in stored:
                yield practice_id, column, row, bytes(cipher)


def _is_current(ring: Keyring, cipher: bytes) -> bool:
    try:
        return ring.key_id_of(cipher) == ring.current
    except SecretUnreadable:
        return False


def _rotate_row(ring: Keyring, column: SecretColumn, place: Place) -> bool:
    with acting_for(place.practice_id), transaction.atomic():
        rows = column.model._default_manager.filter(pk=place.row)
        cipher = rows.select_for_update().values_list(column.column, flat=True).first()
        if not cipher or _is_current(ring, cipher):
            return False
        rows.update(**{column.column: ring.encrypt(ring.decrypt(cipher, place), place)})
        return True
