"""Nookal's patients as records, and what hangs on them: who waits, invoices, notes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from routiq.pms.nookal import mapping, notes, payloads
from routiq.pms.nookal.mapping import Habits
from routiq.pms.records import UNSTAMPED, PatientStatus
from tests.pms.nookal_objects import HABITS, KEEPING, patient, read


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
