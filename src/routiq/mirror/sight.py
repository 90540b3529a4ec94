"""Whose patients somebody may see: everybody's, or those who have been with the practitioners whose login it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from routiq.connections.connecting import kept_connection, live_connection
from routiq.mirror.models import (
    Appointment,
    AssignedLogin,
    Attendance,
    ClassSession,
    Patient,
    Practitioner,
)
from routiq.mirror.queries import fold
from routiq.practices import audit
from routiq.practices.models import Membership
from routiq.practices.permissions import sees_all_patients
from routiq.practices.tenancy import current_practice_id

_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "professor"})


@dataclass(frozen=True)
class Sight:
    practitioner_ids: frozenset[str] | None
    """The vendor's ids of the practitioners whose patients are seen; ``None``: everybody's."""

    @property
    def is_limited(self) -> bool:
        return self.practitioner_ids is not None

    def sees_diary_of(self, practitioner_id: str) -> bool:
        return self.practitioner_ids is None or practitioner_id in self.practitioner_ids

    def patients(self) -> Q:
        """The rows of :class:`Patient` that are seen: with an appointment, or a seat in a class, of one of them."""
        if self.practitioner_ids is None:
            return Q()
        same = {"connection": OuterRef("connection"), "removed_at": None}
        theirs = {"practitioner_remote_id__in": self.practitioner_ids}
        classes = ClassSession.objects.filter(**theirs, removed_at=None).values("remote_id")
        who = {"patient_remote_id": OuterRef("remote_id")}
        return Q(Exists(Appointment.objects.filter(**same, **who, **theirs))) | Q(
            Exists(Attendance.objects.filter(**same, **who, class_remote_id__in=Subquery(classes)))
        )

    def sees(self, patient: Patient) -> bool:
        return self.practitioner_ids is None or Patient.objects.filter(self.patients(), pk=patient.pk).exists()

    def seen_among(self, patients: Iterable[Patient]) -> set[int]:
        """The primary keys of those of them who are seen."""
        keys = {each.pk for each in patients}
        if self.practitioner_ids is None or not keys:
            return keys
        return set(Patient.objects.filter(self.patients(), pk__in=keys).values_list("pk", flat=True))


def sight_of(membership: Membership) -> Sight:
    if sees_all_patients(membership):
        return Sight(None)
    connection = live_connection() or kept_connection()
    rows = AssignedLogin.objects.filter(membership=membership, connection=connection) if connection else None
    return Sight(frozenset(rows.values_list("practitioner_remote_id", flat=True) if rows is not None else ()))


def assigned() -> dict[int, list[Practitioner]]:
    """The practitioners of each login (by the membership's primary key), by name."""
    connection = live_connection() or kept_connection()
    if connection is None:
        return {}
    names = {row.remote_id: row for row in Practitioner.objects.filter(connection=connection).order_by("name")}
    found: dict[int, list[Practitioner]] = {}
    pairs = AssignedLogin.objects.filter(connection=connection).values_list("membership_id", "practitioner_remote_id")
    for membership_id, remote_id in pairs:
        if remote_id in names:
            found.setdefault(membership_id, []).append(names[remote_id])
    return {pk: sorted(rows, key=lambda row: row.name) for pk, rows in found.items()}


def namesakes(name: str) -> list[Practitioner]:
    """The practitioners who are called so, whatever their title and the order of their names: somebody may stand in
    the system several times."""
    wanted = _plain(name)
    return [row for row in practitioners() if wanted and _plain(row.name) == wanted]


def practitioners() -> list[Practitioner]:
    """Those whom a login can be assigned to, by name: those who have left too, since their patients stay."""
    connection = live_connection() or kept_connection()
    found = Practitioner.objects.filter(connection=connection, removed_at=None) if connection else ()
    return sorted(found, key=lambda row: (not row.active, row.name))


@transaction.atomic
def assign(membership: Membership, chosen: Iterable[Practitioner], actor: audit.Actor) -> None:
    """From now on this login is that of exactly these practitioners. One may have several logins."""
    rows = {row.remote_id: row for row in chosen}
    before = set(AssignedLogin.objects.filter(membership=membership).values_list("practitioner_remote_id", flat=True))
    if before == set(rows):
        return
    AssignedLogin.objects.filter(membership=membership).exclude(practitioner_remote_id__in=rows).delete()
    AssignedLogin.objects.bulk_create(
        AssignedLogin(
            practice_id=current_practice_id(),
            connection_id=row.connection_id,
            membership=membership,
            practitioner_remote_id=remote_id,
        )
        for remote_id, row in rows.items()
        if remote_id not in before
    )
    audit.record(actor, "login.assigned", f"person:{membership.person_id}", practitioners=sorted(rows))


def _plain(name: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in fold(name)).split()
    return sorted(word for word in words if word not in _TITLES)
