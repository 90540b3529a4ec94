"""Grids, booking, moving and cancelling on Nookal, each seen again in the diary (spec 4.12 to 4.15)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from tests.sandbox.callers import Api, Clinic, NookalApi

DAYS = {"date_from": "2026-05-05", "date_to": "2026-05-22"}


class Desk:
    """A practitioner's free and booked quarter hours, and what a booking needs."""

    def __init__(self, nookal: NookalApi, clinic: Clinic) -> None:
        self.nookal, self.clinic = nookal, clinic
        self.who = {"location_id": clinic.open_business, "practitioner_id": clinic.practitioner}

    def grid(self, **more: str) -> dict[str, dict[str, str]]:
        return self.nookal.results("getAppointmentAvailabilities", **self.who, **(DAYS | more))["availabilities"]

    def free(self, cells: int = 2) -> tuple[str, str]:
        """The first day and time with so many free cells in a row."""
        for day, held in self.grid().items():
            clocks = list(held)
            for place in range(len(clocks) - cells + 1):
                if all(held[clock] == "available" for clock in clocks[place : place + cells]):
                    return day, clocks[place]
        raise AssertionError("nothing is free")

    def booking(self, day: str, clock: str, **more: str) -> dict[str, str]:
        return {
            **self.who,
            "patient_id": self.clinic.patient,
            "appointment_date": day,
            "start_time": f"{clock}:00",
            "appointment_type_id": self.clinic.standard,
            **more,
        }

    def book(self, **more: str) -> str:
        day, clock = self.free()
        return str(self.nookal.results("addAppointmentBooking", **self.booking(day, clock, **more))["appointment_id"])

    def row(self, id_: str) -> dict[str, Any]:
        rows = self.nookal.rows("getAppointments", "appointments", **DAYS)
        return next(row for row in rows if row["ID"] == id_)


@pytest.fixture
def desk(nookal: NookalApi, clinic: Clinic) -> Desk:
    return Desk(nookal, clinic)


def test_the_grid_is_quarter_hours_of_rostered_days(desk, nookal):
    answer = nookal.results("getAppointmentAvailabilities", **desk.who, **DAYS)
    assert {key: answer[key] for key in DAYS} == DAYS
    assert answer["practitioner_id"] == desk.clinic.practitioner
    grid = answer["availabilities"]
    assert min(grid) >= "2026-05-05"
    assert max(grid) <= "2026-05-22"
    assert not {day for day in grid if date.fromisoformat(day).weekday() == 6}, "days without a roster are absent"
    for cells in grid.values():
        assert list(cells)[:3] == ["07:00", "07:15", "07:30"]
        assert set(cells.values()) <= {"available", "unavailable"}


def test_the_first_day_to_the_last_are_in_it_and_times_behind_a_date_do_no_harm(desk):
    whole = desk.grid()
    day = next(iter(whole))
    assert desk.grid(date_from=day, date_to=day) == {day: whole[day]}
    assert desk.grid(date_from=f"{day}T00:00:00+10:00", date_to=f"{day} 23:59:59") == {day: whole[day]}


def test_booked_quarters_are_unavailable(desk, nookal):
    rows = nookal.rows("getAppointments", "appointments", **DAYS, practitioner_id=desk.clinic.practitioner)
    rows = [row for row in rows if row["cancelled"] == "0" and row["locationID"] == desk.clinic.open_business]
    grid = desk.grid()
    assert rows
    for row in rows:
        assert grid[row["appointmentDate"]][row["appointmentStartTime"][:5]] == "unavailable"


def test_who_is_not_bookable_online_is_never_available(desk, nookal, clinic):
    asked = {**DAYS, "practitioner_id": clinic.hidden_practitioner}
    assert nookal.results("getAppointmentAvailabilities", **asked)["availabilities"] == {}


