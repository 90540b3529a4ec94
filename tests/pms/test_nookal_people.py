"""Finding and registering patients, and reading treatment notes, as Nookal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import VendorChanged, WriteRefused, WriteUncertain
from routiq.pms.nookal import names
from routiq.pms.records import PatientDraft, PatientStatus

BORN = date(1991, 4, 17)


def draft(**fields: Any) -> PatientDraft:
    given = {
        "first_name": "Tamsin",
        "last_name": "Oyelaran",
        "date_of_birth": BORN,
        "mobile": "0491 570 156",
        **fields,
    }
    return PatientDraft(**given)


def find(clinic: Any, first: str, last: str, born: date | None = None) -> list[Any]:
    found: list[Any] = clinic.gateway.find_patients(first_name=first, last_name=last, date_of_birth=born)
    return found


def patients(sandbox: RunningSandbox) -> dict[str, dict[str, Any]]:
    assert sandbox.server is not None
    return dict(sandbox.server.sandbox.worlds["main"]["patients"].rows)


def writes(sandbox: RunningSandbox) -> list[str]:
    return [entry["path"] for entry in sandbox.requests() if entry["path"].startswith(("add", "edit"))]


# Names


@pytest.mark.parametrize(
    ("stored", "meant", "alike"),
    [
        ("Zoë", "zoe", True),
        ("ZoÃ«", "Zoë", True),
        ("ZoÃ«", "Zoe", True),
        ("O’Neill", "O'Neill", True),
        ("Nguyễn", "NGUYEN", True),
        ("Nguyễn".encode().decode("latin-1"), "Nguyễn", True),
        (" Mary  Ann ", "mary ann", True),
        ("Łukasz", "Lukasz", True),
        ("王", "王", True),
        ("王", "李", False),
        ("Zoe", "Zara", False),
        ("", "Zoe", False),
    ],
)
def test_names_are_the_same_whatever_happened_to_their_letters(stored: str, meant: str, alike: bool) -> None:
    assert names.same(stored, meant) is alike


@pytest.mark.parametrize(("name", "start"), [("Smith", "Smith"), ("Müller", "M"), ("Ødegaard", ""), ("", "")])
def test_a_search_goes_by_the_letters_that_are_sure(name: str, start: str) -> None:
    assert names.beginning(name) == start


# Finding


def test_a_patient_is_found_by_name_and_day_in_any_case(sandbox: RunningSandbox, nookal: Any) -> None:
    row = next(row for row in patients(sandbox).values() if row["date_of_birth"])
    born = date.fromisoformat(row["date_of_birth"])
    found = find(nookal, row["first_name"].upper(), row["last_name"].lower(), born)
    assert row["id"] in {one.id for one in found}
    assert all(one.date_of_birth == born for one in found)
    assert find(nookal, row["first_name"], row["last_name"], date(1901, 1, 1)) == []
    assert find(nookal, row["first_name"][:2], row["last_name"][:2], born) == []


def test_the_dead_and_the_archived_are_found_too(sandbox: RunningSandbox, nookal: Any) -> None:
    for stamp, status in (("deceased_at", PatientStatus.DECEASED), ("archived_at", PatientStatus.INACTIVE)):
        row = next(row for row in patients(sandbox).values() if row.get(stamp) and row["last_name"])
        assert status in {one.status for one in find(nookal, row["first_name"] or "", row["last_name"])}


@pytest.mark.parametrize(("first", "last"), [("Zoë", "Müller"), ("Åse", "Ødegaard")])
def test_a_name_with_accents_is_found_as_it_is_and_garbled(
    first: str, last: str, sandbox: RunningSandbox, nookal: Any
) -> None:
    for stored in ((first, last), tuple(name.encode().decode("latin-1") for name in (first, last))):
        (made,) = sandbox.edit(
            [
                {
                    "op": "create",
                    "collection": "patients",
                    "fields": {"first_name": stored[0], "last_name": stored[1], "date_of_birth": BORN.isoformat()},
                }
            ]
        )
        plain_start = bool(names.beginning(last))
        if plain_start or stored == (first, last):
            assert made in {one.id for one in find(nookal, first, last, BORN)}


# Registering


def test_a_patient_is_registered_and_read_back(sandbox: RunningSandbox, nookal: Any) -> None:
    before = patients(sandbox)
    record = nookal.gateway.register_patient(
        draft(
            email="tamsin@patient.example",
            phone="(02) 5550 0188",
            address_lines=("4 Wattle St",),
            city="Port Demo",
            state="NSW",
            post_code="2113",
        )
    )
    assert record.id not in before
    assert (record.first_name, record.last_name, record.date_of_birth) == ("Tamsin", "Oyelaran", BORN)
    assert {phone.kind: phone.e164 for phone in record.phones} == {"mobile": "+61491570156", "home": "+61255500188"}
    assert (record.email, record.city, record.post_code) == ("tamsin@patient.example", "Port Demo", "2113")
    assert writes(sandbox) == ["addPatient"]
    assert [one.id for one in find(nookal, "Tamsin", "Oyelaran", BORN)] == [record.id]


def test_nobody_is_registered_without_a_date_of_birth(sandbox: RunningSandbox, nookal: Any) -> None:
    with pytest.raises(WriteRefused) as refused:
        nookal.gateway.register_patient(draft(date_of_birth=None))
    assert refused.value.cause == "date_of_birth"
    assert "date of birth" in refused.value.message
    assert writes(sandbox) == []


def test_a_name_with_accents_is_kept_where_nookal_keeps_it(sandbox: RunningSandbox, nookal: Any) -> None:
    record = nookal.gateway.register_patient(draft(first_name="Zoë"))
    assert record.first_name == "Zoë"
    assert writes(sandbox) == ["addPatient"]


def test_a_garbled_name_is_written_once_more_in_plain_letters(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="mojibake", path="addPatient|editPatient", times=None)
    record = nookal.gateway.register_patient(draft(first_name="Zoë", last_name="O’Neill"))
    assert (record.first_name, record.last_name) == ("Zoe", "O'Neill")
    assert patients(sandbox)[record.id]["first_name"] == "Zoe"
    assert writes(sandbox) == ["addPatient", "editPatient"]


def test_a_garbled_name_that_cannot_be_mended_is_told(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="mojibake", path="addPatient", times=None)
    sandbox.fault(kind="pretended", path="editPatient", times=None)
    with pytest.raises(VendorChanged) as refused:
        nookal.gateway.register_patient(draft(first_name="Zoë"))
    assert refused.value.code == "VendorChanged.garbled"
    assert "correct the name" in refused.value.advice


def test_a_registration_that_nookal_only_pretended_is_told(sandbox: RunningSandbox, nookal: Any) -> None:
    before = patients(sandbox)
    sandbox.fault(kind="pretended", path="addPatient")
    with pytest.raises(VendorChanged) as refused:
        nookal.gateway.register_patient(draft())
    assert refused.value.cause == "not_done"
    assert patients(sandbox) == before


def test_a_lost_answer_is_uncertain_and_the_patient_is_found_by_name(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="drop_after", path="addPatient")
    with pytest.raises(WriteUncertain):
        nookal.gateway.register_patient(draft())
    assert writes(sandbox) == ["addPatient"]
    assert len(find(nookal, "Tamsin", "Oyelaran", BORN)) == 1


# Treatment notes


def test_treatment_notes_come_newest_first_with_their_case_and_without_the_deleted(
    sandbox: RunningSandbox, nookal: Any
) -> None:
    assert sandbox.server is not None
    world = sandbox.server.sandbox.worlds["main"]
    rows = list(world["treatment_notes"].rows.values())
    assert rows, "the practice has notes"
    whose = max({row["patient_id"] for row in rows}, key=lambda one: sum(row["patient_id"] == one for row in rows))
    found = nookal.gateway.treatment_notes(whose)
    assert found == sorted(found, key=lambda note: note.written_at, reverse=True)
    titles = {row["id"]: row["title"] for row in world["treatment_cases"].rows.values()}
    standing = {row["id"]: row for row in rows if row["patient_id"] == whose and row["status"] != "deleted"}
    assert {note.id for note in found} == set(standing)
    for note in found:
        assert note.text
        assert note.case_title == titles[standing[note.id]["treatment_case_id"]]
        assert note.text not in repr(note)
    (asked,) = [e["params"] for e in sandbox.requests() if e["path"] == "getTreatmentNotes"]
    assert (asked["patient_id"], asked["page_length"]) == (whose, "100")


def test_a_patient_without_notes_costs_one_question(sandbox: RunningSandbox, nookal: Any) -> None:
    record = nookal.gateway.register_patient(draft())
    sandbox.clear_requests()
    assert nookal.gateway.treatment_notes(record.id) == []
    assert [entry["path"] for entry in sandbox.requests()] == ["getTreatmentNotes"]
