"""Reading patients (spec 4.5). The record mixes three ways of writing names, as the vendor's does."""

from __future__ import annotations

import hashlib
from typing import Any

from pms_sandbox.conditions import Condition, Row
from pms_sandbox.nookal.call import Call, Failed, Payload, everything
from pms_sandbox.nookal.params import truthy
from pms_sandbox.nookal.values import flag, utc

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_KINDS = ("Mobile", "Home", "Work", "Fax")


def listing(call: Call) -> Payload:
    conditions = call.modified() + _deceased(call)
    if call.sees_all:
        return call.select("patients", conditions, shown, "patients", kind="patients")
    rows = [row for row in everything(call.world, "patients", conditions) if visible(call, row)]
    return call.listed("patients", rows, shown)


def _deceased(call: Call) -> list[Condition]:
    """``deceased=0`` or ``1``; what comes without it is a guess, and an option."""
    wanted = call.get("deceased")
    if wanted is None and not call.sandbox.options.nookal_deceased_listed:
        wanted = "0"
    if wanted is None:
        return []
    return [Condition("deceased_at", "not_null" if truthy(wanted) else "null")]


def visible(call: Call, row: Row) -> bool:
    """At home at a ticked location, without a home, or ever booked at a ticked location (a guess)."""
    home = row.get("home_business_id")
    if home is None or home in call.scope:
        return True
    visits = call.world["individual_appointments"].having("patient_id", row["id"])
    return any(visit["business_id"] in call.scope for visit in visits)


def patient(call: Call, param: str = "patient_id") -> Row:
    """The patient whom a parameter names, or failure."""
    row = call.world["patients"].rows.get(call.params.get(param, ""))
    if row is None or not (call.sees_all or visible(call, row)):
        raise Failed(f"Invalid variable: {param}")
    return row


def online_code(row: Row) -> str:
    """Six letters and digits, the same for the same patient."""
    digest = hashlib.sha256(f"code/{row['id']}".encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:6])


def numbers(row: Row) -> dict[str, str]:
    """The first number of each kind; one of another kind takes the place of a missing home number."""
    found: dict[str, str] = {}
    for held in row.get("patient_phone_numbers") or ():
        kind = held["phone_type"] if held["phone_type"] in _KINDS else "Home"
        found.setdefault(kind, held["number"])
    return found


def shown(row: Row) -> dict[str, Any]:
    phones = numbers(row)
    consent = row.get("accepted_privacy_policy")
    return {
        "ID": row["id"],
        "Title": row.get("title") or "",
        "FirstName": row.get("first_name") or "",
        "MiddleName": row.get("middle_name") or "",
        "LastName": row.get("last_name") or "",
        "Nickname": row.get("preferred_first_name") or "",
        "DOB": row.get("date_of_birth"),
        "Gender": str(row.get("sex") or "")[:1],
        "Email": row.get("email") or "",
        **{kind: phones.get(kind, "") for kind in _KINDS},
        "Addr1": row.get("address_1") or "",
        "Addr2": row.get("address_2") or "",
        "Addr3": row.get("address_3"),
        "City": row.get("city") or "",
        "State": row.get("state"),
        "Country": row.get("country") or "",
        "Postcode": row.get("post_code") or "",
        **dict.fromkeys(
            (
                "Postal_Addr1",
                "Postal_Addr2",
                "Postal_Addr3",
                "Postal_City",
                "Postal_State",
                "Postal_Country",
                "Postal_Postcode",
            ),
            "",
        ),
        "Notes": row.get("notes") or "",
        "Alerts": row.get("alerts") or "",
        "Occupation": row.get("occupation") or "",
        "Employer": "",
        "category": "",
        "LocationID": row.get("home_business_id") or "0",
        "consent": None if consent is None else flag(consent),
        "allowOnlineBookings": "1",
        "active": flag(not row.get("archived_at")),
        "deceased": flag(row.get("deceased_at")),
        "PrivateHealthNo": "",
        "PrivateHealthType": None,
        "PensionNo": "",
        "allergies": "",
        "onlineQuickCode": online_code(row),
        "DateCreated": utc(row["created_at"]),
        "DateModified": utc(row["updated_at"]),
        "extras": row.get("extras") or [],
    }
