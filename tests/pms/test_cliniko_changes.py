"""Moving and cancelling an appointment at Cliniko: one change, then what the diary shows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.cliniko import diary
from routiq.pms.errors import (
    KeyRejected,
    NotFound,
    NotOffered,
    NotPermitted,
    PmsError,
    VendorChanged,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Stream
from routiq.pms.records import (
    AppointmentMove,
    AppointmentRecord,
    AppointmentStatus,
    Cancellation,
    CancellationReason,
)
from tests.pms.diaries import Desk

UNKNOWN = "1999999999999999998"


@pytest.fixture
def booked(clinic: Any, desk: Desk, sandbox: RunningSandbox) -> AppointmentRecord:
    record: AppointmentRecord = clinic.gateway.book(
        desk.draft(desk.free()[0].starts_at, notes="Bring the scan")
    ).record
    sandbox.clear_requests()
    return record


def move(booked: AppointmentRecord, **changes: Any) -> AppointmentMove:
    """By default to a day later, the rest as it is."""
    day = timedelta(days=1)
    same = {name: getattr(booked, name) for name in ("patient_id", "practitioner_id", "location_id")}
    given = {
        **same,
        "appointment_id": booked.id,
        "appointment_type_id": booked.appointment_type_id,
        "starts_at": booked.starts_at + day,
        "ends_at": booked.ends_at + day,
    }
    return AppointmentMove(**{**given, **changes})


def row(sandbox: RunningSandbox, appointment_id: str) -> dict[str, Any]:
    rows = sandbox.world("individual_appointments")["individual_appointments"]
    return next(held for held in rows if held["id"] == appointment_id)


def patches(sandbox: RunningSandbox) -> int:
    return [entry["method"] for entry in sandbox.requests()].count("PATCH")


def test_a_move_is_one_change_of_the_same_appointment(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    moved = clinic.gateway.reschedule(move(booked)).record
    assert moved.id == booked.id
    assert moved.starts_at - booked.starts_at == moved.ends_at - booked.ends_at == timedelta(days=1)
    assert row(sandbox, booked.id)["notes"] == "Bring the scan", "what was not asked for stays"
    assert [entry["method"] for entry in sandbox.requests()] == ["PATCH", "GET", "GET"], (
        "sent, read back, and what else stands there"
    )


def test_a_move_may_be_to_another_practitioner_and_type(booked: AppointmentRecord, clinic: Any, desk: Desk) -> None:
    other = next(
        offering
        for offering in clinic.all(Stream.OFFERINGS)
        if offering.appointment_type_id != booked.appointment_type_id
        and any(who != booked.practitioner_id for who in offering.practitioner_ids)
        and next(
            kind for kind in clinic.all(Stream.APPOINTMENT_TYPES) if kind.id == offering.appointment_type_id
        ).max_attendees
        == 1
    )
    wanted = move(
        booked,
        practitioner_id=next(who for who in other.practitioner_ids if who != booked.practitioner_id),
        location_id=other.location_id,
        appointment_type_id=other.appointment_type_id,
    )
    moved = clinic.gateway.reschedule(wanted).record
    assert (moved.practitioner_id, moved.appointment_type_id) == (wanted.practitioner_id, wanted.appointment_type_id)
    assert (moved.location_id, moved.patient_id) == (wanted.location_id, booked.patient_id)


def test_a_move_gives_the_appointment_to_nobody_else(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    """The practice may have merged the patient into another record since we last looked."""
    other = next(
        held["id"]
        for held in sandbox.world("patients")["patients"]
        if held["id"] != booked.patient_id and not held["archived_at"]
    )
    sandbox.edit([{"op": "merge", "collection": "patients", "id": booked.patient_id, "fields": {"into": other}}])
    assert clinic.gateway.reschedule(move(booked)).record.patient_id == other


def test_a_yes_without_a_move_is_noticed(booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox) -> None:
    back = {"starts_at": booked.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    sandbox.fault(
        kind="edit_before",
        method="GET",
        path=r"^individual_appointments/\d+$",
        edits=[{"op": "update", "collection": "individual_appointments", "id": booked.id, "fields": back}],
    )
    with pytest.raises(VendorChanged) as noticed:
        clinic.gateway.reschedule(move(booked))
    assert noticed.value.cause == "not_moved"
    assert booked.id not in str(vars(noticed.value))


@pytest.mark.parametrize("change", ["reschedule", "cancel"])
@pytest.mark.parametrize(
    "fault", [{"kind": "drop_after"}, {"kind": "html200"}, {"kind": "status", "status": 502}, {"kind": "drop_before"}]
)
def test_a_change_without_a_clear_answer_is_uncertain_and_never_sent_again(
    fault: dict[str, Any], change: str, booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(method="PATCH", times=None, **fault)
    with pytest.raises(WriteUncertain) as lost:
        ask(clinic, change, booked)
    assert patches(sandbox) == 1
    assert "Look into the Cliniko calendar" in lost.value.advice
    done = fault["kind"] == "drop_after"
    after = clinic.gateway.appointment(booked.id)
    assert (after.starts_at != booked.starts_at or after.status is AppointmentStatus.CANCELLED) is done


def ask(clinic: Any, change: str, booked: AppointmentRecord) -> AppointmentRecord:
    if change == "reschedule":
        return clinic.gateway.reschedule(move(booked)).record  # type: ignore[no-any-return]
    return clinic.gateway.cancel(  # type: ignore[no-any-return]
        Cancellation(appointment_id=booked.id, patient_id=booked.patient_id)
    )


@pytest.mark.parametrize("change", ["reschedule", "cancel"])
def test_a_change_that_cannot_be_read_back_is_uncertain(
    change: str, booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="status", status=503, method="GET", times=None)
    with pytest.raises(WriteUncertain):
        ask(clinic, change, booked)
    assert patches(sandbox) == 1


@pytest.mark.parametrize("change", ["reschedule", "cancel"])
@pytest.mark.parametrize("unknown", [UNKNOWN, "", "../users", "12?q=1"])
def test_an_appointment_that_does_not_exist_is_not_found(change: str, unknown: str, clinic: Any, desk: Desk) -> None:
    made = clinic.gateway.book(desk.draft(desk.free()[0].starts_at)).record
    with pytest.raises(NotFound):
        ask(clinic, change, msgspec.structs.replace(made, id=unknown))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"practitioner_id": UNKNOWN}, "the practitioner"),
        ({"location_id": UNKNOWN}, "the location"),
        ({"appointment_type_id": UNKNOWN}, "the appointment type"),
        ({"practitioner_id": UNKNOWN, "location_id": UNKNOWN}, "the practitioner and the location"),
    ],
)
def test_a_refused_move_names_the_field_in_words_and_leaves_the_old_time(
    changes: dict[str, str], named: str, booked: AppointmentRecord, clinic: Any
) -> None:
    with pytest.raises(WriteRefused) as refused:
        clinic.gateway.reschedule(move(booked, **changes))
    assert refused.value.message == f"Cliniko did not accept {named}; nothing was changed."
    assert UNKNOWN not in str(vars(refused.value))
    assert clinic.gateway.appointment(booked.id) == booked


def test_a_refusal_without_a_field_keeps_to_what_is_known(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="status", status=422, method="PATCH")
    with pytest.raises(WriteRefused) as refused:
        clinic.gateway.reschedule(move(booked))
    assert refused.value.message == "Cliniko refused the change; nothing was changed."


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (CancellationReason.FEELING_BETTER, 10),
        (CancellationReason.CONDITION_WORSE, 20),
        (CancellationReason.SICK, 30),
        (CancellationReason.AWAY, 40),
        (CancellationReason.OTHER, 50),
        (CancellationReason.WORK, 60),
    ],
)
def test_a_cancellation_stands_with_its_reason_and_note(
    reason: CancellationReason, code: int, booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    cancelled = clinic.gateway.cancel(
        Cancellation(appointment_id=booked.id, patient_id=booked.patient_id, reason=reason, note="By telephone")
    )
    held = row(sandbox, booked.id)
    assert (held["cancellation_reason"], held["cancellation_note"]) == (code, "By telephone")
    assert cancelled.status is AppointmentStatus.CANCELLED
    assert cancelled.cancelled_at is not None
    assert cancelled.cancelled_at.utcoffset() == timedelta(0)
    assert cancelled.cancellation_reason == held["cancellation_reason_description"]


def test_every_reason_has_a_code() -> None:
    assert diary._CODES.keys() == set(CancellationReason)


def test_cancelling_one_of_a_series_leaves_the_others(clinic: Any, desk: Desk, sandbox: RunningSandbox) -> None:
    first = desk.free()[0].starts_at
    series = clinic.gateway.book(desk.draft(first)).record
    sandbox.edit(
        [
            {
                "op": "create",
                "collection": "individual_appointments",
                "fields": {
                    "patient_id": series.patient_id,
                    "practitioner_id": series.practitioner_id,
                    "business_id": series.location_id,
                    "appointment_type_id": series.appointment_type_id,
                    "starts_at": (first + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "repeated_from_id": series.id,
                },
            }
        ]
    )
    clinic.gateway.cancel(Cancellation(appointment_id=series.id, patient_id=series.patient_id))
    (later,) = desk.find(first + timedelta(days=7))
    assert later.status is AppointmentStatus.CONFIRMED


def test_cancelling_twice_is_no_error_and_the_first_reason_stands(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    once = Cancellation(appointment_id=booked.id, patient_id=booked.patient_id, reason=CancellationReason.SICK)
    again = Cancellation(appointment_id=booked.id, patient_id=booked.patient_id, reason=CancellationReason.WORK)
    first = clinic.gateway.cancel(once)
    assert clinic.gateway.cancel(again) == first
    assert row(sandbox, booked.id)["cancellation_reason"] == 30


def test_an_account_that_takes_a_second_cancellation_is_done_too(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    cancelled = ask(clinic, "cancel", booked)
    sandbox.fault(kind="status", status=204, method="PATCH")
    assert ask(clinic, "cancel", booked) == cancelled


def test_a_yes_without_a_cancellation_is_noticed(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="status", status=204, method="PATCH")
    with pytest.raises(VendorChanged) as noticed:
        ask(clinic, "cancel", booked)
    assert noticed.value.cause == "not_cancelled"


def test_a_refused_cancellation_of_what_stands_is_a_refusal(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="status", status=422, method="PATCH")
    with pytest.raises(WriteRefused) as refused:
        ask(clinic, "cancel", booked)
    assert "cancel it there" in refused.value.advice


def test_what_was_archived_meanwhile_is_not_found(
    booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.edit([{"op": "archive", "collection": "individual_appointments", "id": booked.id}])
    for change in ("reschedule", "cancel"):
        with pytest.raises(NotFound):
            ask(clinic, change, booked)


@pytest.mark.parametrize("change", ["reschedule", "cancel"])
def test_a_clear_no_is_no_uncertainty(
    change: str, booked: AppointmentRecord, clinic: Any, sandbox: RunningSandbox
) -> None:
    wanted: list[tuple[dict[str, Any], type[PmsError]]] = [
        ({"kind": "empty403"}, NotPermitted),
        ({"kind": "status", "status": 401}, KeyRejected),
    ]
    for fault, expected in wanted:
        sandbox.fault(method="PATCH", **fault)
        with pytest.raises(expected):
            ask(clinic, change, booked)
    assert clinic.gateway.appointment(booked.id) == booked


def test_treatment_notes_are_never_asked_for(clinic: Any, sandbox: RunningSandbox) -> None:
    patient = sandbox.characters()["returning"]["patient_ids"][0]
    sandbox.clear_requests()
    with pytest.raises(NotOffered):
        clinic.gateway.treatment_notes(patient)
    assert sandbox.requests() == []
    assert "treatment" not in json.dumps(clinic.gateway.capabilities.streams)
