"""The checker sees what it is there for."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from routiq.frontdesk.models import Write
from routiq.frontdesk.wishes import OfferedTime
from tests.races import history
from tests.races.players import Done, stamp
from tests.races.scripts import Call, Cast

NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def offer(number: int) -> OfferedTime:
    start = NINE + number * HALF_AN_HOUR
    return OfferedTime(start, start + HALF_AN_HOUR, "UTC", "7", "Jo", "1", "Here", "3", "Standard")


CAST = Cast(1, 1, ("10", "11"), tuple(map(offer, range(4))), standing=("900",), standing_times=(0,))


def row(id_: str, time: int, reference: str = "", patient: str = "10", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(("cancelled_at", "archived_at", "deleted_at"))
    links = {name: {"links": {"self": f"/{value}"}} for name, value in (("practitioner", "7"), ("patient", patient))}
    times = {"starts_at": stamp(offer(time).starts_at), "ends_at": stamp(offer(time).ends_at)}
    return {**made, **links, **times, "id": id_, "notes": reference, **more}


def write(key: str, time: int, appointment: str, state: str = "booked", kind: str = "booking") -> Write:
    return Write(
        kind=kind,
        state=state,
        intent_key=key,
        reference=f"RTQ-{key}",
        practitioner_remote_id="7",
        patient_remote_id="10",
        starts_at=offer(time).starts_at,
        ends_at=offer(time).ends_at,
        appointment_remote_id=appointment,
    )


def after(rows: list[dict[str, Any]], *writes: Write) -> history.After:
    return history.After(
        {each["id"]: each for each in rows}, {each.intent_key: each for each in writes}, {}, defaultdict(set)
    )


def booked(key: str, time: int, began: float, ended: float, appointment: str, outcome: str = "booked") -> Done:
    return Done(0, Call("book", key, time=time), began, ended, outcome, "w", appointment)


STANDS = row("900", 0)


def test_what_went_well_is_explained() -> None:
    left = after([STANDS, row("901", 1, "RTQ-a")], write("a", 1, "901"))
    done = [booked("a", 1, 1, 2, "901")]
    assert [*history._twice(left), *history._answers(done, left), *history._order(CAST, done, left)] == []


def test_a_time_sold_twice_is_seen() -> None:
    left = after([STANDS, row("901", 1, "RTQ-a"), row("902", 1, "RTQ-b")], write("a", 1, "901"), write("b", 1, "902"))
    done = [booked("a", 1, 1, 2, "901"), booked("b", 1, 1, 2, "902")]
    assert list(history._twice(left)) == ["double booking: ['901', '902']"]
    assert list(history._order(CAST, done, left))


def test_a_patient_in_two_places_by_our_doing_is_seen() -> None:
    elsewhere = {**row("901", 0), "practitioner": {"links": {"self": "/8"}}}
    booked_there = write("a", 0, "901")
    assert not list(history._twice(after([STANDS, elsewhere], booked_there))), "the other one is none of ours"
    left = after([STANDS, elsewhere], booked_there, write("b", 0, "900", "done", "move"))
    assert list(history._twice(left)) == ["one patient in two places: ['900', '901']"]
    refused = after([STANDS, elsewhere], booked_there, write("b", 0, "900", "refused", "move"))
    assert not list(history._twice(refused)), "staff have put it there"


def test_a_booking_that_is_lost_is_seen() -> None:
    left = after([STANDS], write("a", 1, "901"))
    assert list(history._order(CAST, [booked("a", 1, 1, 2, "901")], left))


def test_an_intent_made_twice_is_seen() -> None:
    left = after([STANDS, row("901", 1, "RTQ-a"), row("902", 2, "RTQ-a")], write("a", 1, "901"))
    assert list(history._twice(left)) == ["a made ['901', '902']"]


def test_a_lie_is_seen() -> None:
    left = after([STANDS], write("a", 1, "", state="taken"))
    assert list(history._answers([booked("a", 1, 1, 2, "901")], left))
    assert list(history._reasons(CAST, [booked("a", 1, 1, 2, "", "slot_taken")]))
    assert not list(history._reasons(CAST, [booked("a", 0, 1, 2, "", "slot_taken")]))


def test_nothing_comes_before_what_had_ended_when_it_was_asked_for() -> None:
    """A cancellation that frees a time explains a booking of it only when it may have come first."""
    cancelled = row("900", 0, cancelled_at="2026-11-28T00:00:00Z")
    writes = write("c", 0, "900", "done", "cancellation"), write("a", 0, "901")
    left = after([cancelled, row("901", 0, "RTQ-a")], *writes)
    freed = Done(1, Call("cancel", "c"), 1, 2, "done", "w", "900")
    assert not list(history._order(CAST, [freed, booked("a", 0, 1.5, 3, "901")], left))
    too_late = Done(1, Call("cancel", "c"), 5, 6, "done", "w", "900")
    assert list(history._order(CAST, [too_late, booked("a", 0, 1.5, 3, "901")], left))


def test_whoever_heard_nothing_is_told_by_somebody() -> None:
    left = after([STANDS, row("901", 1, "RTQ-a")], write("a", 1, "901"))
    assert list(history._answers([booked("a", 1, 1, 2, "", "uncertain")], left))
