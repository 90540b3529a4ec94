"""A receptionist's day, played on every system: the copy is as true, and tells it in the same words."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from routiq.mirror.models import Appointment, Patient
from routiq.pms.gateway import Stream
from routiq.sync.looking import look
from routiq.sync.models import SyncEvent
from tests.systems import At


def upcoming(at: At) -> list[dict[str, Any]]:
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        row
        for row in at.sandbox.world("individual_appointments")["individual_appointments"]
        if row["starts_at"] > now and not row["archived_at"] and not row["cancelled_at"]
    ]


def told() -> set[tuple[str, str, str]]:
    rows = SyncEvent.objects.filter(stream__in=[Stream.PATIENTS, Stream.APPOINTMENTS])
    return set(rows.values_list("stream", "kind", "record_id"))


def test_a_day_of_changes(mirrored: At) -> None:
    moved, cancelled, missed, *_ = upcoming(mirrored)
    patient = mirrored.sandbox.world("patients")["patients"][0]
    new = mirrored.sandbox.edit(
        [
            {
                "op": "create",
                "collection": "patients",
                "fields": {
                    "first_name": "Nell",
                    "last_name": "Newcomer",
                    "date_of_birth": "1990-04-01",
                    "patient_phone_numbers": [{"number": "0491 571 266", "phone_type": "Mobile"}],
                },
            }
        ]
    )[0]
    later = Appointment.objects.get(remote_id=moved["id"])
    mirrored.sandbox.edit(
        [
            {
                "op": "update",
                "collection": "individual_appointments",
                "id": moved["id"],
                "fields": {
                    "starts_at": (later.starts_at + (later.ends_at - later.starts_at)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "ends_at": (later.ends_at + (later.ends_at - later.starts_at)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
            },
            {"op": "cancel", "collection": "individual_appointments", "id": cancelled["id"]},
            {"op": "dna", "collection": "individual_appointments", "id": missed["id"]},
            {"op": "update", "collection": "patients", "id": patient["id"], "fields": {"email": "new@example.org"}},
        ]
    )
    look(mirrored.connection)
    assert told() == {
        ("patients", "created", new),
        ("patients", "updated", patient["id"]),
        ("appointments", "rescheduled", moved["id"]),
        ("appointments", "cancelled", cancelled["id"]),
        ("appointments", "did_not_arrive", missed["id"]),
    }
    assert Patient.objects.get(remote_id=new).phones.get().e164 == "+61491571266"
    assert mirrored.differences() == []


def test_a_patient_who_dies_is_no_longer_among_the_active(mirrored: At) -> None:
    patient = next(row for row in mirrored.sandbox.world("patients")["patients"] if not row["archived_at"])
    mirrored.sandbox.edit([{"op": "deceased", "collection": "patients", "id": patient["id"]}])
    look(mirrored.connection)
    row = Patient.objects.get(remote_id=patient["id"])
    expected = "deceased" if mirrored.system.capabilities.tells_deceased else "inactive"
    assert row.status == expected
    assert row.status != Patient.Status.ACTIVE


def test_a_class_fills_and_empties(mirrored: At) -> None:
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    world = mirrored.sandbox.world("attendees", "group_appointments")
    soonest = min(
        (row for row in world["group_appointments"] if row["starts_at"] > now and not row["archived_at"]),
        key=lambda row: row["starts_at"],
    )
    seat = next(
        row
        for row in world["attendees"]
        if row["booking"]["links"]["self"].endswith(f"/{soonest['id']}") and not row["cancelled_at"]
    )
    mirrored.sandbox.edit([{"op": "cancel", "collection": "attendees", "id": seat["id"]}])
    look(mirrored.connection)
    assert mirrored.differences() == []
    assert SyncEvent.objects.filter(stream=Stream.ATTENDANCES, kind="cancelled").count() == 1
