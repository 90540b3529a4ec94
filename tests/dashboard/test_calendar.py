"""The calendar: what stands where, by whose clock, and at what cost."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routiq.dashboard import calendarlayout as layout
from routiq.dashboard.fragments import touched
from routiq.mirror.models import Appointment, ClassSession
from routiq.mirror.queries_calendar import Blocked, Entry, day_bounds, diary
from routiq.practices.models import Practice
from tests.dashboard.conftest import World

SYDNEY = ZoneInfo("Australia/Sydney")
FRIDAY = date(2026, 11, 20)


def at(hour: int, minute: int = 0, day: date = FRIDAY, zone: ZoneInfo = SYDNEY) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


class Clinic:
    """A location with two practitioners and a type."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.place = world.location()
        self.jonas = world.practitioner("Jonas Weber")
        self.mei = world.practitioner("Mei Tan")
        self.kind = world.appointment_type()

    def appointment(self, starts_at: datetime, **fields: object) -> Appointment:
        patient = fields.pop("patient", None) or self.world.patient()
        who = {"practitioner": self.jonas, "location": self.place, "appointment_type": self.kind, **fields}
        return self.world.appointment(patient, starts_at, **who)  # type: ignore[arg-type]

    def session(self, starts_at: datetime, seats: tuple[str, ...], most: int) -> ClassSession:
        what = {"practitioner": self.mei, "location": self.place, "appointment_type": self.kind}
        row = self.world.class_session(starts_at, max_attendees=most, **what)
        for number, status in enumerate(seats):
            self.world.seat(row, self.world.patient(f"Guest {number}", "Guest"), status)
        return row


@pytest.fixture
def clinic(world: World) -> Clinic:
    return Clinic(world)


def test_a_day_shows_who_comes_when_to_whom_and_leads_to_the_patient(client_in: Client, clinic: Clinic) -> None:
    patient = clinic.world.patient("Wiremu", "Walker")
    visit = clinic.appointment(at(9, 30), patient=patient)
    html = client_in.get("/calendar?day=2026-11-20").content.decode()
    assert f'href="/patients/{patient.pk}#visit-{visit.remote_id}"' in html
    said = text_of(client_in, "/calendar?day=2026-11-20")
    assert "Friday 20 November 2026" in said
    assert "9:30 am – 10:00 am Wiremu Walker Standard consultation" in said
    assert "Jonas Weber" in said
    assert "Wiremu" not in text_of(client_in, "/calendar?day=2026-11-21")


def test_a_class_tells_its_seats_and_who_has_them(client_in: Client, clinic: Clinic) -> None:
    row = clinic.session(at(11), ("confirmed", "dna", "cancelled"), most=8)
    assert "2 of 8 taken" in text_of(client_in, "/calendar?day=2026-11-20")
    page = text_of(client_in, f"/calendar/classes/{row.pk}")
    assert "2 of 8 seats taken" in page
    assert "Guest 0 Guest Confirmed" in page
    assert "Guest 1 Guest Did not arrive" in page
    assert "Guest 2 Guest Cancelled" in page


def test_what_was_cancelled_stands_apart_and_who_did_not_come_or_arrived_is_marked(
    client_in: Client, clinic: Clinic
) -> None:
    clinic.appointment(at(9), patient=clinic.world.patient("Ada", "Away"), status="dna")
    clinic.appointment(at(10), patient=clinic.world.patient("Hari", "Here"), arrived=True)
    clinic.appointment(at(11), patient=clinic.world.patient("Cass", "Called"), status="cancelled")
    clinic.appointment(at(12), patient=clinic.world.patient("Gone", "Deleted"), removed_at=timezone.now())
    said = text_of(client_in, "/calendar?day=2026-11-20")
    assert re.search(r"Ada Away Standard consultation .*?Did not arrive", said)
    assert re.search(r"Hari Here Standard consultation ✓ Arrived", said)
    assert re.search(r"Cancelled 11:00 am Cass Called", said)
    assert "Deleted" not in said


