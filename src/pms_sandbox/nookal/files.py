"""Patients' files (spec 4.9): registered, sent by PUT to the given address, then made active."""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Failed, Payload
from pms_sandbox.nookal.patients import patient
from pms_sandbox.stamps import parse_stamp

DELETED, ACTIVE, REGISTERED = "0", "1", "2"


def listing(call: Call) -> Payload:
    """Deleted and never activated ones as well; ``status`` tells."""
    conditions = [Condition("patient_id", "in", frozenset({patient(call)["id"]})), *call.modified()]
    return call.select("patient_files", conditions, _file, "files")


def _file(row: Row) -> dict[str, Any]:
    return {
        "ID": row["file_id"],
        "mime": row["mime"],
        "name": row["name"],
        "extension": row["extension"],
        "patientID": row["patient_id"],
        "caseID": row.get("treatment_case_id"),
        "status": row["status"],
        "metadata": [],
    }


def url(call: Call) -> Payload:
    return call.done(url=_address(call, _own(call)))


def upload(call: Call) -> Payload:
    """Registers the file; until it is activated nobody at the practice sees it."""
    fields: dict[str, Any] = {
        "patient_id": patient(call)["id"],
        "name": call.params["name"],
        "extension": call.params["extension"],
        "mime": call.params["file_type"],
        "treatment_case_id": call.get("case_id"),
        "status": REGISTERED,
    }
    if made := parse_stamp((call.get("date_added") or "").replace(" ", "T")):
        fields["created_at"] = made
    id_ = call.world.new_id()
    row = edits.create(call.world, "patient_files", {"id": id_, "file_id": f"file_{int(id_):x}.{id_[-8:]}", **fields})
    return call.done(file_id=row["file_id"], url=_address(call, row))


def activate(call: Call) -> Payload:
    row = edits.update(call.world, "patient_files", _own(call)["id"], {"status": ACTIVE})
    return call.done(file_id=row["file_id"])


def _own(call: Call) -> Row:
    someone = patient(call)
    for row in call.world["patient_files"].having("patient_id", someone["id"]):
        if row["file_id"] == call.params["file_id"]:
            return row
    raise Failed("Invalid variable: file_id")


def _address(call: Call, row: Row) -> str:
    """Stands for the presigned address at another host."""
    return f"{call.request.base}/files/{row['file_id']}?X-Amz-Expires=1800"
