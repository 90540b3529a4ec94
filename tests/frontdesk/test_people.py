"""Who is calling, by the number alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk.people import habit_of, recognise_caller
from routiq.frontdesk.wishes import Habit
from routiq.mirror.models import Appointment, Offering, Patient, PatientPhone, Practitioner
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.sync.looking import look


def called(number: str) -> list[str]:
    return [each.called for each in recognise_caller(number).patients]


@pytest.mark.parametrize(
    "number",
    [
        "0491 570 006",
        "0491570006",
        "+61491570006",
        "+61 491 570 006",
        "0011 61 491 570 006",
        "(0491) 570-006",
        "61491570006",
    ],
)
def test_a_number_is_one_number_however_it_is_written(synced: Connection, number: str) -> None:
    assert (recognise_caller(number).number, called(number)) == ("+61491570006", ["Maggie"])


def test_any_number_of_a_patient_will_do(synced: Connection) -> None:
    assert len(called("(02) 5550 0199")) == 1, "only a landline"
    known = Patient.objects.get(phones__e164="+61491570006")
    PatientPhone.objects.create(practice=known.practice, patient=known, position=7, number="x", e164="+61255500123")
    assert called("02 5550 0123") == ["Maggie"]


def test_who_shares_a_number_is_all_there(synced: Connection) -> None:
    assert len(called("0491 570 156")) == 3


def test_a_changed_number_is_known_as_soon_as_it_is_changed(synced: Connection, sandbox: RunningSandbox) -> None:
    known = Patient.objects.get(phones__e164="+61491570006")
    fields = {"patient_phone_numbers": [{"number": "0491 570 313", "phone_type": "Mobile"}]}
    sandbox.edit([{"op": "update", "collection": "patients", "id": known.remote_id, "fields": fields}])
    look(synced)
    assert (called("0491 570 313"), called("0491 570 006")) == (["Maggie"], [])


@pytest.mark.parametrize("number", ["", "anonymous", "Private number", "000", "12"])
def test_a_withheld_number_is_nobodys(synced: Connection, number: str) -> None:
    caller = recognise_caller(number)
    assert (caller.number, caller.patients, caller.is_of_former_patient) == ("", (), False)


def test_somebody_from_abroad_is_known_by_the_whole_number_and_not_by_its_end(synced: Connection) -> None:
    known = Patient.objects.get(phones__e164="+61491570006")
    abroad = "+16505550123"
    PatientPhone.objects.create(practice=known.practice, patient=known, position=7, number=abroad, e164=abroad)
    assert called("+1 650-555-0123") == ["Maggie"]
    assert called("650 555 0123") == []


@pytest.mark.parametrize("number", ["0491 570 157", "0491 570 158"])
def test_archived_and_deceased_are_greeted_by_nobody_and_told_to_the_team(synced: Connection, number: str) -> None:
    caller = recognise_caller(number)
    assert (caller.patients, caller.is_of_former_patient) == ((), True)


def test_another_practices_patients_are_nobody_here(synced: Connection, other_practice: Practice) -> None:
    with acting_for(other_practice.pk):
        assert called("0491 570 006") == []


def test_what_somebody_usually_has_is_their_latest_visit_that_can_be_had_again(synced: Connection) -> None:
    [who] = recognise_caller("0491 570 006").patients
    usual = habit_of(who.remote_id)
    other = Offering.objects.exclude(practitioner_remote_id=usual.practitioner_id)[0]
    Practitioner.objects.filter(remote_id=other.practitioner_remote_id).update(online=True)
    latest = Appointment.objects.filter(patient_remote_id=who.remote_id, starts_at__lt=timezone.now()).latest(
        "starts_at"
    )
    latest.pk, latest.remote_id, latest.status = None, "999", "confirmed"
    latest.starts_at, latest.ends_at = timezone.now() - timedelta(minutes=40), timezone.now()
    latest.practitioner_remote_id = other.practitioner_remote_id
    latest.appointment_type_remote_id, latest.location_remote_id = (
        other.appointment_type_remote_id,
        other.location_remote_id,
    )
    latest.save()
    had = Habit(other.practitioner_remote_id, other.appointment_type_remote_id, other.location_remote_id)
    assert habit_of(who.remote_id) == had
    Practitioner.objects.filter(remote_id=other.practitioner_remote_id).update(online=False)
    assert habit_of(who.remote_id) == replace(had, practitioner_id=""), "who is not to be had online is left out"
    Appointment.objects.filter(remote_id="999").update(status="cancelled")
    assert habit_of(who.remote_id) == usual, "a cancelled one is no visit"