def test_a_week_of_everybody_is_a_list_and_of_one_practitioner_a_grid(client_in: Client, clinic: Clinic) -> None:
    clinic.appointment(at(9), patient=clinic.world.patient("Wiremu", "Walker"))
    clinic.appointment(at(9), patient=clinic.world.patient("Tama", "Other"), practitioner=clinic.mei)
    week = client_in.get("/calendar?day=2026-11-18&view=week").content.decode()
    assert 'class="diary listed' in week
    said = text_of(client_in, "/calendar?day=2026-11-18&view=week")
    assert "16 – 22 November 2026" in said
    assert "Wiremu Walker Standard consultation Jonas Weber" in said
    assert "Tama Other Standard consultation Mei Tan" in said
    own = client_in.get(f"/calendar?day=2026-11-18&view=week&practitioner={clinic.mei.pk}").content.decode()
    assert 'class="diary timed' in own
    assert "Tama Other" in own
    assert "Wiremu" not in own


def test_another_location_has_its_own_diary_and_its_own_clock(client_in: Client, clinic: Clinic) -> None:
    perth = clinic.world.location("Quay Road", time_zone="Australia/Perth")
    clinic.appointment(at(9), location=perth, patient=clinic.world.patient("Wiremu", "Walker"))
    assert "Wiremu" not in text_of(client_in, f"/calendar?day=2026-11-20&location={clinic.place.pk}")
    said = text_of(client_in, f"/calendar?day=2026-11-20&location={perth.pk}")
    assert "6:00 am – 6:30 am Wiremu Walker" in said
    assert "by the clock at Quay Road (Australia/Perth)" in said


def test_who_works_on_this_weekday_has_a_column_even_with_nothing_booked(client_in: Client, clinic: Clinic) -> None:
    clinic.world.works(clinic.mei, clinic.place, 5, ("07:00", "12:00"))
    said = text_of(client_in, "/calendar?day=2026-11-20")
    assert "Mei Tan Nothing booked" in said
    assert "7 am 8 am" in said
    assert "Nobody works at Harbour Street on this day" in text_of(client_in, "/calendar?day=2026-11-21")


def test_today_and_the_line_of_the_present_go_by_the_locations_clock(client_in: Client, clinic: Clinic) -> None:
    clinic.appointment(at(9))
    with time_machine.travel(at(9, 31), tick=False):
        html = client_in.get("/calendar").content.decode()
    assert "Friday 20 November 2026" in html
    assert 'class="now-line h1 m6 dh0 dm1 lane0 of1"' in html
    with time_machine.travel(at(9, 31, day=FRIDAY + timedelta(days=1)), tick=False):
        assert "now-line" not in client_in.get("/calendar?day=2026-11-20").content.decode()


@pytest.mark.parametrize("query", ["day=tomorrow", "day=9999-12-31", "day=0001-01-01", "view=year", "location=x"])
def test_an_address_that_names_nothing_shows_today(client_in: Client, clinic: Clinic, query: str) -> None:
    with time_machine.travel(at(12), tick=False):
        assert "Friday 20 November 2026" in text_of(client_in, f"/calendar?{query}")


def test_without_a_connection_the_calendar_says_so(client_in: Client) -> None:
    assert "not connected yet" in text_of(client_in, "/calendar")


def test_nothing_of_another_practice_stands_in_it(client_in: Client, clinic: Clinic, other_world: World) -> None:
    theirs = Clinic(other_world)
    theirs.appointment(at(9), patient=other_world.patient("Foreign", "Patient"))
    row = theirs.session(at(10), ("confirmed",), most=4)
    page = text_of(client_in, f"/calendar?day=2026-11-20&location={theirs.place.pk}&practitioner={theirs.jonas.pk}")
    assert "Foreign" not in page
    assert client_in.get(f"/calendar/classes/{row.pk}").status_code == 404


def test_an_open_calendar_hears_of_changes_bookings_and_time() -> None:
    for topic in ("sync", "booking", "time"):
        assert "calendar" in touched("calendar", [topic])


# The axis.


