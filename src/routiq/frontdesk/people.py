"""Who is calling, and what they usually have."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.models import Connection
from routiq.frontdesk.wishes import Caller, Habit, KnownPatient
from routiq.mirror.models import Appointment, Offering, Patient, Practitioner
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


def habit_of(patient_remote_id: str) -> Habit:
    """The practitioner, type and location of the patient's latest visit that can be had again online (BOOK-06).

    A practitioner who left is left out, and so is a type they never offer online; what remains still helps.
    """
    connection = live_connection()
    if connection is None:
        return Habit()
    latest = (
        Appointment.objects.filter(
            connection=connection,
            patient_remote_id=patient_remote_id,
            removed_at=None,
            status=Appointment.Status.CONFIRMED,
        )
        .filter(starts_at__lte=timezone.now())
        .order_by("-starts_at")[:5]
    )
    for visit in latest:
        same = {
            "connection": connection,
            "appointment_type_remote_id": visit.appointment_type_remote_id,
        }
        if Offering.objects.filter(**same, practitioner_remote_id=visit.practitioner_remote_id).exists():
            return Habit(
                practitioner_id=_if_online(visit.practitioner_remote_id, connection.pk),
                appointment_type_id=visit.appointment_type_remote_id,
                location_id=visit.location_remote_id,
            )
    return Habit()


def _if_online(practitioner_id: str, connection_id: int) -> str:
    online = Practitioner.objects.filter(
        connection_id=connection_id, remote_id=practitioner_id, online=True, active=True, removed_at=None
    )
    return practitioner_id if online.exists() else ""
