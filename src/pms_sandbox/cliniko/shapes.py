"""The quieter resources, described as data: own fields, links to others, and collections under the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pms_sandbox.conditions import Row
from pms_sandbox.world.model import World


@dataclass(frozen=True)
class Shape:
    """``fields`` with defaults; ``links``: shown name to (resource, id field); ``under``: leaf collections."""

    fields: dict[str, Any]
    links: dict[str, tuple[str, str]]
    under: tuple[str, ...] = ()


def _null(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split())


_BUSINESS = ("businesses", "business_id")
_PATIENT = ("patients", "patient_id")
_PRACTITIONER = ("practitioners", "practitioner_id")

PLAIN_SHAPES: dict[str, Shape] = {
    "appointment_types": Shape(
        _null("name category description color")
        | {
            "duration_in_minutes": 30,
            "max_attendees": 1,
            "show_in_online_bookings": False,
            "online_bookings_lead_time_hours": None,
            "online_payments_enabled": False,
            "online_payments_mode": "optional",
            "deposit_price": None,
            "add_deposit_to_account_credit": False,
            "telehealth_enabled": False,
            "appointment_confirmation_template_ids": [],
            "appointment_reminder_template_ids": [],
            "appointment_follow_up_template_ids": [],
            "archived_at": None,
        },
        {
            "billable_item": ("billable_items", "billable_item_id"),
            "product": ("products", "product_id"),
            "treatment_note_template": ("treatment_note_templates", "treatment_note_template_id"),
        },
        ("practitioners",),
    ),
    "practitioners": Shape(
        _null("title first_name last_name label display_name designation description")
        | {"active": True, "show_in_online_bookings": True},
        {
            "default_appointment_type": ("appointment_types", "default_appointment_type_id"),
            "user": ("users", "user_id"),
        },
        ("appointment_types", "appointments", "invoices", "practitioner_reference_numbers"),
    ),
    "businesses": Shape(
        _null(
            "business_name display_name label address_1 address_2 city state post_code country country_code "
            "contact_information additional_information additional_invoice_information business_registration_name "
            "business_registration_value email_reply_to website_address"
        )
        | {"show_in_online_bookings": True, "appointment_reminders_enabled": True, "appointment_type_ids": []}
        | _null("time_zone time_zone_identifier archived_at deleted_at"),
        {},
        ("practitioners", "appointments"),
    ),
    "availability_blocks": Shape(
        _null("starts_at ends_at") | {"repeat_rule": {}},
        {"business": _BUSINESS, "practitioner": _PRACTITIONER},
    ),
    "unavailable_block_types": Shape(
        {
            "name": None,
            "color": None,
            "duration_in_minutes": 60,
            "system_controlled": False,
            "archived_at": None,
        },
        {},
    ),
    "users": Shape(
        _null("title first_name last_name email role")
        | {"active": True, "user_active": True, "phone_numbers": []}
        | _null("time_zone time_zone_identifier"),
        {},
    ),
    "invoices": Shape(
        _null("number issue_date status status_description closed_at")
        | {"total_amount": "0.0", "net_amount": "0.0", "tax_amount": "0.0", "discounted_amount": "0.0"}
        | {"calculation_method": 2, "calculation_method_description": "Tax exclusive"}
        | _null("invoice_to patient_extra_information notes online_payment_url archived_at deleted_at"),
        {
            "appointment": ("appointments", "appointment_id"),
            "attendee": ("attendees", "attendee_id"),
            "business": _BUSINESS,
            "patient": _PATIENT,
            "practitioner": _PRACTITIONER,
            "original_invoice": ("invoices", "original_invoice_id"),
            "signature": ("signatures", "signature_id"),
        },
        ("invoice_items", "reversed_invoices"),
    ),
    "recall_types": Shape(_null("name archived_at"), {}),
    "recalls": Shape(
        _null("recall_at recalled_at notes archived_at"),
        {"patient": _PATIENT, "recall_type": ("recall_types", "recall_type_id")},
    ),
    "communications": Shape(
        _null(
            "type type_code direction_code direction_description category category_code from to content "
            "content_subject"
        )
        | {"confidential": False, "archived_at": None},
        {
            "patient": _PATIENT,
            "attendee": ("attendees", "attendee_id"),
            "booking": ("bookings", "booking_id"),
            "invoice": ("invoices", "invoice_id"),
            "letter": ("letters", "letter_id"),
            "payment": ("payments", "payment_id"),
        },
    ),
    "patient_cases": Shape(
        _null("name notes issue_date expiry_date max_sessions max_invoiceable_amount")
        | {"referral": False, "referral_type": None, "include_cancelled_attendees": False}
        | {"include_dna_attendees": False, "attendee_ids": [], "closed": False}
        | _null("closed_at archived_at"),
        {"patient": _PATIENT, "contact": ("contacts", "contact_id")},
        ("attendees", "bookings", "invoices", "patient_attachments"),
    ),
    "billable_items": Shape(_null("name item_code item_type price archived_at"), {"tax": ("taxes", "tax_id")}),
    "appointment_type_billable_items": Shape(
        {
            "quantity": 1,
            "discount_percentage": None,
            "discounted_amount": None,
            "is_monetary_discount": False,
        },
        {
            "appointment_type": ("appointment_types", "appointment_type_id"),
            "billable_item": ("billable_items", "billable_item_id"),
        },
    ),
    "taxes": Shape(_null("name rate"), {}),
    "concession_types": Shape(_null("name archived_at"), {}),
}
_STATUS = {10: "Open", 20: "Paid", 30: "Closed", 40: "Open credit"}
_TYPES = {1: "SMS", 2: "Email", 3: "Phone call", 4: "Other"}
_DIRECTIONS = {1: "Sent", 2: "Received"}
_CATEGORIES = {
    1: "Appointment reminder",
    4: "Appointment confirmation",
    7: "SMS message",
    8: "Reply from patient",
    10: "Cancelled appointment notice",
    12: "Memo",
    15: "Bulk communication",
    16: "Appointment cancellation",
    17: "Patient form",
    18: "Upcoming appointments",
    48: "Follow-up",
}


def show_plain(world: World, name: str, row: Row, base: str) -> dict[str, Any]:
    """A record of a collection that is described by a :class:`Shape`, or has no description at all."""
    shape = PLAIN_SHAPES.get(name, Shape({}, {}))
    url = f"{base}/{name}/{row['id']}"
    shown: dict[str, Any] = {"id": row["id"]}
    for key, default in shape.fields.items():
        shown[key] = row.get(key, default)
    if name not in PLAIN_SHAPES:
        shown |= {key: held for key, held in row.items() if not key.endswith("_id")}
    for key, (resource, id_field) in shape.links.items():
        held = row.get(id_field)
        shown[key] = {"links": {"self": f"{base}/{resource}/{held}"}} if held else None
    for leaf in shape.under:
        shown[leaf] = {"links": {"self": f"{url}/{leaf}"}}
    _spell_out(world, name, row, shown, base)
    shown["created_at"], shown["updated_at"] = row["created_at"], row["updated_at"]
    shown["links"] = {"self": url}
    return shown


def _spell_out(world: World, name: str, row: Row, shown: dict[str, Any], base: str) -> None:
    """Texts and links that follow from other fields."""
    if name == "invoices":
        shown["status_description"] = _STATUS.get(row.get("status", 0))
        patient = world["patients"].rows.get(row.get("patient_id", ""), {})
        if patient:
            shown["invoice_to"] = f"{patient['first_name']} {patient['last_name']}"
    elif name == "communications":
        shown["type"] = _TYPES.get(row.get("type_code", 0))
        shown["direction_description"] = _DIRECTIONS.get(row.get("direction_code", 0))
        shown["category"] = _CATEGORIES.get(row.get("category_code", 0))
    elif name == "appointment_types":
        by_type = f"?q%5B%5D=appointment_type_id%3A%3D{row['id']}"
        for leaf in ("appointment_type_billable_items", "appointment_type_products"):
            shown[leaf] = {"links": {"self": f"{base}/{leaf}{by_type}"}}
    elif name == "patient_cases":
        shown["closed"] = row.get("closed_at") is not None
        shown["attendee_ids"] = [held["id"] for held in world["attendees"].having("patient_case_id", row["id"])]
