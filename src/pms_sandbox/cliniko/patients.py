"""Writing patients (spec 3.1). No duplicate is ever refused, and a phone array replaces the one before."""

from __future__ import annotations

import re
from typing import Any

from pms_sandbox import edits
from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import BLANK, id_text, reject
from pms_sandbox.http import Answer
from pms_sandbox.stamps import parse_day

_TEXTS = [
    "title",
    "first_name",
    "last_name",
    "preferred_first_name",
    "email",
    "address_1",
    "address_2",
    "address_3",
    "city",
    "state",
    "post_code",
    "country",
    "country_code",
    "time_zone",
    "sex",
    "gender_identity",
    "gender",
    "reminder_type",
    "notes",
    "appointment_notes",
    "occupation",
    "emergency_contact",
    "referral_source",
    "old_reference_id",
    "medicare",
    "medicare_reference_number",
    "dva_card_number",
    "invoice_default_to",
    "invoice_email",
    "invoice_extra_information",
]
_SWITCHES = [
    "receives_confirmation_emails",
    "receives_cancellation_emails",
    "accepted_privacy_policy",
    "accepted_email_marketing",
]
_LONG = frozenset({"notes", "appointment_notes", "invoice_extra_information"})
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_PHONE_TYPES = frozenset({"Mobile", "Home", "Work", "Fax", "Other"})
_REMINDERS = frozenset({"None", "SMS", "Email", "SMS & Email"})
_PRONOUNS = ("nominative", "accusative", "pronominal_possessive", "predicative_possessive", "reflexive")


def create(call: Call) -> Answer:
    body = call.body()
    errors: dict[str, str] = {}
    for field in ("first_name", "last_name"):
        if not str(body.get(field) or "").strip():
            errors[field] = BLANK
    fields = _fields(body, errors)
    reject(errors)
    fields.setdefault("patient_phone_numbers", [])
    fields.setdefault("receives_confirmation_emails", True)
    fields.setdefault("receives_cancellation_emails", True)
    if "reminder_type" not in fields:
        fields["reminder_type"] = call.world.settings["reminders"]["default_reminder_type"]
    return call.shown("patients", edits.create(call.world, "patients", fields), 201)


def update(call: Call) -> Answer:
    old = call.row("patients", call.ids[0])
    body = call.body()
    errors: dict[str, str] = {}
    for field in ("first_name", "last_name"):
        if field in body and not str(body[field] or "").strip():
            errors[field] = BLANK
    fields = _fields(body, errors)
    reject(errors)
    return call.shown("patients", edits.update(call.world, "patients", old["id"], fields))


def _fields(body: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    """Only what may be written; unknown and computed fields are dropped without a word."""
    fields: dict[str, Any] = {}
    for name in _TEXTS:
        if name in body:
            value = body[name]
            fields[name] = value if value is None else str(value)
            if name not in _LONG and value is not None and len(str(value)) > 255:
                errors[name] = "is too long (maximum is 255 characters)"
    for name in _SWITCHES:
        if name in body:
            fields[name] = body[name]
            if body[name] not in (True, False, None):
                errors[name] = "is invalid"
    if "unsubscribe_sms_marketing" in body:
        fields["accepted_sms_marketing"] = not body["unsubscribe_sms_marketing"]
    if fields.get("email") and not _MAIL.match(fields["email"]):
        errors["email"] = "is not a valid email address"
    if fields.get("reminder_type") and fields["reminder_type"] not in _REMINDERS:
        errors["reminder_type"] = "is not included in the list"
    if "date_of_birth" in body:
        fields["date_of_birth"] = body["date_of_birth"] or None
        if body["date_of_birth"] and parse_day(body["date_of_birth"]) is None:
            errors["date_of_birth"] = "is invalid"
    for name in ("concession_type_id", "referring_doctor_id"):
        if name in body:
            fields[name] = id_text(body[name])
    if "pronouns" in body:
        fields["pronouns"] = body["pronouns"]
        if body["pronouns"] and not all(isinstance(body["pronouns"].get(key), str) for key in _PRONOUNS):
            errors["pronouns"] = "is invalid"
    if "custom_fields" in body:
        fields["custom_fields"] = body["custom_fields"]
    if "patient_phone_numbers" in body:
        fields["patient_phone_numbers"] = _phones(body["patient_phone_numbers"], errors)
    return fields


def _phones(held: Any, errors: dict[str, str]) -> list[dict[str, Any]]:
    if not isinstance(held, list) or not all(isinstance(entry, dict) for entry in held or ()):
        errors["patient_phone_numbers"] = "is invalid"
        return []
    for entry in held:
        if not str(entry.get("number") or "").strip():
            errors["patient_phone_numbers.number"] = BLANK
        if entry.get("phone_type", "Mobile") not in _PHONE_TYPES:
            errors["patient_phone_numbers.phone_type"] = "is not included in the list"
    return held