def test_nobody_in_particular(desk, nookal):
    anybody = nookal.results("getAppointmentAvailabilities", **DAYS)["availabilities"]
    for day, cells in desk.grid().items():
        for clock, value in cells.items():
            assert value == "unavailable" or anybody[day][clock] == "available"


def test_schedules_leave_out_the_last_day_and_count(desk, nookal):
    asked = {**desk.who, "date_from": "2026-05-05", "date_to": "2026-05-08"}
    grid = nookal.results("getSchedules", **asked)["availabilities"]
    assert list(grid) == ["2026-05-05", "2026-05-06", "2026-05-07"]
    assert {value for cells in grid.values() for value in cells.values()} <= {-1, 0, 1, 3}
    assert list(nookal.results("getSchedules", **asked | {"date_to": "2026-05-05"})["availabilities"]) == [
        "2026-05-05"
    ]
    free = {(day, clock) for day, cells in desk.grid().items() for clock in cells if cells[clock] == "available"}
    for day, cells in grid.items():
        assert {(day, clock) for clock, value in cells.items() if value == 0} == {
            held for held in free if held[0] == day
        }


def test_schedules_of_weeks_gone_by_have_no_rows(desk, nookal):
    asked = {**desk.who, "date_from": "2026-04-20", "date_to": "2026-05-05"}
    assert list(nookal.results("getSchedules", **asked)["availabilities"]) == ["2026-05-04"]


def test_schedules_name_what_is_missing_one_at_a_time_before_looking_at_the_key(nookal):
    asked = {"api_key": "dead"}
    for name in ("practitioner_id", "location_id", "date_from", "date_to"):
        details = nookal.refused("getSchedules", **asked)
        assert details["alerts"] == [f"Missing variable: {name}"]
        asked[name] = "1"
    assert nookal.refused("getSchedules", **asked)["errorCode"] == "L004"


def test_a_booking_stands_in_both_vendors_diaries(desk, nookal, sandbox):
    day, clock = desk.free()
    made = nookal.results("addAppointmentBooking", **desk.booking(day, clock, notes="first time"))
    row = desk.row(made["appointment_id"])
    assert (row["appointmentDate"], row["appointmentStartTime"]) == (day, f"{clock}:00")
    assert (row["status"], row["Notes"], row["caseID"]) == ("Pending", "first time", None)
    assert row["patientID"] == desk.clinic.patient
    assert desk.grid()[day][clock] == "unavailable"
    other = Api(sandbox).get(f"individual_appointments/{row['ID']}").json()
    assert other["starts_at"] == row["appointmentStartDateTimeUTC"].replace(" ", "T") + "Z"
    assert other["ends_at"] == row["appointmentEndDateTimeUTC"].replace(" ", "T") + "Z"


def test_an_overlap_is_refused_unless_allowed(desk, nookal):
    day, clock = desk.free()
    wanted = desk.booking(day, clock)
    nookal.results("addAppointmentBooking", **wanted)
    details = nookal.refused("addAppointmentBooking", **wanted)
    assert details["alerts"] == ["The practitioner already has a booking at this time"]
    nookal.refused("addAppointmentBooking", **wanted, allow_overlap_bookings="0")
    # PHP takes any other text for true, this one too
    assert nookal.results("addAppointmentBooking", **wanted, allow_overlap_bookings="False")["appointment_id"]


def test_a_booking_by_get_and_without_seconds(desk, nookal):
    day, clock = desk.free()
    params = {"api_key": nookal.key, **desk.booking(day, clock), "start_time": clock}
    answer = nookal.client.get(f"{nookal.base}/addAppointmentBooking", params=params).json()
    assert desk.row(answer["data"]["results"]["appointment_id"])["appointmentStartTime"] == f"{clock}:00"