def entry(starts_at: datetime, minutes: int = 30) -> Entry:
    return Entry(
        remote_id=starts_at.isoformat(),
        is_class=False,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        zone="Australia/Sydney",
        practitioner_id="1",
        practitioner_name="",
        location_id="1",
        location_name="",
        type_name="",
        status="confirmed",
        word=None,  # type: ignore[arg-type]
        pk=1,
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours", "labels"),
    [
        ("Australia/Sydney", date(2026, 10, 4), 23, ["12 am", "1 am", "3 am", "4 am"]),
        ("Australia/Sydney", date(2027, 4, 4), 25, ["12 am", "1 am", "2 am", "2 am", "3 am"]),
        ("Pacific/Auckland", date(2026, 9, 27), 23, ["12 am", "1 am", "3 am", "4 am"]),
        ("Pacific/Auckland", date(2027, 4, 4), 25, ["12 am", "1 am", "2 am", "2 am", "3 am"]),
        ("Australia/Sydney", FRIDAY, 24, ["12 am", "1 am", "2 am", "3 am"]),
    ],
)
def test_a_day_on_which_clocks_change_has_its_real_hours(zone: str, day: date, hours: int, labels: list[str]) -> None:
    here = ZoneInfo(zone)
    midnight, following = day_bounds(day, day, here)
    late = following.astimezone(UTC) - timedelta(minutes=30)
    everything = [entry(midnight.astimezone(UTC)), entry(late)]
    axis = layout.axis_of([day], here, everything, ())
    assert (axis.begins, axis.ends, len(axis.hours)) == (0, hours * 60, hours)
    assert [hour.label for hour in axis.hours][: len(labels)] == labels
    assert axis.place(everything[1], day).minute == hours * 60 - 30
    eight = datetime.combine(day, time(8), here).astimezone(UTC)
    labelled = next(hour for hour in axis.hours if hour.label == "8 am")
    assert axis.place(entry(eight), day).minute == labelled.place.minute


def test_half_an_hour_of_change_keeps_the_clocks_hours() -> None:
    here = ZoneInfo("Australia/Lord_Howe")
    day = date(2026, 10, 4)
    axis = layout.axis_of([day], here, [entry(datetime.combine(day, time(0), here).astimezone(UTC))], ())
    three = datetime.combine(day, time(3), here).astimezone(UTC)
    labelled = next(hour for hour in axis.hours if hour.label == "3 am")
    assert axis.place(entry(three), day).minute == labelled.place.minute == 150


def test_the_hour_that_is_lived_twice_holds_both_appointments_apart() -> None:
    day = date(2027, 4, 4)
    first = datetime(2027, 4, 4, 2, 30, tzinfo=SYDNEY, fold=0).astimezone(UTC)
    second = datetime(2027, 4, 4, 2, 30, tzinfo=SYDNEY, fold=1).astimezone(UTC)
    axis = layout.axis_of([day], SYDNEY, [entry(first), entry(second)], ())
    assert axis.place(entry(second), day).minute - axis.place(entry(first), day).minute == 60


def test_a_weeks_days_share_the_clock() -> None:
    days = [date(2026, 10, 4) + timedelta(days=n) for n in range(-6, 1)]
    nine = [entry(at(9, day=day)) for day in days]
    axis = layout.axis_of(days, SYDNEY, nine, ())
    places = {axis.place(each, day).minute for each, day in zip(nine, days, strict=True)}
    assert places == {60}


def test_what_overlaps_stands_side_by_side_and_the_rest_has_its_full_width() -> None:
    places = [layout.Place(0, 60), layout.Place(30, 30), layout.Place(45, 30), layout.Place(90, 30)]
    told = [(place.lane, place.lanes) for place in layout.in_lanes(places)]
    assert told == [(0, 3), (1, 3), (2, 3), (0, 1)]
    assert [(p.lane, p.lanes) for p in layout.in_lanes([layout.Place(0, 30), layout.Place(30, 30)])] == [(0, 1)] * 2


# When somebody takes no bookings.


def test_when_a_practitioner_takes_no_bookings_stands_in_the_day_and_the_week(
    client_in: Client, clinic: Clinic
) -> None:
    clinic.world.works(clinic.jonas, clinic.place, 5, ("09:00", "17:00"))
    clinic.world.works(clinic.mei, clinic.place, 5, ("09:00", "17:00"))
    clinic.world.block(clinic.jonas, at(12), at(13), notes="Team meeting")
    clinic.world.block(clinic.mei, at(0, day=FRIDAY - timedelta(days=1)), at(15))
    clinic.world.block(clinic.mei, at(16), at(17), removed_at=timezone.now())
    said = text_of(client_in, "/calendar?day=2026-11-20")
    assert re.search(r"Jonas Weber .*Not available 12:00 pm – 1:00 pm Team meeting", said)
    assert re.search(r"Mei Tan .*Not available until 3:00 pm", said)
    assert said.count("Not available") == 2
    everybody = text_of(client_in, "/calendar?day=2026-11-20&view=week")
    assert "Mei Tan: not available all day" in everybody
    assert "Mei Tan: not available until 3:00 pm" in everybody
    assert "Jonas Weber: not available 12:00 pm – 1:00 pm" in everybody
    own = text_of(client_in, f"/calendar?day=2026-11-20&view=week&practitioner={clinic.mei.pk}")
    assert "Not available all day" in own
    assert "Jonas" not in own.split("Mei Tan", 2)[-1]


