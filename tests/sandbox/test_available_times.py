"""Which times are offered: the switches, the rules that thin them out, and clock changes (spec 3.8, 3.9, 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pms_sandbox.testing import running_sandbox
from tests.sandbox.callers import Api, Clinic

FRAME = "Invalid time frame definition. Please check from/to param limitations."


def offered(api, path, first="2026-05-05", last="2026-05-05"):
    answer = api.get(path, ("from", first), ("to", last), ("per_page", "100"))
    assert answer.status_code == 200, answer.text
    return [row["appointment_start"] for row in answer.json()["available_times"]]


def roster(sandbox, clinic, windows, weekday=2):
    """Make the practitioner's whole week these windows on one weekday (0 is Sunday), with an empty diary."""
    world = sandbox.world(
        "daily_availabilities",
        "individual_appointments",
        "group_appointments",
        "unavailable_blocks",
        "availability_blocks",
    )
    edits = []
    for name, rows in world.items():
        edits += [
            {"op": "delete", "collection": name, "id": row["id"]}
            for row in rows
            if row["practitioner"]["links"]["self"].endswith(clinic.practitioner)
        ]
    edits.append(
        {
            "op": "create",
            "collection": "daily_availabilities",
            "fields": {
                "practitioner_id": clinic.practitioner,
                "business_id": clinic.open_business,
                "day_of_week": weekday,
                "availabilities": [{"starts_at": start, "ends_at": end} for start, end in windows],
            },
        }
    )
    sandbox.edit(edits)


@pytest.fixture
def tuesday(sandbox, clinic):
    """09:00-12:00 and 13:00-18:00 on Tuesdays, nothing booked, no cap and no notice."""
    roster(sandbox, clinic, [("09:00", "12:00"), ("13:00", "18:00")])
    rules(sandbox, max_appointments_per_day_segment=0, min_hours_advance_required_to_book=0)


def rules(sandbox, **online):
    sandbox.settings(online_bookings=online)


def test_an_item_has_only_its_start(api, clinic, tuesday):
    answer = api.get(clinic.times_path(), ("from", "2026-05-05"), ("to", "2026-05-05")).json()
    assert set(answer) == {"available_times", "total_entries", "links"}
    assert all(set(row) == {"appointment_start"} for row in answer["available_times"])
    assert "from=2026-05-05&to=2026-05-05&page=1" in answer["links"]["self"]


def test_steps_of_the_duration_within_the_roster_and_its_break(api, sandbox, clinic, tuesday):
    kind = clinic.types["Long consultation"]
    fields = {"online_bookings_lead_time_hours": None}
    sandbox.edit([{"op": "update", "collection": "appointment_types", "id": kind, "fields": fields}])
    starts = offered(api, clinic.times_path(kind=kind))
    assert starts[0] == "2026-05-04T23:00:00Z"
    assert [text[11:13] for text in starts] == ["23", "00", "01", "03", "04", "05", "06", "07"]


def test_bookings_blocks_and_extra_hours_count(api, sandbox, clinic, tuesday):
    path = clinic.times_path()
    before = offered(api, path)
    made = api.send("POST", "individual_appointments", clinic.booking("2026-05-04T23:30:00Z")).json()
    assert set(before) - set(offered(api, path)) == {"2026-05-04T23:30:00Z"}
    api.send("PATCH", f"individual_appointments/{made['id']}/cancel", {"cancellation_reason": 50})
    assert offered(api, path) == before
    block = {
        "practitioner_id": clinic.practitioner,
        "business_id": clinic.hidden_business,
        "starts_at": "2026-05-01T00:00:00Z",
        "ends_at": "2026-05-05T01:00:00Z",
    }
    held = api.send("POST", "unavailable_blocks", block).json()
    assert offered(api, path)[0] == "2026-05-05T01:00:00Z", "blocks at another location count too"
    api.send("DELETE", f"unavailable_blocks/{held['id']}")
    assert offered(api, path) == before
    extra = {
        "practitioner_id": clinic.practitioner,
        "business_id": clinic.open_business,
        "starts_at": "2026-05-06T00:00:00Z",
        "ends_at": "2026-05-06T01:00:00Z",
    }
    assert offered(api, path, "2026-05-06", "2026-05-06") == []
    assert api.send("POST", "availability_blocks", extra).status_code == 201
    assert offered(api, path, "2026-05-06", "2026-05-06") == ["2026-05-06T00:00:00Z", "2026-05-06T00:30:00Z"]


