"""From a free time to an appointment in the vendor's diary, and everything that may come between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing

from pms_sandbox.testing import RunningSandbox
from routiq.api import offers
from routiq.frontdesk import carrying, settling
from routiq.frontdesk.models import Booking, KnownTimes, SlotHold
from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, Outcome
from routiq.mirror.models import Patient
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Answer, Caller

MAGGIE = "0491 570 006"


class Desk:
    """A synced practice, one of its patients, and times to book."""

    def __init__(self, caller: Caller, sandbox: RunningSandbox) -> None:
        self.caller = caller
        self.sandbox = sandbox
        self.patient = caller.get(f"/patients?phone={MAGGIE.replace(' ', '%20')}")["items"][0]
        types = caller.get("/menu")["appointment_types"]
        self.type = next(each["id"] for each in types if each["name"] == "Standard consultation")

    def offers(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.times(**query)
        assert answer.status == 200, answer.json
        return list(answer["offers"])

    def times(self, **query: Any) -> Answer:
        asked = {"appointment_type": self.type, **query}
        return self.caller.get("/availability?" + "&".join(f"{name}={value}" for name, value in asked.items()))

    def book(self, offer: dict[str, Any] | str, key: str = "one", **fields: Any) -> Answer:
        text = offer if isinstance(offer, str) else offer["offer"]
        body = {"patient_id": self.patient["id"], "offer": text, **fields}
        return self.caller.post("/appointments", body, Idempotency_Key=key)

    def standing(self, offer: dict[str, Any]) -> list[str]:
        """Ids of what the vendor's diary holds for this practitioner at this time."""
        return [
            record["id"]
            for record in self.sandbox.world("individual_appointments")["individual_appointments"]
            if record["starts_at"] == offer["starts_at"]
            and record["practitioner"]["links"]["self"].endswith(offer["practitioner"]["id"])
            and not record["cancelled_at"]
            and not record["archived_at"]
        ]

    def reception(self, offer: dict[str, Any]) -> dict[str, Any]:
        """Reception books the same time in the vendor's own pages."""
        fields = {
            "patient_id": self.patient["remote_id"],
            "practitioner_id": offer["practitioner"]["id"],
            "business_id": offer["location"]["id"],
            "appointment_type_id": offer["appointment_type"]["id"],
            "starts_at": offer["starts_at"],
            "ends_at": offer["ends_at"],
        }
        return {"op": "create", "collection": "individual_appointments", "fields": fields}


@pytest.fixture
def front(synced: Caller, sandbox: RunningSandbox) -> Desk:
    return Desk(synced, sandbox)


