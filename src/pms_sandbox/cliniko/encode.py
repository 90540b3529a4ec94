"""Stored rows as the vendor shows them: associations as links, every key present (spec section 3 and 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pms_sandbox.conditions import Row
from pms_sandbox.world.model import World
from pms_sandbox.world.practice import zone_label

_ENCODER = msgspec.json.Encoder()
_MAX_CACHED = 150_000
REASONS = {
    10: "Feeling Better",
    20: "Condition Worse",
    30: "Sick",
    31: "COVID-19 related",
    40: "Away",
    50: "Other",
    60: "Work",
}
_PATIENT_TEXTS = [
    "title",
    "first_name",
    "last_name",
    "preferred_first_name",
    "date_of_birth",
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
    "pronouns",
    "reminder_type",
    "receives_confirmation_emails",
    "receives_cancellation_emails",
    "accepted_privacy_policy",
    "accepted_email_marketing",
    "accepted_sms_marketing",
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
    "custom_fields",
    "archived_at",
    "deleted_at",
    "merged_at",
]

Shown = dict[str, Any]


def lnk(url: str) -> Shown:
    return {"links": {"self": url}}


def maybe(base: str, resource: str, id_: str | None) -> Shown | None:
    """A link to a record, or null: associations are never left out here (spec 1.4)."""
    return {"links": {"self": f"{base}/{resource}/{id_}"}} if id_ else None


def _close(row: Row, shown: Shown, url: str) -> Shown:
    shown["created_at"] = row["created_at"]
    shown["updated_at"] = row["updated_at"]
    shown["links"] = {"self": url}
    return shown


def _patient(world: World, row: Row, base: str) -> Shown:
    id_, get = row["id"], row.get
    url = f"{base}/patients/{id_}"
    by_patient = f"?q%5B%5D=patient_id%3A%3D{id_}"
    shown: Shown = {"id": id_}
    for name in _PATIENT_TEXTS:
        shown[name] = get(name)
    shown["label"] = f"{get('first_name')} {get('last_name')}"
    shown["patient_phone_numbers"] = get("patient_phone_numbers", [])
    shown["merged_with_patient"] = maybe(base, "patients", get("merged_with_patient_id"))
    shown["concession_type"] = maybe(base, "concession_types", get("concession_type_id"))
    shown["referring_doctor"] = maybe(base, "contacts", get("referring_doctor_id"))
    shown["latest_booking"] = None
    shown["appointments"] = lnk(f"{url}/appointments")
    shown["attendees"] = lnk(f"{base}/attendees{by_patient}")
    shown["invoices"] = lnk(f"{url}/invoices")
    shown["medical_alerts"] = lnk(f"{url}/medical_alerts")
    shown["patient_attachments"] = lnk(f"{url}/patient_attachments")
    shown["relationships"] = lnk(f"{base}/relationships{by_patient}")
    return _close(row, shown, url)


def _booked(row: Row, base: str, url: str) -> Shown:
    """What individual and group appointments and blocks have in common."""
    get = row.get
    kind = url.rsplit("/", 2)[-2]
    return {
        "id": row["id"],
        "starts_at": row["starts_at"],
        "ends_at": row["ends_at"],
        "notes": get("notes"),
        "repeat_rule": get("repeat_rule") or {},
        "repeats": lnk(f"{base}/{kind}?q%5B%5D=repeated_from_id%3A%3D{row['id']}") if get("repeat_rule") else None,
        "repeated_from": maybe(base, kind, get("repeated_from_id")),
        "archived_at": get("archived_at"),
        "deleted_at": get("deleted_at"),
        "practitioner": maybe(base, "practitioners", get("practitioner_id")),
        "business": maybe(base, "businesses", get("business_id")),
        "conflicts": lnk(f"{url}/conflicts"),
    }


def _cancellation(row: Row) -> Shown:
    reason = row.get("cancellation_reason")
    return {
        "cancelled_at": row.get("cancelled_at"),
        "cancellation_reason": reason,
        "cancellation_reason_description": REASONS.get(reason, "") if reason is not None else "",
        "cancellation_note": row.get("cancellation_note"),
    }


def _individual(world: World, row: Row, base: str) -> Shown:
    id_, get = row["id"], row.get
    url = f"{base}/individual_appointments/{id_}"
    patient = world["patients"].rows.get(row["patient_id"], {})
    shown = _booked(row, base, url)
    shown |= _cancellation(row)
    shown |= {
        "patient_name": f"{patient['first_name']} {patient['last_name']}" if patient else None,
        "patient_arrived": get("patient_arrived", False),
        "did_not_arrive": get("did_not_arrive", False),
        "email_reminder_sent": get("email_reminder_sent", False),
        "sms_reminder_sent": get("sms_reminder_sent", False),
        "invoice_status": get("invoice_status"),
        "treatment_note_status": get("treatment_note_status"),
        "has_patient_appointment_notes": bool(patient.get("appointment_notes")),
        "online_booking_policy_accepted": get("online_booking_policy_accepted"),
        "booking_ip_address": get("booking_ip_address"),
        "telehealth_url": f"https://practice.example.com/appointments/{id_}/connect",
        "patient": maybe(base, "patients", row["patient_id"]),
        "appointment_type": maybe(base, "appointment_types", get("appointment_type_id")),
        "patient_case": maybe(base, "patient_cases", get("patient_case_id")),
        "attendees": lnk(f"{url}/attendees"),
    }
    return _close(row, shown, url)


def _group(world: World, row: Row, base: str) -> Shown:
    id_, get = row["id"], row.get
    url = f"{base}/group_appointments/{id_}"
    shown = _booked(row, base, url)
    shown |= {
        "max_attendees": get("max_attendees", 1),
        "patient_ids": list(get("patient_ids") or ()),
        "appointment_type": maybe(base, "appointment_types", get("appointment_type_id")),
        "telehealth_url": f"https://practice.example.com/appointments/{id_}/connect",
        "attendees": lnk(f"{url}/attendees"),
    }
    return _close(row, shown, url)


def _unavailable(world: World, row: Row, base: str) -> Shown:
    url = f"{base}/unavailable_blocks/{row['id']}"
    shown = _booked(row, base, url)
    shown["unavailable_block_type"] = maybe(base, "unavailable_block_types", row.get("unavailable_block_type_id"))
    return _close(row, shown, url)


def _booking(world: World, row: Row, base: str) -> Shown:
    """The union shows each record with its own fields; only its self link is the union's (spec 3.3)."""
    kind = world.kind_of_booking(row["id"]) or "unavailable_blocks"
    shown = SHAPES[kind](world, row, base)
    shown["links"] = {"self": f"{base}/bookings/{row['id']}"}
    return shown