@pytest.mark.parametrize("party", ["businesses", "practitioners", "appointment_types"])
def test_each_switch_hides_everything_behind_404(api, sandbox, clinic, party):
    ids = {
        "businesses": clinic.open_business,
        "practitioners": clinic.practitioner,
        "appointment_types": clinic.standard,
    }
    change = {"op": "update", "collection": party, "id": ids[party], "fields": {"show_in_online_bookings": False}}
    assert api.get(clinic.times_path(), ("from", "2026-05-05"), ("to", "2026-05-05")).status_code == 200
    sandbox.edit([change])
    answer = api.get(clinic.times_path(), ("from", "2026-05-05"), ("to", "2026-05-05"))
    assert (answer.status_code, answer.content) == (404, b"")


def test_other_reasons_for_404(api, sandbox, clinic):
    frame = (("from", "2026-05-05"), ("to", "2026-05-05"))
    for path in (
        clinic.times_path(practitioner=clinic.inactive_practitioner),
        clinic.times_path(practitioner=clinic.hidden_practitioner),
        clinic.times_path(business=clinic.hidden_business),
        clinic.times_path(kind=clinic.types["WorkCover report"]),
        clinic.times_path(kind=clinic.types["Dry needling (old)"]),
        clinic.times_path(kind="1"),
    ):
        assert api.get(path, *frame).status_code == 404
    offered_by = sandbox.world("practitioners")["practitioners"]
    lacking = next(
        who["id"]
        for who in offered_by
        if who["active"]
        and who["show_in_online_bookings"]
        and clinic.types["Telehealth follow-up"]
        not in {kind["id"] for kind in api.found(f"practitioners/{who['id']}/appointment_types")}
    )
    path = clinic.times_path(practitioner=lacking, kind=clinic.types["Telehealth follow-up"])
    assert api.get(path, *frame).status_code == 404


def test_the_account_switch(api, sandbox, clinic):
    rules(sandbox, enabled=False)
    assert api.get(clinic.times_path(), ("from", "2026-05-05"), ("to", "2026-05-05")).status_code == 404
    with running_sandbox(patients=20, today="2026-05-04", rate_limit=0, disabled_behaviour="empty") as lenient:
        rules(lenient, enabled=False)
        assert offered(Api(lenient), Clinic(lenient).times_path()) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, None),
        ("2026-05-05", None),
        ("2026-05-03", "2026-05-05"),
        ("2026-05-06", "2026-05-05"),
        ("2026-05-05", "2026-05-13"),
        ("05/05/2026", "2026-05-06"),
        ("2026-05-05T00:00:00Z", "2026-05-06"),
        ("2026-05-32", "2026-06-01"),
    ],
)
def test_bad_frames_get_the_fixed_text(api, clinic, first, last):
    params = [(name, value) for name, value in (("from", first), ("to", last)) if value]
    answer = api.get(clinic.times_path(), *params)
    assert answer.status_code == 400
    assert FRAME in answer.json().values()


def test_a_week_apart_is_the_widest(api, clinic):
    offered(api, clinic.times_path(), "2026-05-04", "2026-05-11")


def test_notice_and_the_types_own_lead_time(api, sandbox, clinic, tuesday):
    path = clinic.times_path()
    sandbox.clock(now="2026-05-04T23:10:00Z")  # Tuesday 09:10
    assert offered(api, path)[0] == "2026-05-04T23:30:00Z"
    rules(sandbox, min_hours_advance_required_to_book=2)
    assert offered(api, path)[0] == "2026-05-05T01:30:00Z"
    own = {"op": "update", "collection": "appointment_types", "id": clinic.standard}
    sandbox.edit([own | {"fields": {"online_bookings_lead_time_hours": 0}}])
    assert offered(api, path)[0] == "2026-05-04T23:30:00Z"
    sandbox.edit([own | {"fields": {"online_bookings_lead_time_hours": 24}}])
    assert offered(api, path) == []