def test_an_offered_time_is_booked_once_however_often_it_is_asked(front: Desk) -> None:
    offer = front.offers()[0]
    made = front.book(offer, accepting_words="yes please")
    assert made.status == 201
    assert (made["outcome"], made["is_final"], made["patient_id"]) == ("booked", True, front.patient["id"])
    appointment = made["appointment"]
    assert front.standing(offer) == [appointment["remote_id"]]
    for name in ("starts_at", "ends_at", "local_start", "local_end", "time_zone"):
        assert appointment[name] == offer[name]
    assert [step["step"] for step in made["steps"]] == [
        "held",
        "times_read",
        "sent",
        "answered",
        "conflicts_read",
        "closed",
    ]
    upcoming = front.caller.get(f"/patients/{front.patient['id']}/appointments?when=upcoming")["items"]
    assert appointment["remote_id"] in [row["remote_id"] for row in upcoming]

    again = front.book(offer, accepting_words="yes please")
    assert (again.status, again.json) == (201, made.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert made.headers["Location"] == again.headers["Location"] == f"/api/v1/bookings/{made['id']}"
    assert front.caller.get(f"/bookings/{made['id']}").json == made.json
    assert len(front.standing(offer)) == 1

    for fields in ({"accepting_words": "no"}, {"offer": front.offers()[1]["offer"]}):
        other = front.book(**{"offer": offer, "accepting_words": "yes please", **fields})
        assert (other.status, other.error["code"]) == (422, "idempotency_mismatch")
        assert set(other.error["fields"]) == {"Idempotency-Key"}

    taken = front.book(offer, key="two")
    assert (taken.status, taken.error["code"]) == (409, "slot_taken")
    assert front.caller.get(f"/bookings/{taken.error['booking_id']}")["outcome"] == "slot_taken"
    assert front.book(offer, key="two").json == taken.json


def test_the_answer_stays_with_its_key_when_the_offer_is_long_gone(
    front: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = front.offers()[:2]
    made = front.book(first)
    monkeypatch.setattr(offers, "GOOD_FOR", timedelta(seconds=-1))
    assert front.book(first).json == made.json
    late = front.book(second, key="two")
    assert (late.status, late.error["code"]) == (422, "offer_expired")
    assert front.standing(second) == []


def test_times_follow_the_wish_and_say_why_there_are_none(front: Desk, sandbox: RunningSandbox) -> None:
    three = front.offers()
    assert len(three) == 3
    for offer in three:
        local = datetime.fromisoformat(offer["local_start"])
        assert local == datetime.fromisoformat(offer["starts_at"])
        assert offer["time_zone"] == "Australia/Sydney"
    practitioner, day = three[0]["practitioner"]["id"], three[-1]["local_start"][:10]
    narrowed = front.offers(
        **{"from": day, "to": day, "practitioner": practitioner, "not_before": "10:00", "not_after": "15:00"},
        location=three[0]["location"]["id"],
        count=2,
    )
    assert len(narrowed) <= 2
    for offer in narrowed:
        assert offer["local_start"][:10] == day
        assert "10:00" <= offer["local_start"][11:16] <= "15:00"
        assert offer["practitioner"]["id"] == practitioner

    far = front.times(**{"from": "2099-01-01"})
    assert (far.status, far["offers"], far["reason"]) == (200, [], "beyond")
    assert far["advice"]
    none = front.times(appointment_type="1")
    assert (none.status, none["reason"]) == (200, "not_offered")
    night = front.times(not_before="02:00", not_after="02:30", **{"from": day, "to": day})
    assert (night.status, night["reason"]) == (200, "full")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"appointment_type"}),
        ("appointment_type=", {"appointment_type"}),
        ("appointment_type=1&from=tomorrow&to=5", {"from", "to"}),
        ("appointment_type=1&from=2026-02-30", {"from"}),
        ("appointment_type=1&from=2026-05-02&to=2026-05-01", {"to"}),
        ("appointment_type=1&not_before=9&not_after=25:00", {"not_before", "not_after"}),
        ("appointment_type=1&not_before=12:00&not_after=11:00", {"not_after"}),
        ("appointment_type=1&count=11", {"count"}),
        ("appointment_type=1&practitioner=a%00", {"practitioner"}),
        ("appointment_type=" + "1" * 41, {"appointment_type"}),
        ("appointment_type=1&day=2026-05-01", {"day"}),
    ],
)
def test_a_wish_that_cannot_be_read_names_its_fields(caller: Caller, query: str, fields: set[str]) -> None:
    answer = caller.get(f"/availability?{query}")
    assert (answer.status, answer.error["code"]) == (422, "invalid")
    assert set(answer.error["fields"]) == fields


def test_only_what_was_offered_to_this_practice_can_be_booked(front: Desk, stranger: Caller) -> None:
    offer = front.offers()[0]
    text = offer["offer"]
    content = signing.loads(text, salt="routiq.api.offer")
    forged = [
        "made up",
        text[:-3] + ("aaa" if text[-3:] != "aaa" else "bbb"),
        "x" + text,
        signing.dumps(content),
        signing.dumps([stranger.practice.pk, *content[1:]], salt="routiq.api.offer"),
    ]
    for each in forged:
        answer = front.book(each)
        assert (answer.status, answer.error["code"]) == (422, "offer_unknown"), each
    assert front.standing(offer) == []
    # The good offer in other hands opens nothing either.
    body = {"patient_id": front.patient["id"], "offer": text}
    answer = stranger.post("/appointments", body, Idempotency_Key="one")
    assert (answer.status, answer.error["code"]) == (422, "offer_unknown")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"patient_id": None}, "patient_id"),
        ({"patient_id": "1"}, "patient_id"),
        ({"patient_id": True}, "patient_id"),
        ({"patient_id": 1.5}, "patient_id"),
        ({"offer": None}, "offer"),
        ({"offer": ""}, "offer"),
        ({"offer": "x" * 4001}, "offer"),
        ({"offer": "\u0000"}, "offer"),
        ({"accepting_words": "x" * 501}, "accepting_words"),
        ({"accepting_words": ["yes"]}, "accepting_words"),
        ({"starts_at": "2026-05-04T00:00:00Z"}, "starts_at"),
    ],
)
def test_a_booking_that_cannot_be_read_names_the_field(caller: Caller, change: dict[str, Any], field: str) -> None:
    body = {"patient_id": 1, "offer": "an offer", **change}
    answer = caller.post("/appointments", body, Idempotency_Key="one")
    assert (answer.status, answer.error["code"]) == (422, "invalid")
    assert list(answer.error["fields"]) == [field]


@pytest.mark.parametrize("key", ["", " ", "x" * 81, "two words", "naïve"])
def test_a_booking_needs_a_key_of_its_own(caller: Caller, key: str) -> None:
    body = {"patient_id": 1, "offer": "an offer"}
    for answer in (caller.post("/appointments", body), caller.post("/appointments", body, Idempotency_Key=key)):
        assert answer.status == 422
        assert list(answer.error["fields"]) == ["Idempotency-Key"]


