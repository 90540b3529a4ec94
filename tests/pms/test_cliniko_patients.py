"""Finding and registering patients at Cliniko."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import KeyRejected, VendorUnavailable, WriteRefused, WriteUncertain
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import PatientDraft, PatientRecord, PatientStatus

BORN = date(1991, 3, 17)
DRAFT = PatientDraft(
    first_name="Ottilie",
    last_name="Brandt-Okonjo",
    date_of_birth=BORN,
    email="ottilie@example.org",
    mobile="0491 570 156",
    phone="02 5550 0123",
    address_lines=("Unit 4", "Harbour House", "12 Wharf Lane", "Level 2"),
    city="Newcastle",
    state="NSW",
    post_code="2300",
    notes="Came by way of her sister.",
)


def row(sandbox: RunningSandbox, patient_id: str) -> dict[str, Any]:
    return next(held for held in sandbox.world("patients")["patients"] if held["id"] == patient_id)


def find(clinic: Any, first: str, last: str, born: date | None = None) -> list[PatientRecord]:
    found: list[PatientRecord] = clinic.gateway.find_patients(first_name=first, last_name=last, date_of_birth=born)
    return found


def posts(sandbox: RunningSandbox) -> int:
    return [entry["method"] for entry in sandbox.requests()].count("POST")


def test_a_registered_patient_stands_with_all_that_was_given(clinic: Any, sandbox: RunningSandbox) -> None:
    made = clinic.gateway.register_patient(DRAFT)
    held = row(sandbox, made.id)
    assert (held["first_name"], held["last_name"], held["date_of_birth"]) == (
        "Ottilie",
        "Brandt-Okonjo",
        "1991-03-17",
    )
    assert [(entry["number"], entry["phone_type"]) for entry in held["patient_phone_numbers"]] == [
        ("0491 570 156", "Mobile"),
        ("02 5550 0123", "Other"),
    ]
    assert [held[f"address_{line}"] for line in (1, 2, 3)] == ["Unit 4", "Harbour House", "12 Wharf Lane, Level 2"]
    assert (held["city"], held["state"], held["post_code"]) == ("Newcastle", "NSW", "2300")
    assert held["notes"] == DRAFT.notes
    assert made.phones[0].e164 == "+61491570156"
    assert made.status is PatientStatus.ACTIVE
    assert made == clinic.all(Stream.PATIENTS, Selection(ids=(made.id,)))[0]


def test_what_was_not_asked_for_is_not_sent(clinic: Any, sandbox: RunningSandbox) -> None:
    made = clinic.gateway.register_patient(PatientDraft(first_name="Bo", last_name="Li"))
    held = row(sandbox, made.id)
    assert held["patient_phone_numbers"] == []
    assert [held[name] for name in ("email", "date_of_birth", "address_1", "notes")] == [None] * 4


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"first_name": " "}, "the first name"),
        ({"email": "nobody"}, "the e-mail address"),
        ({"last_name": "", "email": "nobody"}, "the last name and the e-mail address"),
        ({"city": "x" * 256}, "the suburb"),
    ],
)
def test_a_refused_registration_names_the_field_in_words_and_no_value(
    changes: dict[str, str], named: str, clinic: Any, sandbox: RunningSandbox
) -> None:
    given = {name: getattr(DRAFT, name) for name in DRAFT.__struct_fields__}
    before = len(sandbox.world("patients")["patients"])
    with pytest.raises(WriteRefused) as refused:
        clinic.gateway.register_patient(PatientDraft(**{**given, **changes}))
    assert refused.value.message == f"Cliniko did not accept {named}; nothing was changed."
    assert "nobody" not in str(vars(refused.value))
    assert len(sandbox.world("patients")["patients"]) == before


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "html200"},
        {"kind": "truncated"},
        {"kind": "missing_key", "key": "updated_at"},
        {"kind": "status", "status": 500},
    ],
)
def test_an_unclear_answer_is_uncertain_never_sent_again_and_found_by_name(
    fault: dict[str, Any], clinic: Any, sandbox: RunningSandbox
) -> None:
    sandbox.fault(method="POST", times=None, **fault)
    with pytest.raises(WriteUncertain) as lost:
        clinic.gateway.register_patient(DRAFT)
    assert "Search for the patient in Cliniko" in lost.value.advice
    assert posts(sandbox) == 1
    there = fault["kind"] in ("drop_after", "truncated", "missing_key")
    assert len(find(clinic, "Ottilie", "Brandt-Okonjo", BORN)) == int(there)


def test_names_are_compared_without_case_and_stray_spaces(clinic: Any, sandbox: RunningSandbox) -> None:
    made = clinic.gateway.register_patient(DRAFT)
    sandbox.edit(
        [{"op": "update", "collection": "patients", "id": made.id, "fields": {"last_name": " brandt-OKONJO "}}]
    )
    assert [found.id for found in find(clinic, " ottilie", "Brandt-Okonjo", BORN)] == [made.id]
    assert find(clinic, "Ottilie", "Brandt", BORN) == []
    assert find(clinic, "Ottilie", "Brandt-Okonjo", date(1991, 3, 18)) == []


def test_without_a_day_of_birth_the_name_is_asked_for(clinic: Any, sandbox: RunningSandbox) -> None:
    made = clinic.gateway.register_patient(DRAFT)
    sandbox.clear_requests()
    assert [found.id for found in find(clinic, "OTTILIE", "brandt-okonjo")] == [made.id]
    assert len(sandbox.requests()) == 1


def test_archived_ones_are_found_too(clinic: Any, sandbox: RunningSandbox) -> None:
    made = clinic.gateway.register_patient(DRAFT)
    sandbox.edit([{"op": "archive", "collection": "patients", "id": made.id}])
    (found,) = find(clinic, "Ottilie", "Brandt-Okonjo", BORN)
    assert found.archived_at is not None
    assert found.status is PatientStatus.INACTIVE


def test_more_than_a_page_of_the_same_day_is_read_to_its_end(clinic: Any, sandbox: RunningSandbox) -> None:
    same_day = {"first_name": "Kim", "last_name": "Park", "date_of_birth": BORN.isoformat()}
    sandbox.edit([{"op": "create", "collection": "patients", "fields": same_day} for _ in range(120)])
    made = clinic.gateway.register_patient(DRAFT)
    assert [found.id for found in find(clinic, "Ottilie", "Brandt-Okonjo", BORN)] == [made.id]
    assert len(find(clinic, "Kim", "Park", BORN)) == 120


@pytest.mark.parametrize("name", ["O'Neil: %100", "Zoë-André", "Tūī", "Ng,Li"])
def test_any_name_can_be_asked_for(name: str, clinic: Any) -> None:
    made = clinic.gateway.register_patient(PatientDraft(first_name="Pat", last_name=name))
    assert [found.id for found in find(clinic, "Pat", name)] == [made.id]


def test_a_refused_key_registers_nobody(clinic: Any, sandbox: RunningSandbox) -> None:
    before = len(sandbox.world("patients")["patients"])
    sandbox.revoke("admin")
    with pytest.raises(KeyRejected):
        clinic.gateway.register_patient(DRAFT)
    assert len(sandbox.world("patients")["patients"]) == before


def test_a_host_that_takes_no_connection_has_surely_registered_nobody(open_clinic: Any) -> None:
    with pytest.raises(VendorUnavailable):
        open_clinic(base_url="http://127.0.0.1:9/v1").gateway.register_patient(DRAFT)


def test_a_key_that_may_not_is_told_where_to_go(clinic: Any, sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="status", status=404, method="POST")
    with pytest.raises(WriteRefused) as refused:
        clinic.gateway.register_patient(DRAFT)
    assert refused.value.advice == "Register the patient in Cliniko."