def test_days_ahead_end_the_list_without_an_error(api, sandbox, clinic, tuesday):
    rules(sandbox, allow_bookings_days_in_advance=28)
    assert offered(api, clinic.times_path(), "2026-05-26", "2026-05-26")
    assert offered(api, clinic.times_path(), "2026-06-02", "2026-06-02") == []


def test_only_the_first_of_each_segment_are_offered_and_the_next_moves_up(api, sandbox, clinic, tuesday):
    rules(sandbox, max_appointments_per_day_segment=2)
    starts = offered(api, clinic.times_path())
    local = [
        datetime.fromisoformat(text).astimezone(ZoneInfo("Australia/Sydney")).strftime("%H:%M") for text in starts
    ]
    assert local == ["09:00", "09:30", "13:00", "13:30", "17:00", "17:30"]
    api.send("POST", "individual_appointments", clinic.booking(starts[0]))
    assert offered(api, clinic.times_path())[:2] == ["2026-05-04T23:30:00Z", "2026-05-05T00:00:00Z"]


def test_the_daily_limit_and_a_reservation_in_the_widget(api, sandbox, clinic, tuesday):
    path = clinic.times_path()
    start = offered(api, path)[0]
    held = {"practitioner_id": clinic.practitioner, "starts_at": start}
    sandbox.control("POST", "reservations", held)
    assert start not in offered(api, path)
    sandbox.clock(advance_seconds=601)
    assert start in offered(api, path)
    fields = clinic.booking(start, online_booking_policy_accepted=True)
    sandbox.edit([{"op": "create", "collection": "individual_appointments", "fields": fields}])
    rules(sandbox, daily_bookings_limit=1)
    assert offered(api, path) == []


def test_class_times_are_sessions_with_room(api, sandbox, clinic):
    kind = clinic.types["Clinical Pilates class"]
    body = {
        "practitioner_id": clinic.practitioner,
        "business_id": clinic.open_business,
        "appointment_type_id": kind,
        "starts_at": "2026-05-06T20:00:00Z",
        "max_attendees": 1,
    }
    group = api.send("POST", "group_appointments", body).json()
    assert "2026-05-06T20:00:00Z" in offered(api, clinic.times_path(kind=kind), "2026-05-07", "2026-05-07")
    api.send("POST", "attendees", {"booking_id": group["id"], "patient_id": clinic.patient})
    assert "2026-05-06T20:00:00Z" not in offered(api, clinic.times_path(kind=kind), "2026-05-07", "2026-05-07")


def test_what_is_offered_can_be_booked_without_conflict(api, clinic):
    start = offered(api, clinic.times_path(), "2026-05-05", "2026-05-11")[0]
    made = api.send("POST", "individual_appointments", clinic.booking(start)).json()
    assert api.get(f"individual_appointments/{made['id']}/conflicts").json()["conflicts"]["exist"] is False


def test_next_available_time(api, sandbox, clinic, tuesday):
    path = clinic.times_path().replace("available_times", "next_available_time")
    found = api.get(path).json()
    assert found["appointment_start"] == offered(api, clinic.times_path())[0]
    assert found["total_entries"] == 1
    frame = (("from", "2026-05-06"), ("to", "2026-05-07"))
    assert api.get(path, *frame).json() | {"links": None} == {
        "appointment_start": None,
        "total_entries": 0,
        "links": None,
    }
    assert api.get(path, ("from", "2026-05-06")).status_code == 400


