"""How much a caller has shown of who they are, and so what may be told to them (V5).

A number alone is worth a greeting by first name, and nothing of a booking. Name and day of birth together are worth
the patient's own bookings. Whoever gets it wrong is never told which part; after three tries a person takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from django.db.models import Q

from routiq.frontdesk.people import known
from routiq.frontdesk.wishes import Caller, KnownPatient
from routiq.mirror.models import Patient
from routiq.mirror.queries import fold

#: So often may somebody try to show who they are in one conversation.
TRIES = 3


class Tier(IntEnum):
    """What a caller has shown; each tier may what those before it may."""

    NOBODY = 0
    """A withheld or unknown number, or one that several share."""
    GREETED = 1
    """The number is one patient's: greet by first name, and nothing more."""
    SHOWN = 2
    """Name and day of birth are right: their bookings may be told and changed."""


@dataclass(frozen=True)
class Identity:
    tier: Tier = Tier.NOBODY
    patient: KnownPatient | None = None
    """Who it may be (``GREETED``) or is (``SHOWN``)."""
    wrong: int = 0
    """How often it was tried in vain."""

    @property
    def greeting(self) -> str:
        """The name to greet by, or empty."""
        return self.patient.called if self.patient is not None else ""

    @property
    def may_see_bookings(self) -> bool:
        return self.tier is Tier.SHOWN

    @property
    def is_for_a_person(self) -> bool:
        """No further try: somebody at the practice has to talk with them."""
        return self.wrong >= TRIES and self.tier is not Tier.SHOWN


def by_number(caller: Caller) -> Identity:
    """What the number alone is worth."""
    if len(caller.patients) != 1:
        return Identity()
    return Identity(Tier.GREETED, caller.patients[0])


def show(identity: Identity, *, first_name: str, last_name: str, date_of_birth: date | None) -> Identity:
    """What is known after the caller has said this. Any active patient of the practice in force can be shown, from
    any number: people ring from a neighbour's. Wrong is wrong, whichever part it was; two patients of one name and
    birthday cannot be told apart by it, so that is no proof either."""
    if identity.is_for_a_person:
        return identity
    found = _matching(first_name, last_name, date_of_birth) if date_of_birth is not None else []
    if len(found) == 1:
        return Identity(Tier.SHOWN, found[0], identity.wrong)
    greeted = identity if identity.tier is not Tier.SHOWN else Identity()
    return replace(greeted, wrong=identity.wrong + 1)


def show_named(identity: Identity, *, name: str, date_of_birth: date) -> Identity:
    """As :func:`show`, for a whole name as it was said, in whatever way it is cut and spelled apart."""
    if identity.is_for_a_person:
        return identity
    said = _letters(name)
    born_then = Patient.objects.filter(
        date_of_birth=date_of_birth, status=Patient.Status.ACTIVE, merged_into="", removed_at=None
    )
    found = [
        row
        for row in born_then.order_by("pk")
        if said in {_letters(first + row.last_name) for first in (row.first_name, row.preferred_name) if first}
    ]
    if len(found) == 1 and _letters(found[0].last_name):
        return Identity(Tier.SHOWN, known(found[0]), identity.wrong)
    greeted = identity if identity.tier is not Tier.SHOWN else Identity()
    return replace(greeted, wrong=identity.wrong + 1)


def _letters(name: str) -> str:
    """A name without case, accents, spaces and marks: "O'Brien-Li" and "obrien li" are one."""
    return "".join(c for c in fold(name) if c.isalnum())


def _matching(first_name: str, last_name: str, born: date | None) -> list[KnownPatient]:
    """Active patients of this name, called by the first or the preferred one, who were born on this day."""
    first, last = (" ".join(fold(name).split()) for name in (first_name, last_name))
    if not first or not last:
        return []
    rows = Patient.objects.filter(
        Q(sort_name=f"{last} {first}") | ~Q(preferred_name="") & Q(sort_name__startswith=f"{last} "),
        date_of_birth=born,
        status=Patient.Status.ACTIVE,
        merged_into="",
        removed_at=None,
    )
    return [known(row) for row in rows.order_by("pk") if _is_called(row, first, last)]


def _is_called(row: Patient, first: str, last: str) -> bool:
    family, given, preferred = (
        " ".join(fold(n).split()) for n in (row.last_name, row.first_name, row.preferred_name)
    )
    return family == last and first in (given, preferred)