def test_a_stretch_is_drawn_on_the_part_of_the_day_that_is_shown() -> None:
    def place(begins: datetime, ends: datetime, days: list[date], day: date) -> layout.Place | None:
        axis = layout.axis_of(days, SYDNEY, [], [])
        return axis.cover(Blocked("1", begins, ends, "p", "Jonas Weber", ""), day)

    noon = place(at(12), at(13), [FRIDAY], FRIDAY)
    assert noon is not None
    assert (noon.minute, noon.length) == (4 * 60, 60)
    week = [FRIDAY - timedelta(days=4 - n) for n in range(7)]
    leave = at(0, day=week[2]), at(11, day=week[4])
    assert [place(*leave, week, day) for day in week[:2]] == [None, None]
    whole, last = place(*leave, week, week[3]), place(*leave, week, week[4])
    assert (whole.minute, whole.length) == (0, 600) if whole else False
    assert (last.minute, last.length) == (0, 180) if last else False
    assert place(at(5), at(7), [FRIDAY], FRIDAY) is None, "before what is shown"
    # The night of the change has 23 hours: two o'clock in the afternoon is 13 hours after midnight.
    spring = date(2026, 10, 4)
    after = place(at(14, day=spring), at(15, day=spring), [spring], spring)
    assert after is not None
    assert after.length == 60


# What it costs.


def test_the_number_of_queries_does_not_grow_with_the_diary(client_in: Client, clinic: Clinic) -> None:
    clinic.appointment(at(9))
    clinic.session(at(11), ("confirmed",), most=4)
    client_in.get("/calendar?day=2026-11-20")
    with CaptureQueriesContext(database) as few:
        client_in.get("/calendar?day=2026-11-20&view=week")
    for hour in range(8, 18):
        for minute in (0, 30):
            clinic.appointment(at(hour, minute))
            clinic.session(at(hour, minute), ("confirmed", "confirmed"), most=4)
    with CaptureQueriesContext(database) as many:
        client_in.get("/calendar?day=2026-11-20&view=week")
    assert len(many) == len(few)


def test_a_week_out_of_sixty_thousand_appointments_is_read_by_index(practice: Practice, clinic: Clinic) -> None:
    world = clinic.world
    patient = world.patient()
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO mirror_appointment (practice_id, connection_id, remote_id, remote_updated_at, seen_at,
              fingerprint, starts_at, ends_at, practitioner_remote_id, location_remote_id,
              appointment_type_remote_id, patient_remote_id, status, arrived, completed, cancellation_reason, notes,
              booked_online)
            SELECT %s, %s, 'n' || n, now(), now(), 0, %s + n * interval '17 minutes',
              %s + (n * 17 + 30) * interval '1 minute', %s, %s, %s, %s, 'confirmed', false, false, '', '', false
            FROM generate_series(1, 60000) AS n
            """,
            [
                practice.pk,
                world.connection.pk,
                at(0, day=FRIDAY - timedelta(days=365)),
                at(0, day=FRIDAY - timedelta(days=365)),
                clinic.jonas.remote_id,
                clinic.place.remote_id,
                clinic.kind.remote_id,
                patient.remote_id,
            ],
        )
        cursor.execute("ANALYZE mirror_appointment")  # As the server does by itself within a minute.
    since, until = day_bounds(FRIDAY, FRIDAY + timedelta(days=6), SYDNEY)
    with CaptureQueriesContext(database) as asked:
        found = diary(world.connection, since, until, location_id=clinic.place.remote_id)
    assert len(asked) <= 7
    assert len(found) == pytest.approx(7 * 24 * 60 / 17, abs=1)
    query = Appointment.objects.filter(
        connection=world.connection, removed_at=None, starts_at__gte=since, starts_at__lt=until
    )
    assert "appointment_diary" in query.explain()
