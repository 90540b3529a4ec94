"""Moving, cancelling and registering over the API, and everything that may come between."""

from __future__ import annotations

from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.frontdesk.models import DeskRules, Write
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Answer, Caller
from tests.api.test_bookings import Desk
from tests.carriers import StandIn
from tests.messaging.owing import work

NEW = {
    "first_name": "Ottilie",
    "last_name": "Brandt",
    "date_of_birth": "1991-03-17",
    "mobile": "0491 570 313",
    "email": "ottilie@example.org",
}


class Booked(Desk):
    """A patient with an appointment at the first of several free times."""

    def __init__(self, caller: Caller, sandbox: RunningSandbox) -> None:
        super().__init__(caller, sandbox)
        self.times_free = self.offers()
        made = self.book(self.times_free[0], key="before")
        assert made.status == 201, made.json
        self.appointment: str = made["appointment"]["remote_id"]

    def move(self, offer: dict[str, Any], key: str = "m", **fields: Any) -> Answer:
        body = {"offer": offer["offer"], **fields}
        return self.caller.call("PATCH", f"/appointments/{self.appointment}", body, Idempotency_Key=key)

    def cancel(self, key: str = "c", **fields: Any) -> Answer:
        return self.caller.post(f"/appointments/{self.appointment}/cancel", fields, Idempotency_Key=key)

    def register(self, key: str = "r", **fields: Any) -> Answer:
        return self.caller.post("/patients", {**NEW, **fields}, Idempotency_Key=key)

    def rules(self, **rules: Any) -> None:
        with acting_for(self.caller.practice.pk):
            DeskRules.objects.update_or_create(practice=self.caller.practice, defaults=rules)


@pytest.fixture
def front(synced: Caller, sandbox: RunningSandbox) -> Booked:
    front = Booked(synced, sandbox)
    front.rules(cancellation_window_hours=0)
    return front


def test_an_appointment_is_moved_once_however_often_it_is_asked(front: Booked) -> None:
    old, new = front.times_free[0], front.times_free[1]
    moved = front.move(new, accepting_words="yes")
    assert moved.status == 200, moved.json
    assert (moved["kind"], moved["outcome"], moved["is_final"]) == ("move", "done", True)
    assert moved["appointment_remote_id"] == front.appointment
    again = front.move(new, accepting_words="yes")
    assert (again.json, again.headers["Idempotent-Replayed"]) == (moved.json, "true")
    assert front.caller.get(moved.headers["Location"]).json == moved.json
    assert (front.standing(new), front.standing(old)) == ([front.appointment], [])
    other = front.move(front.times_free[2], accepting_words="yes")
    assert (other.status, other.error["code"]) == (422, "idempotency_mismatch")


def test_a_time_that_was_taken_leaves_the_old_one(front: Booked, sandbox: RunningSandbox) -> None:
    sandbox.edit([front.reception(front.times_free[1])])
    taken = front.move(front.times_free[1])
    assert (taken.status, taken.error["code"]) == (409, "slot_taken")
    assert front.standing(front.times_free[0]) == [front.appointment]


def test_a_lost_answer_is_202_and_can_be_followed(front: Booked, sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="drop_before", method="PATCH", path="individual_appointments")
    sent = front.move(front.times_free[1])
    assert (sent.status, sent["outcome"], sent["is_final"]) == (202, "uncertain", False)
    assert front.caller.get(sent.headers["Location"]).json == sent.json


def test_an_appointment_is_cancelled_once_however_often_it_is_asked(front: Booked) -> None:
    gone = front.cancel(reason="away", note="Holidays")
    assert (gone.status, gone["outcome"]) == (200, "done"), gone.json
    assert front.cancel(reason="away", note="Holidays").json == gone.json
    assert front.cancel(reason="sick").error["code"] == "idempotency_mismatch"
    assert front.standing(front.times_free[0]) == []
    again = front.cancel(key="another")
    assert (again.status, again.error["message"]) == (422, "The appointment is cancelled.")


def test_who_is_late_is_warned_first(front: Booked) -> None:
    front.rules(cancellation_window_hours=30_000, cancellation_fee="$45")
    asked = front.cancel()
    assert (asked.status, asked.error["code"]) == (409, "ask_first")
    assert "$45" in asked.error["fields"]["warned"]
    assert front.cancel(warned=True).status == 200