def _attendee(world: World, row: Row, base: str) -> Shown:
    id_, get = row["id"], row.get
    url = f"{base}/attendees/{id_}"
    shown: Shown = {
        "id": id_,
        "arrived": get("arrived"),
        "notes": get("notes"),
        "booking": maybe(base, "bookings", row["booking_id"]),
        "patient": maybe(base, "patients", row["patient_id"]),
        "patient_case": maybe(base, "patient_cases", get("patient_case_id")),
        **_cancellation(row),
        "cancellation_url": f"https://practice.example.com/c/{id_[-8:]}",
        "telehealth_url": f"https://practice.example.com/t/{id_[-8:]}",
        "sent_email_reminders_count": 0,
        "sent_sms_reminders_count": 0,
        "sent_email_follow_ups_count": 0,
        "sent_sms_follow_ups_count": 0,
        "email_reminder_sent": False,
        "sms_reminder_sent": False,
        "invoice_status": get("invoice_status"),
        "treatment_note_status": get("treatment_note_status"),
        "online_booking_policy_accepted": get("online_booking_policy_accepted"),
        "booking_ip_address": get("booking_ip_address"),
        "archived_at": get("archived_at"),
        "deleted_at": get("deleted_at"),
        "invoices": lnk(f"{url}/invoices"),
        "patient_forms": lnk(f"{url}/patient_forms"),
    }
    return _close(row, shown, url)


def _deleted_patient(world: World, row: Row, base: str) -> Shown:
    return {"deleted_at": row["deleted_at"], "links": {"self": f"{base}/patients/{row['id']}"}}


def _in_zone(world: World, row: Row, base: str) -> Shown:
    place = world["businesses"].rows.get(row["business_id"], {})
    zone = place.get("time_zone_identifier") or world.zone
    shown: Shown = {
        "id": row["id"],
        "day_of_week": row.get("day_of_week"),
        "availabilities": row.get("availabilities"),
        "time_zone": zone_label(zone),
        "time_zone_identifier": zone,
        "business": maybe(base, "businesses", row["business_id"]),
        "practitioner": maybe(base, "practitioners", row["practitioner_id"]),
    }
    return _close(row, shown, f"{base}/daily_availabilities/{row['id']}")


SHAPES: dict[str, Callable[[World, Row, str], Shown]] = {
    "patients": _patient,
    "individual_appointments": _individual,
    "group_appointments": _group,
    "unavailable_blocks": _unavailable,
    "bookings": _booking,
    "attendees": _attendee,
    "deleted_patients": _deleted_patient,
    "daily_availabilities": _in_zone,
}


def show(world: World, name: str, row: Row, base: str) -> Shown:
    """The record as the vendor's JSON object, links under ``base``."""
    shape = SHAPES.get(name)
    if shape is not None:
        return shape(world, row, base)
    from pms_sandbox.cliniko.shapes import show_plain

    return show_plain(world, name, row, base)


def encoded(world: World, name: str, row: Row, base: str) -> bytes:
    """The record as JSON bytes, kept until the record (or what it shows of another) changes."""
    caches = world[name].encoded
    cache = caches.get(base)
    if cache is None:
        if len(caches) >= 3:
            caches.clear()
        cache = caches[base] = {}
    held = cache.get(row["id"])
    if held is None:
        if len(cache) >= _MAX_CACHED:
            cache.clear()
        held = cache[row["id"]] = _ENCODER.encode(show(world, name, row, base))
    return held
