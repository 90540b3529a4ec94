"""Cliniko's objects as records."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest

from routiq.pms.cliniko import mapping, payloads
from routiq.pms.cliniko.mapping import Habits
from routiq.pms.records import AppointmentStatus, PatientStatus

HABITS = Habits()
ID = "1408210033445566778"
STAMPS = {"created_at": "2026-03-02T23:14:05Z", "updated_at": "2026-04-11T05:20:41Z"}


def link(kind: str, number: str = ID) -> dict[str, Any]:
    return {"links": {"self": f"https://api.au5.cliniko.com/v1/{kind}/{number}"}}


def patient(**fields: Any) -> Any:
    given = {"id": ID, **STAMPS, "first_name": "Ada", "last_name": "Nguyen", **fields}
    return mapping.patient(msgspec.convert(given, payloads.Patient), fields.pop("habits", HABITS))


def appointment(**fields: Any) -> Any:
    given = {
        "id": ID,
        **STAMPS,
        "starts_at": "2026-05-04T01:30:00Z",
        "ends_at": "2026-05-04T02:15:00Z",
        "patient": link("patients", "1"),
        "practitioner": link("practitioners", "2"),
        "business": link("businesses", "3"),
        "appointment_type": link("appointment_types", "4"),
        **fields,
    }
    return mapping.appointment(msgspec.convert(given, payloads.IndividualAppointment), HABITS)


def numbers(*phones: dict[str, Any], **fields: Any) -> list[tuple[str, str]]:
    return [(phone.e164, phone.kind) for phone in patient(patient_phone_numbers=list(phones), **fields).phones]


def test_an_id_of_nineteen_digits_keeps_every_digit() -> None:
    assert patient().id == ID
    assert appointment(patient=link("patients")).patient_id == ID


def test_a_plain_patient() -> None:
    record = patient(
        preferred_first_name="Addie",
        date_of_birth="1987-02-14",
        email="ada@example.org",
        address_1="1 Example St",
        address_3="Level 2",
        city="Melbourne",
        country_code="AU",
    )
    assert record.status is PatientStatus.ACTIVE
    assert record.date_of_birth == date(1987, 2, 14)
    assert record.address_lines == ("1 Example St", "Level 2")
    assert record.updated_at == datetime(2026, 4, 11, 5, 20, 41, tzinfo=UTC)


def test_a_patient_with_nothing_but_a_name_is_fine() -> None:
    record = patient(patient_phone_numbers=None, merged_with_patient=None, email=None)
    assert (record.phones, record.merged_into, record.email) == ((), "", "")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, PatientStatus.ACTIVE),
        ({"archived_at": "2026-01-01T00:00:00Z"}, PatientStatus.INACTIVE),
        ({"deleted_at": "2026-01-01T00:00:00Z"}, PatientStatus.INACTIVE),
        ({"last_name": "Nguyen (Deceased)"}, PatientStatus.DECEASED),
        ({"title": "DECEASED", "archived_at": "2026-01-01T00:00:00Z"}, PatientStatus.DECEASED),
        ({"last_name": "Predeceasedly"}, PatientStatus.ACTIVE),
    ],
)
def test_a_patients_status(fields: dict[str, Any], status: PatientStatus) -> None:
    assert patient(**fields).status is status


def test_a_merged_patient_names_the_survivor_and_is_inactive() -> None:
    record = patient(merged_at="2026-01-01T00:00:00Z", merged_with_patient=link("patients", "77"))
    assert (record.merged_into, record.status) == ("77", PatientStatus.INACTIVE)


def test_notes_are_read_only_where_the_practice_wants_them() -> None:
    given = msgspec.convert({"id": ID, **STAMPS, "notes": "likes mornings"}, payloads.Patient)
    assert mapping.patient(given, HABITS).notes == ""
    assert mapping.patient(given, Habits(include_notes=True)).notes == "likes mornings"


def test_the_old_gender_fills_in_for_its_successors() -> None:
    old = patient(gender="Female")
    assert (old.sex, old.gender) == ("Female", "Female")
    new = patient(gender="Female", sex="Male", gender_identity="Non-binary")
    assert (new.sex, new.gender) == ("Male", "Non-binary")


def test_phone_numbers_become_comparable() -> None:
    mobile = {"number": "0491 570 006", "normalized_number": "61491570006", "phone_type": "Mobile"}
    home = {"number": "(03) 5550 0100", "normalized_number": None, "phone_type": "Home"}
    abroad = {"number": "+64 21 123 4567", "normalized_number": "64211234567", "phone_type": "Other"}
    unreadable = {"number": "ask her mum", "normalized_number": "", "phone_type": None}
    assert numbers(mobile, home, abroad, unreadable) == [
        ("+61491570006", "mobile"),
        ("+61355500100", "home"),
        ("+64211234567", "other"),
        ("", "other"),
    ]


def test_a_number_that_cliniko_read_wrongly_is_read_again_as_typed() -> None:
    assert numbers({"number": "0491 570 006", "normalized_number": "0491570006"}) == [("+61491570006", "other")]


def test_a_number_without_a_country_belongs_to_the_patients_country() -> None:
    assert numbers({"number": "021 123 4567"}, country_code="NZ") == [("+64211234567", "other")]
    assert numbers({"number": "021 123 4567"}, country_code="AU") == [("+61211234567", "other")]


@pytest.mark.parametrize(
    ("fields", "status", "arrived"),
    [
        ({"patient_arrived": False, "did_not_arrive": False}, AppointmentStatus.CONFIRMED, False),
        ({"patient_arrived": None, "did_not_arrive": None}, AppointmentStatus.CONFIRMED, False),
        ({"patient_arrived": True}, AppointmentStatus.CONFIRMED, True),
        ({"did_not_arrive": True}, AppointmentStatus.DNA, False),
        ({"did_not_arrive": True, "cancelled_at": "2026-05-01T00:00:00Z"}, AppointmentStatus.CANCELLED, False),
    ],
)
def test_how_an_appointment_stands(fields: dict[str, Any], status: AppointmentStatus, arrived: bool) -> None:
    record = appointment(**fields)
    assert (record.status, record.arrived) == (status, arrived)


def test_an_appointment_names_everybody_by_id() -> None:
    record = appointment()
    assert (record.patient_id, record.practitioner_id, record.location_id, record.appointment_type_id) == tuple(
        "1234"
    )


def test_an_appointment_with_missing_associations_is_still_read() -> None:
    given = {"id": ID, **STAMPS, "starts_at": "2026-05-04T01:30:00Z", "patient": None}
    record = mapping.appointment(msgspec.convert(given, payloads.IndividualAppointment), HABITS)
    assert (record.patient_id, record.practitioner_id) == ("", "")


def test_an_archived_appointment_no_longer_stands() -> None:
    assert appointment(archived_at="2026-05-01T00:00:00Z").deleted_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert appointment(deleted_at="2026-05-02T00:00:00Z").deleted_at == datetime(2026, 5, 2, tzinfo=UTC)


def test_an_appointment_made_online_is_known_by_the_answer_to_the_policy() -> None:
    assert not appointment(online_booking_policy_accepted=None).booked_online
    assert appointment(online_booking_policy_accepted=False).booked_online


@pytest.mark.parametrize(
    ("arrived", "status", "came"),
    [
        (None, AppointmentStatus.CONFIRMED, False),
        (True, AppointmentStatus.CONFIRMED, True),
        (False, AppointmentStatus.DNA, False),
    ],
)
def test_how_a_seat_in_a_class_stands(arrived: bool | None, status: AppointmentStatus, came: bool) -> None:
    given = {
        "id": ID,
        **STAMPS,
        "booking": link("bookings", "9"),
        "patient": link("patients", "1"),
        "arrived": arrived,
    }
    record = mapping.attendance(msgspec.convert(given, payloads.Attendee), HABITS)
    assert (record.class_id, record.patient_id, record.status, record.arrived) == ("9", "1", status, came)


@pytest.mark.parametrize(("day", "weekday"), [(0, 7), (1, 1), (6, 6), (7, 7)])
def test_sunday_is_zero_or_seven(day: int, weekday: int) -> None:
    given = {
        "id": ID,
        **STAMPS,
        "day_of_week": day,
        "availabilities": [{"starts_at": "13:30", "ends_at": "24:00"}, {"starts_at": "09:00", "ends_at": "12:30"}],
        "business": link("businesses", "3"),
        "practitioner": link("practitioners", "2"),
    }
    record = mapping.roster(msgspec.convert(given, payloads.DailyAvailability), HABITS)
    assert record is not None
    assert record.weekday == weekday
    assert record.hours == ((time(9), time(12, 30)), (time(13, 30), time(23, 59)))


def test_a_roster_without_a_day_says_nothing() -> None:
    given = msgspec.convert({"id": ID, **STAMPS, "day_of_week": None}, payloads.DailyAvailability)
    assert mapping.roster(given, HABITS) is None


def test_a_practitioner_is_named_as_patients_say_it() -> None:
    given = {
        "id": ID,
        **STAMPS,
        "title": "Dr",
        "first_name": "Mina",
        "last_name": "Okafor",
        "display_name": "Dr Mina",
    }
    assert mapping.practitioner(msgspec.convert(given, payloads.Practitioner), HABITS).name == "Mina Okafor"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ({"time_zone_identifier": "Australia/Perth", "time_zone": "Melbourne"}, "Australia/Perth"),
        ({"time_zone_identifier": None, "time_zone": "Melbourne"}, "Australia/Melbourne"),
        ({"time_zone": "Auckland"}, "Pacific/Auckland"),
        ({}, ""),
    ],
)
def test_a_locations_zone(zone: dict[str, Any], expected: str) -> None:
    given = msgspec.convert({"id": ID, **STAMPS, "business_name": "Harbour", **zone}, payloads.Business)
    assert mapping.location(given, HABITS).time_zone == expected


def test_no_cap_per_part_of_the_day_is_no_rule() -> None:
    settings = {
        "account": {"id": ID, "name": "Harbour"},
        "online_bookings": {"enabled": True, "max_appointments_per_day_segment": 0},
    }
    rules = mapping.booking_rules(msgspec.convert(settings, payloads.PublicSettings))
    assert rules.max_per_day_segment is None
    assert rules.days_in_advance is None


def test_a_number_where_an_id_must_be_text_is_no_patient() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"id": 1408210033445566778, **STAMPS}, payloads.Patient)