def test_a_patient_of_nobody_is_not_there(front: Desk) -> None:
    offer = front.offers()[0]
    answer = front.book(offer, patient_id=10**15)
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert set(answer.error["fields"]) == {"patient_id"}


def test_a_time_that_reception_took_meanwhile_is_a_409(front: Desk, sandbox: RunningSandbox) -> None:
    offer, second = front.offers()[:2]
    sandbox.edit([front.reception(offer)])
    assert front.book(offer).status == 409
    # And in the very gap between reading the times and writing: ours is taken back.
    edit = front.reception(second)
    sandbox.fault(kind="edit_before", method="POST", path="individual_appointments", times=1, edits=[edit])
    answer = front.book(second, key="two")
    assert (answer.status, answer.error["code"]) == (409, "slot_taken")
    steps = front.caller.get(f"/bookings/{answer.error['booking_id']}")["steps"]
    assert "withdrawn" in [step["step"] for step in steps]
    assert len(front.standing(offer)) == len(front.standing(second)) == 1


def test_what_may_not_be_booked_says_why(front: Desk) -> None:
    offer = front.offers()[0]
    with acting_for(front.caller.practice.pk):
        Practice.objects.update(status=Practice.Status.PENDING)
    pending = front.book(offer)
    assert (pending.status, pending.error["code"]) == (422, "not_allowed")
    assert "Go live" in pending.error["advice"]
    assert "booking_id" not in pending.error
    with acting_for(front.caller.practice.pk):
        Practice.objects.update(status=Practice.Status.LIVE)
        Patient.objects.filter(pk=front.patient["id"]).update(status="inactive")
    archived = front.book(offer)
    assert (archived.status, archived.error["code"]) == (422, "not_allowed")
    assert front.standing(offer) == []


def test_a_vendor_that_is_down_books_nothing(
    front: Desk, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    offer = front.offers()[0]
    sandbox.fault(kind="status", status=503, path="available_times", times=None)
    answer = front.book(offer)
    assert (answer.status, answer.error["code"]) == (503, "vendor_down")
    assert answer.headers["Retry-After"]
    with acting_for(front.caller.practice.pk):
        KnownTimes.objects.all().delete()  # As when what was heard before is more than a minute old.
    times = front.times()
    assert (times.status, times.error["code"]) == (503, "times_unavailable")
    sandbox.clear_faults()
    assert front.book(offer).status == 503
    assert front.book(offer, key="two").status == 201


def test_times_that_must_wait_say_until_when(
    front: Desk, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    sandbox.fault(kind="status", status=429, reset_seconds=600, path="available_times", times=None)
    times = front.times()
    assert (times.status, times.error["code"]) == (503, "times_unavailable")
    assert 500 < int(times.headers["Retry-After"]) <= 601
    assert "Ask again from" in times.error["advice"]


def test_an_answer_that_got_lost_is_202_until_it_is_known(
    front: Desk, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = front.offers()[0]
    sandbox.fault(kind="drop_before", method="POST", path="individual_appointments", times=1)
    answer = front.book(offer)
    assert answer.status == 202
    assert (answer["outcome"], answer["is_final"], answer["appointment"]) == ("uncertain", False, None)
    path = answer.headers["Location"]
    assert front.caller.get(path).json == answer.json
    assert front.book(offer).status == 202
    assert front.standing(offer) == []

    with acting_for(front.caller.practice.pk):
        long_ago = Booking.objects.get().created_at - timedelta(hours=1)
        Booking.objects.update(created_at=long_ago, sent_at=long_ago)
        for _ in range(carrying.LOOKUPS):
            settling.settle_open_bookings()
    known = front.caller.get(path)
    assert (known["outcome"], known["is_final"]) == ("vendor_down", True)
    again = front.book(offer)
    assert (again.status, again.error["booking_id"]) == (503, answer["id"])


def test_a_lost_answer_that_is_found_in_the_diary_is_a_201(front: Desk, sandbox: RunningSandbox) -> None:
    offer = front.offers()[0]
    sandbox.fault(kind="drop_after", method="POST", path="individual_appointments", times=1)
    answer = front.book(offer)
    assert answer.status == 201
    assert front.standing(offer) == [answer["appointment"]["remote_id"]]


def test_the_same_booking_at_work_elsewhere_asks_to_come_back(front: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(request: BookingRequest) -> BookingAnswer:
        return BookingAnswer(Outcome.UNCERTAIN, message="This booking is being made already.")

    monkeypatch.setattr("routiq.api.routes_bookings.book", busy)
    answer = front.book(front.offers()[0])
    assert (answer.status, answer.error["code"]) == (409, "in_progress")
    assert answer.headers["Retry-After"] == "1"
    with acting_for(front.caller.practice.pk):
        assert not SlotHold.objects.exists()