def test_what_a_booking_needs_is_asked_for_in_order(desk, nookal):
    given: dict[str, str] = {}
    whole = desk.booking("2026-05-06", "10:00")
    for name in (
        "location_id",
        "appointment_date",
        "start_time",
        "patient_id",
        "practitioner_id",
        "appointment_type_id",
    ):
        assert nookal.refused("addAppointmentBooking", **given)["alerts"] == [f"Missing variable: {name}"]
        given[name] = whole[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("location_id", "7"),
        ("practitioner_id", "7"),
        ("patient_id", "7"),
        ("appointment_type_id", "7"),
        ("appointment_date", "6 May"),
        ("start_time", "ten"),
    ],
)
def test_nonsense_is_refused(desk, nookal, name, value):
    details = nookal.refused("addAppointmentBooking", **desk.booking("2026-05-06", "10:00") | {name: value})
    assert details["alerts"] == [f"Invalid variable: {name}"]


def test_what_is_not_enabled_for_online_bookings_is_refused(desk, nookal, clinic):
    day, clock = desk.free()
    report = desk.booking(day, clock, appointment_type_id=clinic.types["WorkCover report"])
    assert "not enabled" in nookal.refused("addAppointmentBooking", **report)["alerts"][0]
    rows = {row["ID"]: row for row in nookal.rows("getPractitioners", "practitioners")}
    place = rows[clinic.hidden_practitioner]["locations"][0]
    hidden = desk.booking(day, clock, practitioner_id=clinic.hidden_practitioner, location_id=place)
    assert "not enabled" in nookal.refused("addAppointmentBooking", **hidden)["alerts"][0]
    old = desk.booking(day, clock, appointment_type_id=clinic.types["Dry needling (old)"])
    assert "not offered" in nookal.refused("addAppointmentBooking", **old)["alerts"][0]
    gone = desk.booking(day, clock, practitioner_id=clinic.inactive_practitioner)
    assert "does not work" in nookal.refused("addAppointmentBooking", **gone)["alerts"][0]


def test_outside_the_roster_is_refused_unless_chosen_otherwise(desk, nookal):
    assert (
        "not available" in nookal.refused("addAppointmentBooking", **desk.booking("2026-05-06", "23:00"))["alerts"][0]
    )
    with running_sandbox(patients=60, seed=7, today="2026-05-04", nookal_outside_hours=True) as loose:
        late = Desk(NookalApi(loose), Clinic(loose))
        made = late.nookal.results("addAppointmentBooking", **late.booking("2026-05-06", "23:00"))
        assert late.row(made["appointment_id"])["appointmentStartTime"] == "23:00:00"


def test_a_key_does_not_book_at_a_location_that_is_not_ticked(desk, sandbox, clinic):
    elsewhere = desk.booking("2026-05-06", "10:00", location_id=clinic.hidden_business)
    details = NookalApi(sandbox, "nookal-one").refused("addAppointmentBooking", **elsewhere)
    assert details["alerts"] == ["Invalid variable: location_id"]


def test_a_move_is_in_place_and_keeps_what_is_not_named(desk, nookal, sandbox):
    sandbox.clock(now="2026-05-04T01:00:00Z")
    id_ = desk.book(notes="kept")
    before = desk.row(id_)
    day, clock = desk.free()
    sandbox.clock(advance_seconds=60)
    moved = nookal.results(
        "updateAppointmentBooking", appointment_id=id_, appointment_date=day, start_time=f"{clock}:00"
    )
    assert moved == {"appointment_id": id_}
    after = desk.row(id_)
    assert (after["appointmentDate"], after["appointmentStartTime"]) == (day, f"{clock}:00")
    assert after["lastModified"] > before["lastModified"]
    kept = ("ID", "patientID", "practitionerID", "Notes", "status", "dateCreated", "appointmentTypeID")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert desk.grid()[before["appointmentDate"]][before["appointmentStartTime"][:5]] == "available"