def test_a_patient_is_registered_once_and_can_be_read(front: Booked) -> None:
    made = front.register()
    assert (made.status, made["outcome"]) == (201, "done"), made.json
    assert front.register().json == made.json
    patient = front.caller.get(f"/patients/{made['patient_id']}")
    assert (patient["last_name"], patient["date_of_birth"]) == ("Brandt", "1991-03-17")
    assert front.register(first_name="Otto").error["code"] == "idempotency_mismatch"


def test_what_is_wrong_with_a_new_patient_is_named(front: Booked) -> None:
    wrong = front.register(date_of_birth="31/2/1991", mobile="", city="Example Bay")
    assert (wrong.status, wrong.error["code"]) == (422, "invalid")
    assert wrong.error["fields"] == {
        "date_of_birth": "There is no such day.",
        "mobile": "A mobile number is needed.",
        "city": "This practice does not ask for it.",
    }
    for others, words in (([True], "Give a whole number."), (["1"], "Give a whole number."), ("1", "Give a list.")):
        assert list(front.register(not_these=others).error["fields"].values()) == [words]
    assert front.register(not_these=[1] * 51).error["fields"] == {"not_these": "Give at most 50 of these."}


def test_somebody_alike_is_asked_about(front: Booked) -> None:
    named = {"first_name": "Margaret", "last_name": "Okafor", "date_of_birth": "1961-03-14"}
    asked = front.register(**named)
    assert (asked.status, asked.error["code"]) == (409, "ask_first")
    assert str(front.patient["id"]) in asked.error["fields"]["not_these"]
    made = front.register(**named, not_these=[front.patient["id"]])
    assert made.status == 201
    assert made["patient_id"] != front.patient["id"]


def test_a_change_has_a_name_of_its_own(front: Booked) -> None:
    path = f"/appointments/{front.appointment}/cancel"
    nameless = front.caller.post(path, {})
    assert (nameless.status, set(nameless.error["fields"])) == (422, {"Idempotency-Key"})
    odd = front.caller.post(path, {}, Idempotency_Key="two words")
    assert odd.status == 422
    assert front.caller.post("/appointments/404/cancel", {}).status == 404


def test_a_booking_and_a_change_may_have_the_same_key(front: Booked) -> None:
    assert front.move(front.times_free[1], key="before").status == 200
    assert front.cancel(key="before").status == 200
    assert front.register(key="before").status == 201


def test_when_the_vendor_is_down_nothing_is_changed(
    front: Booked, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=503, method="GET", times=None)
    for answer in (front.move(front.times_free[1]), front.cancel(), front.register()):
        assert (answer.status, answer.error["code"]) == (503, "vendor_down")
        assert answer.headers["Retry-After"] == "30"


def test_a_pending_practice_changes_nothing(front: Booked) -> None:
    with acting_for(front.caller.practice.pk):
        Practice.objects.update(status=Practice.Status.PENDING)
    for answer in (front.move(front.times_free[1]), front.cancel(), front.register()):
        assert (answer.status, answer.error["message"]) == (422, "The practice is still being set up.")
    with acting_for(front.caller.practice.pk):
        assert not Write.objects.exclude(kind="booking").exists()


def test_a_change_shows_the_text_that_tells_of_it(front: Booked, twilio: StandIn) -> None:
    moved = front.move(front.times_free[1])
    assert moved["text"]["state"] == "waiting"
    assert moved["text"]["number_ending"] == "006"
    with acting_for(front.caller.practice.pk):
        work()
    told = front.caller.get(moved.headers["Location"]).json["text"]
    assert (told["state"], told["reason"], told["words"]) == ("sent", "", twilio.told[0][1])
    front.rules(cancellation_window_hours=0, text_confirmations=False)
    assert front.cancel()["text"] is None


def test_texts_are_switched_by_the_rules_and_stay_when_that_is_left_out(front: Booked) -> None:
    rules = front.caller.get("/desk-rules").json
    assert rules["text_confirmations"] is True
    assert front.caller.call("PUT", "/desk-rules", {**rules, "text_confirmations": False}).status == 200
    del rules["text_confirmations"]
    assert front.caller.call("PUT", "/desk-rules", rules)["text_confirmations"] is False
