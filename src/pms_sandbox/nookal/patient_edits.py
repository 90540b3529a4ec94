"""Searching and writing patients (spec 4.5, 4.6). Unknown parameters are ignored, and the answer is success."""

from __future__ import annotations

from typing import Any

from pms_sandbox import edits
from pms_sandbox.conditions import Row, Test
from pms_sandbox.nookal.call import Call, Failed, Payload, everything
from pms_sandbox.nookal.params import truthy
from pms_sandbox.nookal.patients import numbers, online_code, patient, shown, visible
from pms_sandbox.nookal.values import utc
from pms_sandbox.stamps import parse_day

_TEXTS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "middle_name": "middle_name",
    "nickname": "preferred_first_name",
    "email": "email",
    "address_line_1": "address_1",
    "address_line_2": "address_2",
    "address_line_3": "address_3",
    "city": "city",
    "state": "state",
    "postcode": "post_code",
    "country": "country",
}
_PHONES = {"phone": "Home", "home": "Home", "mobile": "Mobile", "work": "Work"}
#: What a wrong charset spoils (spec 6.7).
TEXTS = (*_TEXTS, "notes", "client_notes", "alert_notes")
_INACTIVE = frozenset({"0", "inactive", "archived"})


def search(call: Call) -> Payload:
    """By id, online code, day of creation, e-mail or names; names match from their beginning. No telephone search."""
    tests: list[Test] = []
    if wanted := call.get("patient_id"):
        tests.append(lambda row: row["id"] == wanted)
    elif code := call.get("online_code"):
        tests.append(lambda row: online_code(row) == code.upper())
    elif made := call.get("date_created"):
        tests.append(lambda row: str(utc(row["created_at"])).startswith(made[:10]))
    elif not (call.get("email") or call.get("last_name")):
        raise Failed("Missing variable: last_name")
    else:
        if mail := call.get("email"):
            tests.append(lambda row: str(row.get("email") or "").lower() == mail.lower())
        for name in ("first_name", "last_name"):
            if text := call.get(name):
                tests.append(_begins(name, text, truthy(call.get("fuzzy_search"))))
        if born := call.get("date_of_birth"):
            tests.append(lambda row: row.get("date_of_birth") == born)
    if call.get("deceased") is not None:
        tests.append(lambda row: bool(row.get("deceased_at")) == truthy(call.get("deceased")))
    found = [
        row
        for row in everything(call.world, "patients", ())
        if all(test(row) for test in tests) and (call.sees_all or visible(call, row))
    ]
    return call.listed("patients", found, shown)


def _begins(name: str, text: str, fuzzy: bool) -> Test:
    """The name begins with the text; fuzzily, the text stands anywhere in it."""
    wanted = text.strip().casefold()

    def test(row: Row) -> bool:
        held = str(row.get(name) or "").casefold()
        return wanted in held if fuzzy else held.startswith(wanted)

    return test


def add(call: Call) -> Payload:
    """Nobody looks for a duplicate. The new patient gets a first case."""
    if parse_day(call.params["date_of_birth"]) is None:
        raise Failed("Invalid variable: date_of_birth")
    fields = {"patient_phone_numbers": [], **_fields(call, {})}
    row = edits.create(call.world, "patients", fields)
    edits.create(
        call.world, "treatment_cases", {"patient_id": row["id"], "title": "General", "notes": "", "payers": []}
    )
    return call.done(patient_id=row["id"])


def edit(call: Call) -> Payload:
    row = patient(call)
    fields = _fields(call, row)
    status = (call.get("status") or "").lower()
    if status:
        fields["archived_at"] = call.world.clock.stamp() if status in _INACTIVE else None
    if fields:
        edits.update(call.world, "patients", row["id"], fields)
    return call.done(patient_id=row["id"])


def _fields(call: Call, old: Row) -> dict[str, Any]:
    fields: dict[str, Any] = {field: call.params[name] for name, field in _TEXTS.items() if name in call.params}
    for name, field in (("notes", "notes"), ("client_notes", "notes"), ("alert_notes", "alerts")):
        if name in call.params:
            fields[field] = call.params[name]
    if parse_day(call.get("date_of_birth")):
        fields["date_of_birth"] = call.params["date_of_birth"]
    phones = numbers(old)
    given = {kind: call.params[name] for name, kind in _PHONES.items() if name in call.params}
    if given:
        phones |= given
        fields["patient_phone_numbers"] = [
            {"number": number, "phone_type": kind} for kind, number in phones.items() if number
        ]
    return fields


def medicare(call: Call) -> Payload:
    """Number and line go together; of the expiry only year and month are kept."""
    row = patient(call)
    number, line = call.get("medicare_no"), call.get("medicare_irn")
    if bool(number) != bool(line):
        raise Failed(f"Missing variable: {'medicare_irn' if number else 'medicare_no'}")
    fields: dict[str, Any] = {}
    if number and line:
        fields |= {"medicare": number, "medicare_reference_number": line}
    if parse_day(call.get("expiry_date")):
        fields["medicare_expiry"] = call.params["expiry_date"][:7]
    if fields:
        edits.update(call.world, "patients", row["id"], fields)
    return call.done(patient_id=row["id"])


def extras(call: Call) -> Payload:
    return call.listed("extras", everything(call.world, "extra_fields", ()), lambda row: _extra(call, row))


def _extra(call: Call, row: Row) -> dict[str, Any]:
    return {
        "_id": row["id"],
        "locations": sorted(call.scope),
        "fieldName": row["name"],
        "fieldType": row["type"],
        "fieldRules": [],
        "active": "1",
        "dateAdded": utc(row["created_at"]),
        "lastModified": utc(row["updated_at"]),
    }


def add_extra(call: Call) -> Payload:
    """An answer to one of the practice's own questions; the reply is a list of patients (spec 4.6)."""
    row = patient(call)
    extra = call.record("extra_fields", "extra_id")
    held = [line for line in row.get("extras") or () if line["name"] != extra["name"]]
    answer = {"name": extra["name"], "answers": [call.params["value"]]}
    row = edits.update(call.world, "patients", row["id"], {"extras": [*held, answer]})
    return call.listed("patients", [row], shown)
