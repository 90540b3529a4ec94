"""Reading appointments (spec 4.10, 5). Date and time are the location's; beside them stand the same in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Payload
from pms_sandbox.nookal.values import flag, utc, wall
from pms_sandbox.stamps import parse_day, stamp, wall_to_seconds

_FILTERS = {
    "patient_id": "patient_id",
    "practitioner_id": "practitioner_id",
    "location_id": "business_id",
    "service_id": "appointment_type_id",
    "class_id": "appointment_type_id",
}
_LOCAL = ("date_from", "date_to", "time_from", "time_to", "appt_status")
_BY_ID = (("id", False),)


def listing(call: Call) -> Payload:
    """Cancelled rows stay in the list, deleted ones are gone. A filter on a patient changes the echoed name."""
    if call.get("patient_id"):
        call.name = "getPatientAppointments"
    conditions = call.scoped() + call.modified()
    for param, field in _FILTERS.items():
        if value := call.get(param):
            conditions.append(Condition(field, "in", frozenset({value})))
    conditions += _about(call)
    tests = _tests(call)
    diary = call.sandbox.diary(call.world)
    page, length = call.page()
    encode = partial(shown, call)
    if not tests:
        total, rows = diary.collection().select(conditions, _BY_ID, call.offset(page, length), length)
        return call.page_of("appointments", call.rows("appointments", rows, encode), total, page, length)

    def ask() -> list[Row]:
        held = diary.collection()
        rows = held.select(conditions, _BY_ID, 0, len(held.rows))[1]
        return [row for row in rows if all(test(row) for test in tests)]

    question = (frozenset(conditions), *(call.get(name) for name in _LOCAL))
    found = diary.remembered(question, ask)
    start = call.offset(page, length)
    on_page = call.rows("appointments", found[start : start + length], encode)
    return call.page_of("appointments", on_page, len(found), page, length)


def _about(call: Call) -> list[Condition]:
    """The days asked for with one to spare at either end, so that no zone is missed."""
    found = []
    first, last = parse_day(call.get("date_from")), parse_day(call.get("date_to"))
    if first:
        start = stamp(wall_to_seconds(first - timedelta(days=1), 0, call.world.zone))
        found.append(Condition("starts_at", ">=", start))
    if last:
        found.append(
            Condition("starts_at", "<", stamp(wall_to_seconds(last + timedelta(days=2), 0, call.world.zone)))
        )
    return found


def _tests(call: Call) -> list[Callable[[Row], bool]]:
    """What only the local date and time, or the state of a row, can tell."""
    tests: list[Callable[[Row], bool]] = []
    first, last = call.get("date_from") or "", call.get("date_to") or "9999-12-31"
    if call.get("date_from") or call.get("date_to"):
        # both days are included
        tests.append(lambda row: first <= _wall(call, row)[0] <= last)
    early, late = call.get("time_from") or "", call.get("time_to") or "24:00:00"
    if call.get("time_from") or call.get("time_to"):
        tests.append(lambda row: early <= _wall(call, row)[1] <= late)
    wanted = frozenset((call.get("appt_status") or "").split(",")) - {""}
    if wanted:
        tests.append(lambda row: state(row) in wanted or ("Uninvoiced" in wanted and not invoiced(call, row)))
    return tests


def _wall(call: Call, row: Row) -> tuple[str, str]:
    return wall(row["starts_at"], call.zone(row["business_id"]))


def state(row: Row) -> str:
    """Pending, Completed, Cancelled or DNA; arriving counts as completing (a guess: spec 5)."""
    if row.get("cancelled_at"):
        return "Cancelled"
    if row.get("did_not_arrive"):
        return "DNA"
    return "Completed" if row.get("patient_arrived") else "Pending"


def invoiced(call: Call, row: Row) -> bool:
    return bool(call.world["billed_visits"].having("appointment_id", row["id"]))


def shown(call: Call, row: Row) -> dict[str, Any]:
    zone = call.zone(row["business_id"])
    day, start = wall(row["starts_at"], zone)
    decided = row.get("did_not_arrive") or row.get("patient_arrived")
    return {
        "ID": row["id"],
        "patientID": row.get("patient_id"),
        "practitionerID": row["practitioner_id"],
        "locationID": row["business_id"],
        "caseID": case_of(call, row),
        "appointmentDate": day,
        "appointmentStartTime": start,
        "appointmentEndTime": wall(row["ends_at"], zone)[1],
        "TimeZone": zone,
        "appointmentStartDateTimeUTC": utc(row["starts_at"]),
        "appointmentEndDateTimeUTC": utc(row["ends_at"]),
        "appointmentType": "Class" if "class_id" in row else "Consultation",
        "appointmentTypeID": row["appointment_type_id"],
        "status": state(row),
        "arrived": flag(row.get("patient_arrived")) if decided else None,
        "DNA": flag(row.get("did_not_arrive")),
        "cancelled": flag(row.get("cancelled_at")),
        "cancellationDate": utc(row.get("cancelled_at")),
        "invoiceGenerated": flag(invoiced(call, row)),
        "emailReminderSent": "0",
        "Notes": row.get("notes"),
        "dateCreated": utc(row["created_at"]),
        "lastModified": utc(row["updated_at"]),
    }


def case_of(call: Call, row: Row) -> str | None:
    """The case that the visit belongs to; nothing booked by the API has one (spec 4.13)."""
    if "treatment_case_id" in row or "class_id" in row:
        return row.get("treatment_case_id")
    cases = call.world["treatment_cases"].having("patient_id", row.get("patient_id") or "")
    return str(cases[0]["id"]) if cases else None
