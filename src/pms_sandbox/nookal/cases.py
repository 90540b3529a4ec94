"""Cases and treatment notes (spec 4.7, 4.8). A case's patient is ``patientID``, a note's is ``clientID``."""

from __future__ import annotations

import re
from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Failed, Payload
from pms_sandbox.nookal.patients import patient
from pms_sandbox.nookal.values import utc
from pms_sandbox.stamps import parse_stamp

NOTES_OF_ONE, NOTES_OF_ALL = 100, 50
_PAYER_FIELDS = frozenset(
    {
        *("Sessions_Approved", "Sessions_Completed", "ReferralDate", "ExpiryDate", "DateOfInjury", "Reference"),
        *("Notes", "budget", "caseManager", "referrer", "Status"),
    }
)


def of_patient(call: Call) -> Payload:
    conditions = [_of(patient(call)), *call.modified()]
    return call.select("treatment_cases", conditions, lambda row: _case(call, row), "cases")


def of_all(call: Call) -> Payload:
    return call.select("treatment_cases", call.modified(), lambda row: _case(call, row), "cases")


def _of(row: Row) -> Condition:
    return Condition("patient_id", "in", frozenset({row["id"]}))


def _case(call: Call, row: Row) -> dict[str, Any]:
    who = call.world["practitioners"].rows.get(row.get("practitioner_id") or "", {})
    return {
        "ID": row["id"],
        "patientID": row["patient_id"],
        "title": row["title"],
        "caseTitle": row["title"],
        "status": "0" if row.get("closed_at") else "1",
        "providerName": f"{who.get('first_name', '')} {who.get('last_name', '')}".strip(),
        "referrerName": "",
        "referrerType": "Other",
        "ReferrerDetails": None,
        "Notes": row.get("notes") or "",
        "payers": [_payer(held) for held in row.get("payers") or ()],
    }


def _payer(held: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "ID": held["id"],
        "payer": held["payer"],
        "Status": "1",
        "Sessions_Approved": "0",
        "Sessions_Completed": "0",
        "ReferralDate": "0000-00-00",
        "ExpiryDate": None,
        "DateOfInjury": None,
        "Reference": "",
        "Notes": "",
        "budget": "0.00",
        "caseManager": "",
        "referrer": "",
    }
    return shown | {key: value for key, value in held.items() if key in _PAYER_FIELDS}


def add(call: Call) -> Payload:
    """The reply holds the list and the id, since clients read either (spec 4.7)."""
    fields = {
        "patient_id": patient(call)["id"],
        "title": call.get("title") or "General",
        "notes": call.get("notes") or "",
        "practitioner_id": call.get("primary_provider_id"),
        "payers": [],
    }
    row = edits.create(call.world, "treatment_cases", fields)
    return call.done(case_id=row["id"], cases=[_case(call, row)])


def edit(call: Call) -> Payload:
    row = _own(call)
    fields: dict[str, Any] = {name: call.params[name] for name in ("title", "notes") if name in call.params}
    if call.get("primary_provider_id"):
        fields["practitioner_id"] = call.params["primary_provider_id"]
    if fields:
        edits.update(call.world, "treatment_cases", row["id"], fields)
    return call.done(case_id=row["id"])


def edit_payer(call: Call) -> Payload:
    """A payer whom the case does not have changes nothing, and the answer is success (spec 4.7)."""
    if not (call.get("patient_id") and call.get("case_id")):
        raise Failed("One of Patient ID | Case ID is missing")
    row = _own(call)
    changes = {name: call.params[name] for name in _PAYER_FIELDS & call.params.keys()}
    payers = [
        {**held, **changes} if held["id"] == call.params["payer_id"] else held for held in row.get("payers") or ()
    ]
    if payers != row.get("payers"):
        edits.update(call.world, "treatment_cases", row["id"], {"payers": payers})
    return call.done(case_id=row["id"])


def _own(call: Call) -> Row:
    row = call.record("treatment_cases", "case_id")
    if row["patient_id"] != patient(call)["id"]:
        raise Failed("Invalid variable: case_id")
    return row


# -- treatment notes ----


def notes_of_patient(call: Call) -> Payload:
    conditions = [_of(patient(call)), *call.modified()]
    return call.select("treatment_notes", conditions, _note, "notes", most=NOTES_OF_ONE)


def notes_of_all(call: Call) -> Payload:
    conditions = call.modified()
    if who := call.get("practitioner_id"):
        conditions.append(Condition("practitioner_id", "in", frozenset({who})))
    return call.select("treatment_notes", conditions, _note, "notes", most=NOTES_OF_ALL)


def _note(row: Row) -> dict[str, Any]:
    """Deleted ones are listed; what was written into a template has its text one level deeper."""
    shown: dict[str, Any] = {
        "noteID": row["id"],
        "clientID": row["patient_id"],
        "caseID": row["treatment_case_id"],
        "practitionerID": row["practitioner_id"],
        "date": utc(row["date"]),
        "status": row["status"],
    }
    answer = {"id": 1, "answers": [row["text"]]}
    if not row.get("template"):
        return shown | {"html": "", "answers": [answer], "template": None}
    template = {
        "_id": "17",
        "name": "Standard",
        "active": "1",
        "discipline": "General",
        "fields": [{"id": 1, "name": "Notes", "type": "textarea", "options": {}}],
        "lastUpdated": "2021-06-05 10:35:07",
    }
    return shown | {"answers": {"fields": [answer]}, "template": template}


def add_note(call: Call) -> Payload:
    case = _own(call)
    who = call.record("practitioners", "practitioner_id")
    day = re.sub(r"^(\d{2})/(\d{2})/(\d{4})", r"\3-\2-\1", call.params["date"])
    written = parse_stamp(day.replace(" ", "T")) or parse_stamp(f"{day[:10]}T00:00:00")
    if written is None:
        raise Failed("Invalid variable: date")
    fields = {
        "patient_id": case["patient_id"],
        "treatment_case_id": case["id"],
        "practitioner_id": who["id"],
        "date": written,
        "text": call.params["notes"],
        "status": "active",
        "template": False,
    }
    return call.done(note_id=edits.create(call.world, "treatment_notes", fields)["id"])
