"""Cases, notes, files, the waiting list and invoices on Nookal (spec 4.7 to 4.9, 4.16, 4.17)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.callers import NookalApi


def first_case(nookal: NookalApi, patient: str) -> dict[str, Any]:
    return nookal.rows("getCases", "cases", patient_id=patient)[0]


def test_everybody_has_a_general_case(nookal):
    cases = nookal.rows("getAllCases", "cases")
    general = {row["patientID"] for row in cases if row["caseTitle"] == "General"}
    assert general == {row["ID"] for row in nookal.rows("getPatients", "patients")}
    assert all(row["title"] == row["caseTitle"] for row in cases)
    payers = [payer for row in cases for payer in row["payers"]]
    assert payers
    assert payers[0]["ExpiryDate"] is None
    visits = nookal.rows("getAppointments", "appointments")
    by_id = {row["ID"]: row for row in cases}
    assert all(by_id[row["caseID"]]["patientID"] == row["patientID"] for row in visits if row["caseID"])


def test_cases_are_made_and_edited(nookal, clinic):
    made = nookal.results("addCase", patient_id=clinic.patient, title="Knee", notes="left")
    assert made["cases"][0]["ID"] == made["case_id"]
    asked = {"patient_id": clinic.patient, "case_id": made["case_id"]}
    nookal.results("editCase", **asked, title="Both knees")
    row = next(
        row for row in nookal.rows("getCases", "cases", patient_id=clinic.patient) if row["ID"] == made["case_id"]
    )
    assert (row["caseTitle"], row["Notes"], row["payers"]) == ("Both knees", "left", [])
    assert nookal.refused("editCase", patient_id=clinic.patient)["alerts"] == ["Missing variable: case_id"]
    assert nookal.refused("editCase", patient_id="7", case_id=made["case_id"])["alerts"]


def test_a_payer_that_is_not_there_is_edited_with_success(nookal):
    case = next(row for row in nookal.rows("getAllCases", "cases") if row["payers"])
    asked = {"patient_id": case["patientID"], "case_id": case["ID"]}
    nookal.results("editCasePayer", **asked, payer_id="7", Sessions_Approved="9")
    assert case in nookal.rows("getCases", "cases", patient_id=case["patientID"])
    nookal.results("editCasePayer", **asked, payer_id=case["payers"][0]["ID"], Sessions_Approved="9")
    (now,) = [
        row for row in nookal.rows("getCases", "cases", patient_id=case["patientID"]) if row["ID"] == case["ID"]
    ]
    assert now["payers"][0]["Sessions_Approved"] == "9"
    details = nookal.refused("editCasePayer", patient_id=case["patientID"], payer_id="7")
    assert details["alerts"] == ["One of Patient ID | Case ID is missing"]


def test_notes_of_both_shapes_and_deleted_ones(nookal, sandbox):
    rows = nookal.rows("getAllTreatmentNotes", "notes")
    assert rows
    assert nookal.call("getAllTreatmentNotes", page_length=200)["settings"]["pageLength"] == 50
    plain = next(row for row in rows if row["template"] is None)
    filled = next(row for row in rows if row["template"])
    assert plain["answers"][0]["answers"][0]
    assert filled["answers"]["fields"][0]["answers"][0]
    assert "html" not in filled
    sandbox.control("PATCH", f"treatment_notes/{plain['noteID']}", {"status": "deleted"})
    found = nookal.rows("getTreatmentNotes", "notes", patient_id=plain["clientID"])
    assert next(row for row in found if row["noteID"] == plain["noteID"])["status"] == "deleted"
    assert (
        nookal.call("getTreatmentNotes", patient_id=plain["clientID"], page_length=200)["settings"]["pageLength"]
        == 100
    )
    who = nookal.rows("getAllTreatmentNotes", "notes", practitioner_id=plain["practitionerID"])
    assert {row["practitionerID"] for row in who} == {plain["practitionerID"]}


def test_a_note_is_written(nookal, clinic):
    asked = {
        "patient_id": clinic.patient,
        "case_id": first_case(nookal, clinic.patient)["ID"],
        "practitioner_id": clinic.practitioner,
        "date": "2026-05-04 08:30:00",
        "notes": "Walks 20 min at 25\u00b0",
    }
    for name in asked:
        assert nookal.refused("addTreatmentNote", **{key: asked[key] for key in asked if key != name})["alerts"] == [
            f"Missing variable: {name}"
        ]
    made = nookal.results("addTreatmentNote", **asked)["note_id"]
    notes = {row["noteID"]: row for row in nookal.rows("getTreatmentNotes", "notes", patient_id=clinic.patient)}
    assert notes[made]["answers"][0]["answers"] == ["Walks 20 min at 25\u00b0"]
    assert notes[made]["date"] == "2026-05-04 08:30:00"
    slashed = nookal.results("addTreatmentNote", **asked | {"date": "03/05/2026 10:00:00"})["note_id"]
    notes = {row["noteID"]: row for row in nookal.rows("getTreatmentNotes", "notes", patient_id=clinic.patient)}
    assert notes[slashed]["date"] == "2026-05-03 10:00:00"


def test_a_file_is_seen_as_registered_until_it_is_active(nookal, clinic):
    asked = {"patient_id": clinic.patient, "name": "Scan", "extension": "pdf", "file_type": "application/pdf"}
    made = nookal.results("uploadFile", **asked)
    assert made["url"].startswith("http")
    (row,) = nookal.rows("getPatientFiles", "files", patient_id=clinic.patient)
    assert (row["ID"], row["status"]) == (made["file_id"], "2")
    answer = nookal.call("setFileActive", patient_id=clinic.patient, file_id=made["file_id"])
    assert answer["data"] == {"api_call": "setFileAsActive", "results": {"file_id": made["file_id"]}}
    assert nookal.rows("getPatientFiles", "files", patient_id=clinic.patient)[0]["status"] == "1"
    assert nookal.results("getFileUrl", patient_id=clinic.patient, file_id=made["file_id"])["url"] == made["url"]
    assert nookal.refused("getFileUrl", patient_id=clinic.patient, file_id="x")["alerts"]


def test_the_waiting_list(nookal, sandbox, clinic):
    rows = nookal.rows("getWaitingList", "waitingList")
    assert rows
    assert set(rows[0]) == {
        *("ID", "clientID", "locationID", "preferredProviders", "serviceID", "classID", "fallback", "notes"),
        *("priority", "onlineBooking", "active", "created", "lastModified", "requestedTimes", "requestedDays"),
    }
    sandbox.clock(now="2026-05-04T01:00:00Z")
    wish = {
        "patient_id": clinic.patient,
        "business_id": clinic.open_business,
        "appointment_type_id": clinic.standard,
        "notes": "mornings",
    }
    made = sandbox.control("POST", "waiting_list", wish)["id"]
    (row,) = nookal.rows("getWaitingList", "waitingList", lastmodified="2026-05-04 01:00:00")
    assert (row["ID"], row["clientID"], row["serviceID"], row["active"]) == (
        made,
        clinic.patient,
        clinic.standard,
        "1",
    )
    assert len(nookal.rows("getWaitingList", "waitingList", last_modified="2026-05-04 01:00:00")) == len(rows) + 1
    sandbox.control("PATCH", f"waiting_list/{made}", {"active": False})
    assert nookal.rows("getWaitingList", "waitingList", lastmodified="2026-05-04 01:00:00")[0]["active"] == "0"
    sandbox.control("DELETE", f"waiting_list/{made}")
    assert nookal.rows("getWaitingList", "waitingList") == rows


def test_invoices_add_up(nookal):
    rows = nookal.rows("getAllInvoices", "invoices", expanded="1")
    assert len(rows) > 100
    assert len({row["invoiceNumber"] for row in rows}) == len(rows)
    for row in rows:
        debits = sum(Decimal(entry["total"]) for entry in row["details"]["entries"])
        payments = sum(Decimal(payment["amount"]) for payment in row["details"]["payments"])
        assert Decimal(row["totalDebits"]) == debits
        assert Decimal(row["totalPayments"]) == payments
        assert Decimal(row["totalBalance"]) == debits - payments
    assert any(row["totalBalance"] != "0.00" for row in rows)
    assert any(row["totalBalance"] == "0.00" for row in rows)
    assert all("providerID" in row and "practitionerID" not in row for row in rows)


def test_invoices_of_one_patient_and_plain_ones(nookal, clinic):
    mine = nookal.rows("getInvoices", "invoices", patient_id=clinic.patient)
    assert mine
    assert {row["patientID"] for row in mine} == {clinic.patient}
    assert "details" not in mine[0]
    whole = nookal.results("getInvoice", invoice_id=mine[0]["ID"])["invoice"]
    assert whole["details"]["entries"]
    billed = nookal.rows("getAppointments", "appointments", patient_id=clinic.patient)
    assert "1" in {row["invoiceGenerated"] for row in billed}


def test_a_visit_is_billed_and_paid_at_the_desk(nookal, sandbox):
    sandbox.clock(now="2026-05-04T01:00:00Z")
    since = "2026-05-04 01:00:00"
    done = nookal.rows("getAppointments", "appointments", appt_status="Completed")
    visit = next(row for row in done if row["invoiceGenerated"] == "0" and row["appointmentType"] == "Consultation")
    sandbox.edit([{"op": "invoice", "collection": "individual_appointments", "id": visit["ID"]}])
    (bill,) = nookal.rows("getInvoices", "invoices", last_modified=since)
    assert (bill["patientID"], bill["totalPayments"]) == (visit["patientID"], "0.00")
    assert bill["totalBalance"] == bill["totalDebits"] != "0.00"
    (seen,) = nookal.rows("getAppointments", "appointments", last_modified=since)
    assert seen["invoiceGenerated"] == "1"
    sandbox.control("POST", f"bills/{bill['ID']}/pay", {"amount": 1000, "method": "Cash"})
    sandbox.control("POST", f"bills/{bill['ID']}/pay")
    paid = nookal.results("getInvoice", invoice_id=bill["ID"])["invoice"]
    assert paid["totalBalance"] == "0.00"
    assert [line["method"] for line in paid["details"]["payments"]] == ["Cash", "EFTPOS"]
    sandbox.control("POST", f"bills/{bill['ID']}/void")
    assert nookal.rows("getInvoices", "invoices", last_modified=since) == []
    assert [row["ID"] for row in nookal.rows("getInvoices", "invoices", last_modified=since, void="1")] == [
        bill["ID"]
    ]
    assert nookal.refused("getInvoice", invoice_id=bill["ID"])["alerts"]


def test_an_invoice_is_written_changed_and_struck_out(nookal, clinic):
    asked = {
        "location_id": clinic.open_business,
        "patient_id": clinic.patient,
        "practitioner_id": clinic.practitioner,
        "invoice_notes": "by telephone",
        "items[0][item_id]": clinic.standard,
        "items[1][name]": "Tape",
        "items[1][price]": "7.50",
        "items[1][qty]": "2",
        "payments[0][method]": "Cash",
        "payments[0][amount]": "10",
    }
    made = nookal.results("addInvoice", **asked)["invoice"]
    assert (made["totalDebits"], made["totalPayments"], made["totalBalance"]) == ("110.00", "10.00", "100.00")
    assert made["invoiceNotes"] == "by telephone"
    id_ = made["ID"]
    assert nookal.refused("addPaymentToInvoice", invoice_id=id_)["alerts"] == ["Missing variable: method"]
    payment = {"invoice_id": id_, "method": "EFTPOS", "amount": "40.00", "date": "2026-05-04"}
    paid = nookal.results("addPaymentToInvoice", **payment)["invoice"]
    assert paid["totalBalance"] == "60.00"
    nookal.results("deletePaymentFromInvoice", payment_id=paid["details"]["payments"][0]["payment_id"])
    nookal.results("addItemToInvoice", invoice_id=id_, name="Band", price="12")
    tape = paid["details"]["entries"][1]["entry_id"]
    now = nookal.results("deleteItemFromInvoice", item_id=tape)["invoice"]
    assert (now["totalDebits"], now["totalPayments"]) == ("107.00", "40.00")
    assert [line["void"] for line in now["details"]["entries"]] == ["0", "1", "0"]
    credit = nookal.results("addAccountCredit", invoice_id=id_, amount="7")["credit"]
    assert (credit["amount"], credit["patient_id"]) == ("7.00", clinic.patient)
    assert nookal.results("getInvoice", invoice_id=id_)["invoice"]["totalBalance"] == "60.00"
    nookal.results("deleteInvoice", invoice_id=id_)
    assert nookal.refused("getInvoice", invoice_id=id_)["errorCode"] == "Z052"
    assert nookal.refused("deletePaymentFromInvoice", payment_id="7")["alerts"] == ["Invalid variable: payment_id"]


def test_lines_over_all_invoices(nookal, clinic):
    bill = nookal.rows("getInvoices", "invoices", patient_id=clinic.patient, expanded="1")[0]
    entries = nookal.rows("getInvoiceEntries", "entries", invoiceID=bill["ID"])
    assert [{"invoiceID": bill["ID"], **line} for line in bill["details"]["entries"]] == entries
    payments = nookal.rows("getInvoicePayments", "payments", date_from="2026-04-01", date_to="2026-04-30")
    assert payments
    assert all("2026-04-01" <= line["date"] <= "2026-04-30" for line in payments)
    for kind in ("Credits", "Discounts", "Refunds", "Adjustments"):
        assert nookal.rows(f"getInvoice{kind}", kind.lower()) == []


def test_invoices_stay_within_the_keys_locations(nookal, sandbox):
    one = NookalApi(sandbox, "nookal-one")
    places = {row["locationID"] for row in nookal.rows("getInvoices", "invoices")}
    assert len(places) > 1
    assert len({row["locationID"] for row in one.rows("getInvoices", "invoices")}) == 1


def test_the_rest_of_the_catalogue(nookal, clinic):
    logo = nookal.call("getLocationLogo", location_id=clinic.open_business)
    assert logo["file_url"] == logo["data"]["results"]["file_url"]
    assert nookal.call("getPractitionerPhoto", practitioner_id=clinic.practitioner)["file_url"]
    assert nookal.refused("getPractitionerPhoto")["alerts"] == ["Missing variable: practitioner_id"]
    assert nookal.results("getStockList") == {"services": []}
    offered = nookal.results("getPractitionerAppointmentTypes", practitioner_id=clinic.practitioner)
    assert clinic.standard in {row["ID"] for row in offered["services"]}
    matrix = nookal.results("getServiceMatrix", location_id=clinic.open_business)
    line = next(row for row in matrix["services"] if row["id"] == clinic.standard)
    assert clinic.practitioner in line["providers"]
    assert nookal.results("getClassRedemptions") == nookal.results("getServiceRedemptions") == {"redemptions": []}