def test_a_move_by_a_quarter_does_not_meet_itself_but_meets_others(desk, nookal):
    day, clock = desk.free(cells=4)
    id_ = nookal.results("addAppointmentBooking", **desk.booking(day, clock))["appointment_id"]
    later = list(desk.grid()[day])[list(desk.grid()[day]).index(clock) + 1]
    nookal.results("updateAppointmentBooking", appointment_id=id_, start_time=f"{later}:00")
    second = nookal.refused("addAppointmentBooking", **desk.booking(day, later))
    assert second["errorCode"] == "Z040"
    other = nookal.results(
        "addAppointmentBooking",
        **dict(zip(("appointment_date", "start_time"), desk.free(), strict=True))
        | {
            key: value
            for key, value in desk.booking(day, clock).items()
            if key not in ("appointment_date", "start_time")
        },
    )["appointment_id"]
    taken = nookal.refused(
        "updateAppointmentBooking", appointment_id=other, appointment_date=day, start_time=f"{later}:00"
    )
    assert taken["alerts"] == ["The practitioner already has a booking at this time"]


def test_a_status_can_be_written(desk, nookal):
    id_ = desk.book()
    for status, flags in (
        ("DNA", ("0", "1", "0")),
        ("Completed", ("0", "0", "1")),
        ("Cancelled", ("1", "0", "1")),
        ("Pending", ("0", "0", None)),
    ):
        nookal.results("updateAppointmentBooking", appointment_id=id_, status=status)
        row = desk.row(id_)
        assert row["status"] == status
        assert (row["cancelled"], row["DNA"], row["arrived"]) == flags
    assert nookal.refused("updateAppointmentBooking", appointment_id=id_, status="Lost")["alerts"]
    assert nookal.refused("updateAppointmentBooking", appointment_id="7")["alerts"] == [
        "Invalid variable: appointment_id"
    ]


def test_rebooking_makes_a_new_one(desk, nookal):
    old = desk.book(notes="x")
    day, clock = desk.free()
    asked = {"appointment_id": old, "patient_id": desk.clinic.patient, "appointment_date": day}
    new = nookal.results("rebookAppointment", **asked, start_time=f"{clock}:00", cancel_first="1")
    assert new["patientID"] == desk.clinic.patient
    assert new["ID"] != old
    assert desk.row(old)["status"] == "Cancelled"
    assert desk.row(new["ID"])["appointmentStartTime"] == f"{clock}:00"
    day, clock = desk.free()
    again = {**asked, "appointment_id": new["ID"], "appointment_date": day, "start_time": f"{clock}:00"}
    nookal.results("rebookAppointment", **again)
    assert desk.row(new["ID"])["status"] == "Pending"


def test_cancelling(desk, nookal):
    id_ = desk.book()
    wrong = desk.clinic.characters["accented"]["patient_ids"][0]
    assert nookal.refused("cancelAppointment", appointment_id=id_)["alerts"] == ["Missing variable: patient_id"]
    assert nookal.refused("cancelAppointment", appointment_id=id_, patient_id=wrong)["alerts"]
    gone = nookal.results("cancelAppointment", appointment_id=id_, patient_id=desk.clinic.patient)
    assert gone == {"appointment_id": id_, "ID": id_, "patientID": desk.clinic.patient}
    row = desk.row(id_)
    assert (row["status"], row["cancelled"]) == ("Cancelled", "1")
    assert row["dateCreated"] <= row["cancellationDate"] <= row["lastModified"]
    assert desk.grid()[row["appointmentDate"]][row["appointmentStartTime"][:5]] == "available"
    assert nookal.refused("cancelAppointment", appointment_id=id_, patient_id=desk.clinic.patient)["alerts"]


