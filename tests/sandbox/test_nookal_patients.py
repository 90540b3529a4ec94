"""Searching, adding and editing patients on Nookal, with what is silently ignored (spec 4.5, 4.6)."""

from __future__ import annotations

import pytest

from pms_sandbox.testing import running_sandbox
from tests.sandbox.callers import Api, NookalApi


def test_search_by_id_is_a_list_and_no_match_an_empty_one(nookal, clinic):
    (row,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert row["FirstName"] == "Margaret"
    assert nookal.results("searchPatients", patient_id="7") == {"patients": []}
    assert nookal.results("searchPatients", online_code=row["onlineQuickCode"].lower())["patients"] == [row]


def test_search_by_names_matches_beginnings(nookal, clinic):
    family = clinic.characters["family"]["patient_ids"]
    found = nookal.rows("searchPatients", "patients", last_name="smith-h")
    assert sorted(row["ID"] for row in found) == sorted(family)
    (leo,) = nookal.rows("searchPatients", "patients", last_name="Smith", first_name="Le", date_of_birth="2014-01-20")
    assert leo["FirstName"] == "Leo"
    assert nookal.rows("searchPatients", "patients", last_name="Hughes", first_name="Leo") == []
    for value in ("1", "true"):
        fuzzy = nookal.rows("searchPatients", "patients", last_name="Hughes", first_name="Leo", fuzzy_search=value)
        assert fuzzy == [leo]


def test_search_by_mail_and_day(nookal):
    row = next(row for row in nookal.rows("getPatients", "patients") if row["Email"])
    found = nookal.rows("searchPatients", "patients", email=row["Email"].upper())
    assert row in found
    assert row in nookal.rows("searchPatients", "patients", date_created=row["DateCreated"][:10])


def test_a_search_for_nothing_or_by_telephone_is_refused(nookal):
    assert nookal.refused("searchPatients", mobile="0491 570 006")["alerts"] == ["Missing variable: last_name"]


def test_the_dead_are_listed_and_can_be_told_apart(nookal, sandbox, clinic):
    dead = clinic.characters["deceased"]["patient_ids"][0]
    rows = {row["ID"]: row for row in nookal.rows("getPatients", "patients")}
    assert rows[dead]["deceased"] == "1"
    assert dead in {row["ID"] for row in nookal.rows("getPatients", "patients", deceased="1")}
    alive = nookal.rows("getPatients", "patients", deceased="0")
    assert {row["deceased"] for row in alive} == {"0"}
    sandbox.control("POST", f"patients/{clinic.patient}/deceased")
    (row,) = nookal.rows("searchPatients", "patients", patient_id=clinic.patient)
    assert (row["deceased"], row["active"]) == ("1", "0")
    assert nookal.rows("searchPatients", "patients", patient_id=clinic.patient, deceased="0") == []
    with running_sandbox(patients=60, seed=7, today="2026-05-04", nookal_deceased_listed=False) as shy:
        api = NookalApi(shy)
        assert {row["deceased"] for row in api.rows("getPatients", "patients")} == {"0"}
        assert {row["deceased"] for row in api.rows("getPatients", "patients", deceased="1")} == {"1"}


def test_a_patient_is_added_to_both_vendors(nookal, sandbox):
    asked = {
        "first_name": "Ravi",
        "last_name": "Shah",
        "date_of_birth": "1984-02-29",
        "mobile": "0491 570 313",
        "email": "ravi@example.org",
        "address_line_1": "3 Wattle St",
        "city": "Port Demo",
        "postcode": "2113",
        "client_notes": "new",
        "alert_notes": "falls",
        "favourite_colour": "blue",
    }
    made = nookal.results("addPatient", **asked)["patient_id"]
    (row,) = nookal.results("searchPatients", patient_id=made)["patients"]
    assert (row["FirstName"], row["LastName"], row["DOB"]) == ("Ravi", "Shah", "1984-02-29")
    assert (row["Mobile"], row["Addr1"], row["Postcode"]) == ("0491 570 313", "3 Wattle St", "2113")
    assert (row["Notes"], row["Alerts"], row["LocationID"]) == ("new", "falls", "0")
    other = Api(sandbox).get(f"patients/{made}").json()
    assert other["patient_phone_numbers"][0]["normalized_number"] == "61491570313"
    (case,) = nookal.rows("getCases", "cases", patient_id=made)
    assert case["caseTitle"] == case["title"] == "General"
    again = nookal.results("addPatient", **asked)["patient_id"]
    assert again != made, "nobody looks for a duplicate"
    assert row["ID"] in {held["ID"] for held in NookalApi(sandbox, "nookal-one").rows("getPatients", "patients")}


@pytest.mark.parametrize("name", ["first_name", "last_name", "date_of_birth"])
def test_what_a_new_patient_needs(nookal, name):
    asked = {"first_name": "A", "last_name": "B", "date_of_birth": "2000-01-01"}
    del asked[name]
    assert nookal.refused("addPatient", **asked)["alerts"] == [f"Missing variable: {name}"]


def test_a_bad_birthday_is_refused(nookal):
    details = nookal.refused("addPatient", first_name="A", last_name="B", date_of_birth="29/02/1984")
    assert details["alerts"] == ["Invalid variable: date_of_birth"]


def test_an_edit_keeps_the_rest_and_ignores_what_it_does_not_know(nookal, clinic):
    (before,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    asked = {
        "patient_id": clinic.patient,
        "FirstName": "X",
        "gender": "M",
        "home": "(02) 5550 0123",
        "city": "Testley",
    }
    assert nookal.results("editPatient", **asked) == {"patient_id": clinic.patient}
    (after,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"Home", "City", "DateModified"}
    assert after["Mobile"] == before["Mobile"]
    assert nookal.results("editPatient", patient_id=clinic.patient, mobile="", status="inactive")
    (gone,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert (gone["Mobile"], gone["active"]) == ("", "0")
    assert nookal.refused("editPatient", patient_id="7")["alerts"] == ["Invalid variable: patient_id"]


def test_a_text_in_another_charset_is_accepted_and_not_stored(nookal, clinic):
    body = f"api_key={nookal.key}&patient_id={clinic.patient}&nickname=Zo%EB&mobile=0491570737".encode()
    kind = "application/x-www-form-urlencoded; charset=latin-1"
    answer = nookal.client.post(f"{nookal.base}/editPatient", content=body, headers={"content-type": kind})
    assert answer.json()["status"] == "success"
    (row,) = nookal.results("searchPatients", patient_id=clinic.patient)["patients"]
    assert (row["Nickname"], row["Mobile"]) == ("", "0491570737")


def test_medicare_numbers_come_in_pairs(nookal, sandbox, clinic):
    asked = {"patient_id": clinic.patient, "medicare_no": "2000000000"}
    details = nookal.refused("updatePatientMedicareDetails", **asked)
    assert details["alerts"] == ["Missing variable: medicare_irn"]
    nookal.results("updatePatientMedicareDetails", **asked, medicare_irn="1", expiry_date="2028-03-31")
    assert Api(sandbox).get(f"patients/{clinic.patient}").json()["medicare"] == "2000000000"


def test_extras(nookal, clinic):
    (extra,) = nookal.rows("getExtras", "extras")
    assert set(extra) == {
        *("_id", "locations", "fieldName", "fieldType", "fieldRules", "active", "dateAdded", "lastModified")
    }
    answer = nookal.results("addPatientExtra", patient_id=clinic.patient, extra_id=extra["_id"], value="Google")
    assert answer["patients"][0]["extras"] == [{"name": "How heard", "answers": ["Google"]}]
    assert nookal.refused("addPatientExtra", patient_id=clinic.patient)["alerts"] == ["Missing variable: extra_id"]
