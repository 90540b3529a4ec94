"""Faults on Nookal: answers of odd shapes, writes that are lost, garbled or only said to be done (spec 8)."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.sandbox.callers import NookalApi


def test_results_may_be_a_list(nookal, sandbox):
    sandbox.fault(kind="results_list", path="^getPatients$")
    assert nookal.results("getLocations")["locations"]
    assert nookal.call("getPatients")["data"]["results"] == []
    assert nookal.results("getPatients")["patients"], "a fault strikes once unless told otherwise"


def test_a_list_may_come_as_a_numbered_map(nookal, sandbox):
    plain = nookal.results("getLocations")["locations"]
    sandbox.fault(kind="numbered_map")
    assert nookal.results("getLocations")["locations"] == {str(n): row for n, row in enumerate(plain)}


def test_types_may_be_mixed(nookal, sandbox):
    plain = nookal.call("getAppointments", page_length=5)
    sandbox.fault(kind="mixed_types")
    mixed = nookal.call("getAppointments", page_length=5)
    assert mixed["settings"]["currentPage"] == "1"
    assert isinstance(mixed["details"]["totalItems"], int)
    for before, after in zip(
        plain["data"]["results"]["appointments"], mixed["data"]["results"]["appointments"], strict=True
    ):
        assert isinstance(after["ID"], int)
        assert {key: str(value or "") for key, value in after.items()} == {
            key: str(value or "") if after[key] else "" for key, value in before.items()
        }


def test_an_empty_list_that_is_well_formed(nookal, sandbox):
    sandbox.fault(kind="empty200", path="getAppointments")
    answer = nookal.call("getAppointments")
    assert answer["data"]["results"] == {"appointments": []}
    assert answer["details"] == {"totalItems": "0", "currentItems": 0}
    assert answer["settings"]["nextPage"] is None


def test_html_instead_of_json(nookal, sandbox):
    sandbox.fault(kind="html200")
    answer = nookal.send("getPatients")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_truncated_and_odd_and_missing(nookal, sandbox):
    sandbox.fault(kind="truncated")
    with pytest.raises(json.JSONDecodeError):
        nookal.send("getPatients").json()
    sandbox.fault(kind="mixed_unicode")
    assert nookal.results("getPatients")["patients"][0]["FirstName"].startswith("Zoë")
    sandbox.fault(kind="missing_key", key="DOB")
    assert "DOB" not in nookal.results("getPatients")["patients"][0]


def test_too_many_requests_and_server_errors(nookal, sandbox):
    sandbox.fault(kind="status", status=429, reset_seconds=7)
    answer = nookal.send("verify")
    assert (answer.status_code, answer.headers["retry-after"], answer.content) == (429, "7", b"")
    sandbox.fault(kind="status", status=503)
    assert nookal.send("verify").status_code == 503


@pytest.mark.parametrize(("shift", "first"), [(-1, 9), (1, 11)])
def test_pages_may_drift(nookal, sandbox, shift, first):
    whole = [row["ID"] for row in nookal.results("getPatients", page_length=50)["patients"]]
    sandbox.fault(kind="page_drift", shift=shift, times=None)
    assert [row["ID"] for row in nookal.results("getPatients", page_length=10)["patients"]] == whole[:10]
    second = nookal.results("getPatients", page_length=10, page=2)["patients"]
    assert [row["ID"] for row in second] == whole[first : first + 10]


def test_a_write_may_be_stored_garbled(nookal, sandbox, clinic):
    sandbox.fault(kind="mojibake", path="editPatient")
    nookal.results("editPatient", patient_id=clinic.patient, nickname="Zoë 20°")
    (row,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert row["Nickname"] == "ZoÃ« 20Â°"


def test_a_write_may_be_done_and_its_answer_lost(nookal, sandbox, clinic):
    sandbox.fault(kind="drop_after", path="editPatient")
    with pytest.raises(httpx2.TransportError):
        nookal.send("editPatient", patient_id=clinic.patient, nickname="Peggy")
    (row,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert row["Nickname"] == "Peggy"


def test_a_success_may_be_pretended(nookal, sandbox, clinic):
    visit = nookal.rows("getAppointments", "appointments", appt_status="Uninvoiced", date_from="2026-05-05")
    visit = next(row for row in visit if row["appointmentType"] == "Consultation" and row["status"] == "Pending")
    asked = {"appointment_id": visit["ID"], "patient_id": visit["patientID"]}
    sandbox.fault(kind="pretended", path="cancelAppointment")
    assert nookal.results("cancelAppointment", **asked)["ID"] == visit["ID"]
    rows = nookal.rows("getAppointments", "appointments", patient_id=visit["patientID"])
    assert visit in rows
    before = sandbox.world()
    sandbox.fault(kind="pretended", path="addPatient")
    made = nookal.results("addPatient", first_name="A", last_name="B", date_of_birth="2000-01-01")["patient_id"]
    assert nookal.results("searchPatients", patient_id=made) == {"patients": []}
    after = sandbox.world()
    for name, records in before.items():
        assert {row["id"]: row for row in after[name]} == {row["id"]: row for row in records}, name


def test_somebody_at_the_desk_is_quicker(nookal, sandbox, clinic):
    edit = {"op": "update", "collection": "patients", "id": clinic.patient, "fields": {"last_name": "Quick"}}
    sandbox.fault(kind="edit_before", path="searchPatients", edits=[edit])
    (row,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert row["LastName"] == "Quick"


def test_a_fault_may_be_meant_for_one_key(nookal, sandbox):
    sandbox.fault(kind="status", status=500, label="nookal-spare")
    assert nookal.send("verify").status_code == 200
    assert NookalApi(sandbox, "nookal-spare").send("verify").status_code == 500