def test_classes_their_seats_and_a_booking_in_one(desk, nookal, sandbox):
    rows = nookal.rows("getClasses", "classes", date_from="2026-05-04", date_to="2026-06-20")
    assert rows
    assert set(rows[0]) >= {"ID", "classDate", "classStartTime", "classEndTime", "practitionerID", "cancelled"}
    kind = rows[0]["appointmentTypeID"]
    assert [row["ID"] for row in nookal.rows("getClassTypes", "classes")] == [kind]
    opened = nookal.results("getClassAvailabilities", date_from="2026-05-05", date_to="2026-06-20")["availabilities"]
    session = opened[0]
    seats = nookal.rows("getClassParticipants", "participants", appt_id=session["ID"])
    newcomer = desk.clinic.characters["accented"]["patient_ids"][0]
    asked = {
        "location_id": session["locationID"],
        "appointment_date": session["classDate"],
        "start_time": session["classStartTime"],
        "patient_id": newcomer,
        "practitioner_id": session["practitionerID"],
    }
    seat = nookal.results("addClassBooking", **asked)["appointment_id"]
    now = nookal.rows("getClassParticipants", "participants", appt_id=session["ID"])
    assert len(now) == len(seats) + 1
    assert next(row for row in now if row["ID"] == seat)["patientID"] == newcomer
    row = desk_row(nookal, seat)
    assert (row["appointmentType"], row["appointmentTypeID"]) == ("Class", kind)
    assert "already" in nookal.refused("addClassBooking", **asked)["alerts"][0]
    assert "no class" in nookal.refused("addClassBooking", **asked | {"start_time": "03:00:00"})["alerts"][0]
    nookal.results("cancelAppointment", appointment_id=seat, patient_id=newcomer)
    assert desk_row(nookal, seat)["status"] == "Cancelled"
    sandbox.control("POST", f"group_appointments/{session['ID']}/cancel")
    left = nookal.results("getClassAvailabilities", date_from="2026-05-05", date_to="2026-06-20")["availabilities"]
    assert session["ID"] not in {row["ID"] for row in left}


def desk_row(nookal: NookalApi, id_: str) -> dict[str, Any]:
    return next(row for row in nookal.rows("getAppointments", "appointments") if row["ID"] == id_)


def test_a_full_class_is_refused(nookal, sandbox):
    opened = nookal.results("getClassAvailabilities", date_from="2026-05-05", date_to="2026-06-20")["availabilities"]
    session = opened[0]
    sandbox.control("PATCH", f"group_appointments/{session['ID']}", {"max_attendees": 0})
    asked = {
        "location_id": session["locationID"],
        "appointment_date": session["classDate"],
        "start_time": session["classStartTime"],
        "patient_id": nookal.rows("getPatients", "patients")[0]["ID"],
        "practitioner_id": session["practitionerID"],
    }
    assert nookal.refused("addClassBooking", **asked)["alerts"][0] in (
        "The class is full",
        "The patient is in this class already",
    )


def test_events_day_by_day(nookal):
    rows = nookal.rows("getEvents", "events", date_from="2026-01-01", date_to="2026-06-30")
    assert {row["CategoryName"] for row in rows} == {"Annual leave", "Meeting"}
    meeting = next(row for row in rows if row["CategoryName"] == "Meeting")
    assert set(meeting) >= {"ApptDate", "StartTime", "EndTime", "ProviderID", "EventID", "EventTitle", "IsActive"}
    leave = [row for row in rows if row["CategoryName"] == "Annual leave"]
    one = [row for row in leave if row["ID"] == leave[0]["ID"]]
    days = [date.fromisoformat(row["ApptDate"]) for row in one]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert all((row["StartTime"], row["EndTime"]) == ("00:00:00", "23:59:59") for row in one)


def test_somebody_filling_in_the_online_form_holds_the_time(desk, nookal, sandbox: RunningSandbox):
    id_ = desk.book()
    row = desk.row(id_)
    nookal.results("cancelAppointment", appointment_id=id_, patient_id=desk.clinic.patient)
    start = row["appointmentStartDateTimeUTC"].replace(" ", "T") + "Z"
    sandbox.control("POST", "reservations", {"practitioner_id": desk.clinic.practitioner, "starts_at": start})
    wanted = desk.booking(row["appointmentDate"], row["appointmentStartTime"][:5])
    assert nookal.refused("addAppointmentBooking", **wanted)["alerts"]
