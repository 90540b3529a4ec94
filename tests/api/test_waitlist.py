"""The waiting list and the rules of the front desk, for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from routiq.frontdesk.models import DeskRules, SlotOffer, WaitlistEntry
from routiq.mirror.models import AppointmentType, Location, Offering, Patient, Practitioner
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller
from tests.api.rows import make_connection, make_offer, make_patient, make_wait
from tests.api.test_desk import row_of


@pytest.fixture
def patient(caller: Caller) -> Patient:
    """Somebody at a practice where one person does one thing at one place."""
    connection = make_connection(caller.practice)
    with acting_for(caller.practice.pk):
        switched_on = {"online": True, "active": True}
        Practitioner.objects.create(**row_of(connection, "1"), name="Jonas Weber", **switched_on)
        Location.objects.create(**row_of(connection, "2"), name="Quay", time_zone="Australia/Perth", **switched_on)
        AppointmentType.objects.create(
            **row_of(connection, "3"), name="Follow-up", duration_minutes=30, **switched_on
        )
        Offering.objects.create(
            practice=caller.practice,
            connection=connection,
            practitioner_remote_id="1",
            location_remote_id="2",
            appointment_type_remote_id="3",
        )
    return make_patient(connection, "Wiremu", "Walker", "0491 570 006")


def test_a_patient_joins_once_is_listed_and_leaves(caller: Caller, patient: Patient) -> None:
    wish = {
        "patient_id": patient.pk,
        "appointment_type_id": "3",
        "practitioner_id": "1",
        "days": [{"last": str(timezone.localdate() + timedelta(days=9))}],
        "weekdays": [2],
        "parts": ["morning"],
        "not_before": "09:30",
        "priority": 2,
    }
    answer = caller.post("/waitlist", wish, Idempotency_Key="one")
    assert (answer.status, answer["patient"], answer["practitioner"]) == (201, "Wiremu Walker", "Jonas Weber")
    assert answer["when"].startswith("Tuesdays, mornings, from 9:30 am, until ")
    again = caller.post("/waitlist", wish, Idempotency_Key="one")
    assert (again.status, again["id"]) == (201, answer["id"])
    assert caller.post("/waitlist", {**wish, "priority": 3}, Idempotency_Key="two").status == 200
    other = caller.post("/waitlist", {**wish, "practitioner_id": ""}, Idempotency_Key="one")
    assert (other.status, other.error["code"]) == (422, "idempotency_mismatch")

    listed = caller.get("/waitlist")
    assert [(each["id"], each["priority"]) for each in listed["items"]] == [(answer["id"], 3)]
    assert (listed["waiting"], listed["next"]) == (1, None)
    assert caller.post(f"/waitlist/{answer['id']}/leave")["state"] == "left"
    assert caller.get("/waitlist")["items"] == []
    assert [each["state"] for each in caller.get("/waitlist?state=ended")["items"]] == ["left"]


def test_what_is_wrong_with_a_wish_is_named_by_field(caller: Caller, patient: Patient) -> None:
    wish = {
        "patient_id": patient.pk,
        "appointment_type_id": "4",
        "days": [{"first": "2026-02-02", "last": "2026-02-01"}],
    }
    answer = caller.post("/waitlist", wish, Idempotency_Key="one")
    assert (answer.status, set(answer.error["fields"])) == (422, {"appointment_type_id", "days"})
    nameless = caller.post("/waitlist", {"patient_id": patient.pk, "appointment_type_id": "3"})
    assert set(nameless.error["fields"]) == {"Idempotency-Key"}


def test_those_who_wait_come_in_the_order_in_which_they_are_asked(caller: Caller, patient: Patient) -> None:
    with acting_for(caller.practice.pk):
        rows = [make_wait(patient.connection, patient, priority=priority) for priority in (1, 3, 1)]
    first = caller.get("/waitlist?limit=2")
    assert [each["id"] for each in first["items"]] == [rows[1].pk, rows[0].pk]
    assert [each["id"] for each in caller.get(f"/waitlist?limit=2&after={first['next']}")["items"]] == [rows[2].pk]


def test_an_offer_is_answered_and_a_late_yes_is_told_the_truth(caller: Caller, patient: Patient) -> None:
    start = timezone.now() + timedelta(days=2)
    with acting_for(caller.practice.pk):
        declined = make_offer(make_wait(patient.connection, patient), start)
    (shown,) = caller.get("/offers")["items"]
    assert (shown["id"], shown["patient"], shown["practitioner"]) == (declined.pk, "Wiremu Walker", "Jonas Weber")
    assert caller.post(f"/offers/{declined.pk}/decline")["state"] == "declined"
    with acting_for(caller.practice.pk):
        late = make_offer(
            WaitlistEntry.objects.get(), start + timedelta(days=1), expires_at=timezone.now() - timedelta(seconds=1)
        )
    answer = caller.post(f"/offers/{late.pk}/accept", {})
    assert (answer.status, answer.error["code"]) == (409, "gone")
    assert answer.error["message"].startswith("Gone: nobody said yes by ")
    assert caller.get(f"/offers/{late.pk}")["state"] == "expired"
    with acting_for(caller.practice.pk):
        assert SlotOffer.objects.count() == 2


def test_the_rules_are_read_and_set_whole(caller: Caller) -> None:
    rules = caller.get("/desk-rules").json
    assert (rules["late_cancellation"], rules["cancellation_window_hours"]) == ("warn", 24)
    assert {"field": "mobile", "needed": True} in rules["intake_fields"]
    rules |= {"late_cancellation": "allow", "booking_instructions": "Come early.", "cancellation_window_hours": 0}
    assert caller.call("PUT", "/desk-rules", rules).json == rules
    assert caller.get("/desk-rules").json == rules
    wrong = {**rules, "intake_fields": [{"field": "shoe_size", "needed": True}]}
    assert caller.call("PUT", "/desk-rules", wrong).error["fields"] == {
        "intake_fields": "There is no such question: shoe_size."
    }
    with acting_for(caller.practice.pk):
        assert DeskRules.objects.get().late_cancellation == "allow"
        assert AuditEntry.objects.get(action="desk_rules.changed").actor_kind == "token"