@pytest.mark.parametrize(
    ("zone", "day", "first_utc", "hours"),
    [
        # clocks go forward in the night before 4 October 2026, back before 4 April 2027
        ("Australia/Sydney", "2026-10-03", "2026-10-02T23:00:00Z", 3),
        ("Australia/Sydney", "2026-10-04", "2026-10-03T22:00:00Z", 3),
        ("Australia/Sydney", "2027-04-04", "2027-04-03T23:00:00Z", 3),
        ("Australia/Adelaide", "2026-10-04", "2026-10-03T22:30:00Z", 3),
        ("Australia/Adelaide", "2026-10-03", "2026-10-02T23:30:00Z", 3),
        ("Australia/Lord_Howe", "2026-10-03", "2026-10-02T22:30:00Z", 3),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T22:00:00Z", 3),
        ("Pacific/Auckland", "2026-09-26", "2026-09-25T21:00:00Z", 3),
        ("Pacific/Auckland", "2026-09-27", "2026-09-26T20:00:00Z", 3),
    ],
)
def test_a_roster_keeps_its_local_hours_across_clock_changes(api, sandbox, clinic, zone, day, first_utc, hours):
    weekday = (datetime.fromisoformat(day).weekday() + 1) % 7
    roster(sandbox, clinic, [("09:00", "12:00")], weekday)
    rules(sandbox, max_appointments_per_day_segment=0, allow_bookings_days_in_advance=365)
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "businesses",
                "id": clinic.open_business,
                "fields": {"time_zone_identifier": zone},
            }
        ]
    )
    starts = offered(api, clinic.times_path(), day, day)
    assert starts[0] == first_utc
    assert len(starts) == hours * 2


def test_a_shift_through_the_clock_change_is_as_long_as_it_really_is(api, sandbox, clinic):
    roster(sandbox, clinic, [("00:00", "06:00")], weekday=0)
    rules(sandbox, max_appointments_per_day_segment=0, allow_bookings_days_in_advance=365)
    assert len(offered(api, clinic.times_path(), "2026-10-04", "2026-10-04")) == 10
    assert len(offered(api, clinic.times_path(), "2027-04-04", "2027-04-04")) == 14
    assert len(offered(api, clinic.times_path(), "2026-10-11", "2026-10-11")) == 12


def test_cluster_and_timeslot_options():
    with running_sandbox(patients=20, today="2026-05-04", rate_limit=0, cluster=True, step="timeslot") as other:
        api, clinic = Api(other), Clinic(other)
        roster(other, clinic, [("09:00", "12:00")])
        rules(other, max_appointments_per_day_segment=0, min_hours_advance_required_to_book=0)
        path = clinic.times_path()
        assert len(offered(api, path)) == 11, "every quarter hour that leaves room, on a day without a booking"
        api.send("POST", "individual_appointments", clinic.booking("2026-05-05T00:00:00Z"))
        assert offered(api, path) == ["2026-05-04T23:30:00Z", "2026-05-05T00:30:00Z"]


def test_six_days_by_option():
    with running_sandbox(patients=20, today="2026-05-04", window_days=6, rate_limit=0) as strict:
        api, clinic = Api(strict), Clinic(strict)
        path = clinic.times_path()
        assert api.get(path, ("from", "2026-05-04"), ("to", "2026-05-11")).status_code == 400
        assert api.get(path, ("from", "2026-05-04"), ("to", "2026-05-10")).status_code == 200


def test_every_start_lies_in_the_roster(api, sandbox, clinic):
    week = sandbox.world("daily_availabilities")["daily_availabilities"]
    own = {
        row["day_of_week"]: row["availabilities"]
        for row in week
        if row["practitioner"]["links"]["self"].endswith(clinic.practitioner)
    }
    zone = ZoneInfo("Australia/Sydney")
    for text in offered(api, clinic.times_path(), "2026-05-18", "2026-05-24"):
        moment = datetime.fromisoformat(text).astimezone(UTC).astimezone(zone)
        windows = own.get(moment.isoweekday() % 7, [])
        clock = moment.strftime("%H:%M")
        assert any(window["starts_at"] <= clock < window["ends_at"] for window in windows) or not windows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_returning_character_finds_a_time_within_a_week(seed):
    with running_sandbox(patients=20, seed=seed, today="2026-05-08", rate_limit=0) as other:
        api, clinic = Api(other), Clinic(other)
        visit = api.found("individual_appointments", f"patient_id:={clinic.patient}", sort="starts_at")[-1]
        who, where, kind = (
            visit[name]["links"]["self"].rsplit("/", 1)[1]
            for name in ("practitioner", "business", "appointment_type")
        )
        assert offered(api, clinic.times_path(where, who, kind), "2026-05-08", "2026-05-14")
        api.client.close()
