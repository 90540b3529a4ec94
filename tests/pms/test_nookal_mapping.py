"""Nookal's objects as records, in every form in which their values come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routiq.pms.nookal import mapping, notes, payloads, values
from routiq.pms.nookal.mapping import Habits
from routiq.pms.records import UNSTAMPED, AppointmentStatus, PatientStatus

HABITS = Habits(zones={"1": "Australia/Sydney", "2": "Australia/Perth"})
KEEPING = Habits(include_notes=True, zones=HABITS.zones)


def read(kind: Any, given: dict[str, Any]) -> Any:
    return msgspec.json.decode(msgspec.json.encode(given), type=kind)


def patient(habits: Habits = HABITS, **fields: Any) -> Any:
    given = {"ID": "713", "FirstName": "Ravi", "LastName": "Shah", "DateModified": "2026-04-11 05:20:41", **fields}
    return mapping.patient(read(payloads.Patient, given), habits)


def appointment(habits: Habits = HABITS, **fields: Any) -> Any:
    given = {
        "ID": "90211",
        "patientID": "713",
        "practitionerID": "5",
        "locationID": "1",
        "appointmentDate": "2026-10-06",
        "appointmentStartTime": "09:30:00",
        "appointmentEndTime": "10:15:00",
        "TimeZone": "Australia/Sydney",
        "appointmentStartDateTimeUTC": "2026-10-05 22:30:00",
        "appointmentEndDateTimeUTC": "2026-10-05 23:15:00",
        "appointmentType": "Consultation",
        "appointmentTypeID": "3",
        "status": "Pending",
        "arrived": None,
        "DNA": "0",
        "cancelled": "0",
        "cancellationDate": None,
        "invoiceGenerated": "0",
        "Notes": None,
        "dateCreated": "2026-09-20 01:02:03",
        "lastModified": "2026-09-21 04:05:06",
        **fields,
    }
    return mapping.appointment(read(payloads.Appointment, given), habits)


# Single values


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), (1, True), (True, True), ("0", False), (0, False), (False, False), (None, None), ("", None)],
)
def test_a_flag_comes_in_many_forms(value: Any, expected: bool | None) -> None:
    assert values.flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("713", "713"),
        (713, "713"),
        (None, ""),
        ("", ""),
        ("0", ""),
        (0, ""),
        (" 7 ", "7"),
        ("file_a1.2", "file_a1.2"),
    ],
)
def test_no_related_record_is_said_in_three_ways(value: Any, expected: str) -> None:
    assert values.record_id(value) == expected


@pytest.mark.parametrize("nothing", [None, "", "0000-00-00", "0000-00-00 00:00:00", "soon", 0, "2026-13-45"])
def test_what_is_no_day_is_none(nothing: Any) -> None:
    assert values.day(nothing) is None
    assert values.moment(nothing) is None


def test_a_stamp_is_read_as_utc() -> None:
    assert values.moment("2026-09-20 01:02:03") == datetime(2026, 9, 20, 1, 2, 3, tzinfo=UTC)
    assert values.moment("2026-09-20T11:02:03+10:00") == datetime(2026, 9, 20, 1, 2, 3, tzinfo=UTC)
    assert values.moment("2026-09-20") == datetime(2026, 9, 20, tzinfo=UTC)
    assert values.stamp(datetime.fromisoformat("2026-09-20T11:02:03+10:00")) == "2026-09-20 01:02:03"


@pytest.mark.parametrize(
    ("value", "expected"), [("110.00", "110.00"), (75, "75"), ("1,250.50", "1250.50"), (None, "0"), ("", "0")]
)
def test_money_is_exact(value: Any, expected: str) -> None:
    assert values.money(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "ten", "1 2"])
def test_what_is_no_money_is_not_taken_for_nothing(value: str) -> None:
    with pytest.raises(ValueError, match="money"):
        values.money(value)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_no_value_breaks_the_reading(value: Any) -> None:
    values.text(value), values.record_id(value), values.flag(value), values.number(value)
    assert values.day(value) is None or isinstance(values.day(value), date)
    stamp = values.moment(value)
    assert stamp is None or stamp.tzinfo is UTC
    values.clock(value)


# Patients


def test_a_plain_patient() -> None:
    record = patient(
        Title="Mr",
        Nickname="Rav",
        DOB="1984-02-29",
        Gender="M",
        Email="ravi@patient.example",
        Mobile="0491 570 006",
        Home="",
        Work="(02) 5550 0123",
        Addr1="1 Quay St",
        Addr2="",
        Addr3=None,
        City="Sydney",
        State="NSW",
        Country="Australia",
        Postcode=2000,
        Notes="likes mornings",
        DateCreated="2024-05-01 03:12:44",
    )
    assert (record.id, record.first_name, record.last_name, record.preferred_name) == ("713", "Ravi", "Shah", "Rav")
    assert record.date_of_birth == date(1984, 2, 29)
    assert (record.sex, record.gender) == ("Male", "Male")
    assert [(phone.kind, phone.e164) for phone in record.phones] == [
        ("mobile", "+61491570006"),
        ("work", "+61255500123"),
    ]
    assert (record.address_lines, record.post_code, record.country_code) == (("1 Quay St",), "2000", "AU")
    assert record.updated_at == datetime(2026, 4, 11, 5, 20, 41, tzinfo=UTC)
    assert record.created_at == datetime(2024, 5, 1, 3, 12, 44, tzinfo=UTC)
    assert record.notes == ""
    assert patient(KEEPING, Notes="likes mornings").notes == "likes mornings"


def test_a_patient_with_nothing_but_an_id_is_fine() -> None:
    record = mapping.patient(read(payloads.Patient, {"ID": 713}), HABITS)
    assert (record.id, record.first_name, record.phones, record.date_of_birth) == ("713", "", (), None)
    assert record.updated_at == UNSTAMPED


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, PatientStatus.ACTIVE),
        ({"active": "1", "deceased": "0"}, PatientStatus.ACTIVE),
        ({"active": None, "deceased": None}, PatientStatus.ACTIVE),
        ({"active": "0"}, PatientStatus.INACTIVE),
        ({"active": 0, "deceased": 1}, PatientStatus.DECEASED),
        ({"active": "1", "deceased": "1"}, PatientStatus.DECEASED),
    ],
)
def test_status_of_a_patient(fields: dict[str, Any], status: PatientStatus) -> None:
    assert patient(**fields).status is status


def test_a_number_without_a_country_is_at_home_where_the_patient_is() -> None:
    (phone,) = patient(Mobile="021 555 0123", Country="New Zealand").phones
    assert phone.e164 in ("", "+64215550123")
    assert patient(Habits(phone_region="AU"), Mobile="0491 570 006").phones[0].e164 == "+61491570006"


# Appointments


def test_a_plain_appointment() -> None:
    record = appointment()
    assert record.starts_at == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert record.ends_at == datetime(2026, 10, 5, 23, 15, tzinfo=UTC)
    assert (record.patient_id, record.practitioner_id, record.location_id) == ("713", "5", "1")
    assert record.appointment_type_id == "3"
    assert record.status is AppointmentStatus.CONFIRMED
    assert (record.arrived, record.completed, record.invoiced, record.cancelled_at) == (False, False, False, None)
    assert record.updated_at == datetime(2026, 9, 21, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "status", "arrived", "completed"),
    [
        ({"status": "Pending"}, AppointmentStatus.CONFIRMED, False, False),
        ({"status": "Confirmed", "arrived": "0"}, AppointmentStatus.CONFIRMED, False, False),
        ({"status": "Completed", "arrived": "1"}, AppointmentStatus.CONFIRMED, True, True),
        ({"status": "In Session", "arrived": 1}, AppointmentStatus.CONFIRMED, True, False),
        ({"status": "DNA", "DNA": "1"}, AppointmentStatus.DNA, False, False),
        ({"status": "Pending", "DNA": True}, AppointmentStatus.DNA, False, False),
        ({"status": "Cancelled", "cancelled": "1", "DNA": "1"}, AppointmentStatus.CANCELLED, False, False),
        ({"status": "Cancelled", "cancelled": None}, AppointmentStatus.CANCELLED, False, False),
        ({"status": "Completed", "cancelled": "1"}, AppointmentStatus.CANCELLED, False, False),
        ({"status": None, "cancelled": None, "DNA": None}, AppointmentStatus.CONFIRMED, False, False),
    ],
)
def test_how_an_appointment_stands(
    fields: dict[str, Any], status: AppointmentStatus, arrived: bool, completed: bool
) -> None:
    record = appointment(**fields)
    assert (record.status, record.arrived, record.completed) == (status, arrived, completed)


def test_a_day_of_cancellation_alone_cancels_nothing() -> None:
    record = appointment(cancellationDate="2026-09-30 00:00:00")
    assert record.status is AppointmentStatus.CONFIRMED
    assert record.cancelled_at is None


def test_what_was_cancelled_without_a_day_was_so_by_its_last_change() -> None:
    record = appointment(cancelled="1", cancellationDate="0000-00-00 00:00:00")
    assert record.cancelled_at == record.updated_at
    dated = appointment(cancelled="1", cancellationDate="2026-09-30 01:00:00")
    assert dated.cancelled_at == datetime(2026, 9, 30, 1, tzinfo=UTC)


@pytest.mark.parametrize(("said", "expected"), [("1", True), ("0", False), (None, None)])
def test_whether_it_is_invoiced(said: str | None, expected: bool | None) -> None:
    assert appointment(invoiceGenerated=said).invoiced is expected


def test_without_the_utc_pair_the_wall_clock_counts_in_the_zone_that_is_named() -> None:
    bare = {"appointmentStartDateTimeUTC": None, "appointmentEndDateTimeUTC": "0000-00-00 00:00:00"}
    assert appointment(**bare).starts_at == datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert appointment(**bare).ends_at == datetime(2026, 10, 5, 23, 15, tzinfo=UTC)
    there = appointment(**bare, TimeZone=None, locationID="2")
    assert there.starts_at == datetime(2026, 10, 6, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"appointmentType": "Class"},
        {"patientID": None},
        {"patientID": "0"},
        {"appointmentStartDateTimeUTC": None, "appointmentDate": "0000-00-00"},
        {"appointmentStartDateTimeUTC": None, "TimeZone": "Nowhere/Land", "locationID": "9"},
    ],
)
def test_what_is_no_appointment_of_somebody_at_some_time_is_left_out(fields: dict[str, Any]) -> None:
    assert appointment(**fields) is None


def test_an_appointment_over_midnight_ends_the_next_day() -> None:
    record = appointment(
        appointmentStartDateTimeUTC=None,
        appointmentEndDateTimeUTC=None,
        appointmentStartTime="23:30:00",
        appointmentEndTime="00:15:00",
    )
    assert (record.ends_at - record.starts_at).total_seconds() == 45 * 60


# The catalogue


def location(**fields: Any) -> Any:
    given = {"ID": 1, "Name": "Harbour Physio", "Timezone": "Australia/Sydney", "Country": "Australia", **fields}
    return read(payloads.Location, given)


@pytest.mark.parametrize(
    ("fields", "zone"),
    [
        ({}, "Australia/Sydney"),
        ({"Timezone": "Nowhere/Land", "State": "WA"}, "Australia/Perth"),
        ({"Timezone": None, "State": "qld"}, "Australia/Brisbane"),
        ({"Timezone": "", "State": None, "Country": "New Zealand"}, "Pacific/Auckland"),
        ({"Timezone": None, "State": None}, ""),
    ],
)
def test_a_location_without_a_zone_has_that_of_its_state(fields: dict[str, Any], zone: str) -> None:
    assert mapping.location(location(**fields), HABITS).time_zone == zone


def test_a_location_has_no_stamp_and_an_address_in_one_line() -> None:
    record = mapping.location(location(AddressLine1="1 Quay St", AddressLine2=None, City="Sydney"), HABITS)
    assert (record.updated_at, record.address) == (UNSTAMPED, "1 Quay St, Sydney")


def practitioner(number: int, *places: Any, **fields: Any) -> Any:
    given = {"ID": number, "FirstName": "Maya", "LastName": "Lund", "locations": list(places), **fields}
    return read(payloads.Practitioner, given)


def service(number: Any, locations: Any, **fields: Any) -> Any:
    return read(
        payloads.Service, {"ID": number, "Name": "Consult", "Duration": "45", "Locations": locations, **fields}
    )


def test_who_does_what_where() -> None:
    places = [location(), location(ID="2")]
    people = [
        practitioner(5, 1, "2"),
        practitioner(6, "2", status="1", ShowInDiary="1"),
        practitioner(7, 1, ShowInDiary="0"),
        practitioner(8, 1, status="0"),
    ]
    services = [
        service(3, [0, "1", "2"]),
        service(4, {"0": 0, "1": "2"}),
        service(9, ["1"], active="0"),
        service(10, []),
    ]
    found = {
        (offer.location_id, offer.appointment_type_id): offer.practitioner_ids
        for offer in mapping.offerings(places, people, services)
    }
    assert found == {("1", "3"): ("5",), ("2", "3"): ("5", "6"), ("2", "4"): ("5", "6")}


def test_services_and_classes_never_share_an_id() -> None:
    plain, group = mapping.service(service(3, []), HABITS), mapping.class_type(service(3, []), HABITS)
    assert (plain.id, group.id) == ("3", "class-3")
    assert (plain.max_attendees, group.max_attendees) == (1, 0)


@pytest.mark.parametrize(("said", "minutes"), [("45", 45), (30, 30), ("00:45:00", 45), ("45.0", 45), (None, 0)])
def test_durations_are_minutes(said: Any, minutes: int) -> None:
    assert mapping.service(service(3, [], Duration=said), HABITS).duration_minutes == minutes


# Classes


@pytest.mark.parametrize("prefix", ["class", "appointment"])
def test_a_class_by_its_new_and_its_old_names(prefix: str) -> None:
    given = {
        "ID": "77",
        f"{prefix}Date": "2026-05-04",
        f"{prefix}StartTime": "18:00:00",
        f"{prefix}EndTime": "19:00:00",
        "practitionerID": "5",
        "locationID": "2",
        "cancelled": "0",
        "classID": "4",
    }
    record = mapping.class_session(read(payloads.ClassSession, given), HABITS)
    assert record is not None
    assert record.starts_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert (record.appointment_type_id, record.deleted_at) == ("class-4", None)
    gone = mapping.class_session(read(payloads.ClassSession, {**given, "cancelled": "1"}), HABITS)
    assert gone is not None
    assert gone.deleted_at is not None


def test_a_seat_is_named_by_class_and_patient_and_the_standing_one_counts() -> None:
    rows = [
        {"patientID": "713", "cancelled": "1", "cancellationDate": "2026-05-02 00:00:00"},
        {"patientID": 713, "cancelled": "0", "arrived": "1", "lastModified": "2026-05-01 00:00:00"},
        {"patientID": "714", "DNA": "1"},
        {"patientID": None},
    ]
    seats = mapping.attendances([read(payloads.Participant, row) for row in rows], "77")
    assert [(seat.id, seat.status, seat.arrived) for seat in seats] == [
        ("77-713", AppointmentStatus.CONFIRMED, True),
        ("77-714", AppointmentStatus.DNA, False),
    ]
    other_way = mapping.attendances([read(payloads.Participant, row) for row in reversed(rows)], "77")
    assert {seat.id: seat for seat in other_way} == {seat.id: seat for seat in seats}


# Waiting list and invoices


@pytest.mark.parametrize("providers", [["5", 6], "5,6", {"0": "5", "1": 6}])
def test_somebody_who_waits(providers: Any) -> None:
    given = {
        "ID": "12",
        "clientID": "713",
        "locationID": "1",
        "preferredProviders": providers,
        "serviceID": "3",
        "classID": "0",
        "notes": "after school",
        "priority": "2",
        "active": "1",
        "created": "2026-04-01 00:00:00",
        "lastModified": "2026-04-02 00:00:00",
        "requestedTimes": ["morning", "late"],
        "requestedDays": "Mon,Tue",
    }
    record = mapping.waiting(read(payloads.Waiting, given), HABITS)
    assert record is not None
    assert (record.patient_id, record.appointment_type_id) == ("713", "3")
    assert record.practitioner_ids == ("5", "6")
    assert (record.days, record.times, record.notes) == ("Mon, Tue", "morning, late", "")
    group = mapping.waiting(read(payloads.Waiting, {**given, "serviceID": None, "classID": 4}), KEEPING)
    assert group is not None
    assert (group.appointment_type_id, group.notes) == ("class-4", "after school")


def invoice(**fields: Any) -> Any:
    given = {
        "ID": "3001",
        "invoiceNumber": "INV-3001",
        "patientID": "713",
        "providerID": "5",
        "locationID": "1",
        "dateCreated": "2026-10-06 00:20:00",
        "isThirdPartyInvoice": "0",
        "totalPayments": "60.00",
        "totalDebits": "110.00",
        "totalBalance": "50.00",
        "details": {
            "entries": [{"entry_id": "1", "void": "0"}],
            "payments": {
                "0": {"payment_id": 9, "void": "0", "date": "2026-10-06", "amount": "60.00", "method": "EFTPOS"}
            },
        },
        **fields,
    }
    return mapping.invoice(read(payloads.Invoice, given), HABITS)


def test_an_invoice_with_its_payment() -> None:
    record = invoice()
    assert (record.total, record.paid, record.outstanding) == (Decimal("110.00"), Decimal("60.00"), Decimal("50.00"))
    assert (record.practitioner_id, record.number, record.void, record.third_party) == ("5", "INV-3001", False, False)
    (payment,) = record.payments
    assert (payment.id, payment.paid_on, payment.amount, payment.method) == (
        "9",
        date(2026, 10, 6),
        Decimal("60.00"),
        "EFTPOS",
    )


@pytest.mark.parametrize(
    ("fields", "void"),
    [
        ({"void": "1"}, True),
        ({"details": {"entries": [{"void": "1"}, {"void": 1}], "payments": []}}, True),
        ({"details": {"entries": [{"void": "1"}, {"void": "0"}], "payments": []}}, False),
        ({"details": []}, False),
        ({"details": None}, False),
    ],
)
def test_which_invoices_are_void(fields: dict[str, Any], void: bool) -> None:
    assert invoice(**fields).void is void


# Treatment notes


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"answers": [{"id": 1, "answers": ["Knee better.", "Walks to work."]}]}, "Knee better.\nWalks to work."),
        ({"answers": {"fields": [{"id": 1, "answers": ["Pain 3/10"]}, {"answers": []}]}}, "Pain 3/10"),
        ({"answers": {"0": {"id": 1, "answers": {"0": "As before"}}}}, "As before"),
        (
            {"answers": [], "html": "<p>Seen &amp; well</p><ul><li>rest</li><li>ice</li></ul>"},
            "Seen & well\nrest\nice",
        ),
        ({"answers": None, "html": None}, ""),
        ({}, ""),
    ],
)
def test_the_words_of_a_treatment_note(fields: dict[str, Any], expected: str) -> None:
    assert notes.words(read(payloads.Note, {"noteID": "88", **fields})) == expected
