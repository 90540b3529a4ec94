"""Who is calling, and what they usually have."""

from __future__ import annotations

from django.db import connection as database
from django.db.models import Q
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.wishes import Caller, Habit, KnownPatient
from routiq.mirror.models import Appointment, Patient
from routiq.mirror.queries import fold
from routiq.pms.phones import e164
from routiq.pms.records import PatientDraft
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id


def recognise_caller(number: str) -> Caller:
    """Who may be calling from ``number`` (any format, also from abroad; empty when withheld): active patients (C1).

    Archived and deceased ones are nobody's to greet; that the number is theirs is said, because somebody at the
    practice should talk with whoever rings. Merged and deleted ones are not there at all.
    """
    country = Practice.objects.values_list("country_code", flat=True).get(pk=current_practice_id())
    dialled = e164(number, region=country)
    if not dialled:
        return Caller(number="")
    found = list(
        Patient.objects.filter(phones__e164=dialled, merged_into="", removed_at=None)
        .only("remote_id", "first_name", "preferred_name", "last_name", "date_of_birth", "status")
        .distinct()
        .order_by("first_name", "pk")
    )
    active = tuple(known(patient) for patient in found if patient.status == Patient.Status.ACTIVE)
    return Caller(number=dialled, patients=active, is_of_former_patient=bool(found) and not active)


def known(patient: Patient) -> KnownPatient:
    return KnownPatient(
        remote_id=patient.remote_id,
        first_name=patient.first_name,
        called=patient.called,
        last_name=patient.last_name,
        date_of_birth=patient.date_of_birth,
    )


def alike(connection: Connection, draft: PatientDraft) -> list[KnownPatient]:
    """Active patients of our copy who may be the one to be registered: of the same name and day of birth, or of the
    same first name with one of the numbers (PAT-06)."""
    region = connection.practice.country_code
    numbers = [number for number in (e164(text, region=region) for text in (draft.mobile, draft.phone)) if number]
    called = Q(first_name__iexact=draft.first_name) | Q(preferred_name__iexact=draft.first_name)
    of_this_name = Q(sort_name=fold(f"{draft.last_name} {draft.first_name}"))
    if draft.date_of_birth is not None:
        of_this_name &= Q(date_of_birth=draft.date_of_birth)
    found: dict[str, KnownPatient] = {}
    for same in (of_this_name, Q(phones__e164__in=numbers) & called):
        rows = Patient.objects.filter(
            same, connection=connection, status=Patient.Status.ACTIVE, merged_into="", removed_at=None
        )
        found |= {row.remote_id: known(row) for row in rows.distinct().order_by("pk")}
    return list(found.values())


_LATEST_TO_BE_HAD = """
SELECT a.practitioner_remote_id, a.appointment_type_remote_id, a.location_remote_id, EXISTS (
    SELECT FROM mirror_practitioner p
    WHERE p.connection_id = a.connection_id AND p.remote_id = a.practitioner_remote_id
      AND p.online AND p.active AND p.removed_at IS NULL
  )
FROM (
  SELECT * FROM mirror_appointment
  WHERE connection_id = (
      SELECT id FROM connections_connection WHERE practice_id = %(practice)s AND state <> %(disconnected)s
      ORDER BY id LIMIT 1
    )
    AND patient_remote_id = %(patient)s AND removed_at IS NULL AND status = %(confirmed)s AND starts_at <= %(now)s
  ORDER BY starts_at DESC LIMIT 5
) a
WHERE EXISTS (
  SELECT FROM mirror_offering o
  WHERE o.connection_id = a.connection_id AND o.practitioner_remote_id = a.practitioner_remote_id
    AND o.appointment_type_remote_id = a.appointment_type_remote_id
)
ORDER BY a.starts_at DESC LIMIT 1
"""


def habit_of(patient_remote_id: str) -> Habit:
    """The practitioner, type and location of the patient's latest visit that can be had again online (BOOK-06).

    A practitioner who left is left out, and so is a type they never offer online; what remains still helps.
    """
    with database.cursor() as cursor:
        cursor.execute(
            _LATEST_TO_BE_HAD,
            {
                "practice": current_practice_id(),
                "disconnected": str(Connection.State.DISCONNECTED),
                "patient": patient_remote_id,
                "confirmed": str(Appointment.Status.CONFIRMED),
                "now": timezone.now(),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return Habit()
    who, what, where, is_online = row
    return Habit(practitioner_id=who if is_online else "", appointment_type_id=what, location_id=where)
