"""Which fields each resource can be filtered by, and their types (spec section 3)."""

from __future__ import annotations

ID, TIME, DATE, NUMBER, TEXT, SWITCH, ARRAY = (
    "id",
    "date time",
    "date",
    "number",
    "string",
    "boolean",
    "array",
)


def _table(**kinds: str) -> dict[str, str]:
    """Keyword = type, value = field names; ``stamps`` adds created_at and updated_at."""
    short = {"ids": ID, "times": TIME, "dates": DATE, "numbers": NUMBER, "texts": TEXT, "switches": SWITCH}
    table = {"id": ID, "created_at": TIME, "updated_at": TIME}
    for kind, listed in kinds.items():
        table |= dict.fromkeys(listed.split(), short.get(kind, ARRAY))
    return table


_BOOKING_IDS = "appointment_type_id business_id practitioner_id repeated_from_id"
_BOOKING_TIMES = "starts_at ends_at archived_at deleted_at"

FILTERS: dict[str, dict[str, str]] = {
    "patients": _table(
        texts="first_name last_name preferred_first_name email old_reference_id",
        dates="date_of_birth",
        switches="accepted_privacy_policy",
        times="archived_at",
    ),
    "individual_appointments": _table(
        ids=f"{_BOOKING_IDS} patient_id", times=f"{_BOOKING_TIMES} cancelled_at", switches="did_not_arrive"
    ),
    "bookings": _table(
        ids=_BOOKING_IDS,
        arrays="patient_ids",
        times=f"{_BOOKING_TIMES} cancelled_at",
        switches="did_not_arrive email_reminder_sent sms_reminder_sent",
        numbers="invoice_status treatment_note_status",
    ),
    "group_appointments": _table(ids=_BOOKING_IDS, arrays="patient_ids", times=_BOOKING_TIMES),
    "attendees": _table(
        ids="booking_id appointment_id patient_id patient_case_id",
        times="archived_at cancelled_at deleted_at",
    ),
    "appointment_types": _table(
        texts="category online_payments_mode",
        switches="show_in_online_bookings",
        arrays="appointment_confirmation_template_ids appointment_follow_up_template_ids "
        "appointment_reminder_template_ids",
        times="archived_at",
    ),
    "practitioners": _table(ids="user_id", switches="active show_in_online_bookings"),
    "businesses": _table(
        arrays="appointment_type_ids", switches="show_in_online_bookings", times="archived_at deleted_at"
    ),
    "daily_availabilities": _table(ids="business_id practitioner_id"),
    "availability_blocks": _table(ids="business_id practitioner_id", times="starts_at"),
    "unavailable_blocks": _table(
        ids="business_id practitioner_id repeated_from_id unavailable_block_type_id", times=_BOOKING_TIMES
    ),
    "unavailable_block_types": _table(times="archived_at"),
    "users": _table(),
    "invoices": _table(
        ids="appointment_id attendee_id business_id patient_id practitioner_id original_invoice_id",
        numbers="number status",
        dates="issue_date",
        times="closed_at archived_at deleted_at",
    ),
    "invoice_items": _table(ids="invoice_id source_item_id", times="archived_at deleted_at"),
    "recall_types": _table(),
    "recalls": _table(ids="patient_id recall_type_id"),
    "communications": _table(ids="patient_id letter_id", numbers="category_code type_code", times="archived_at"),
    "billable_items": _table(ids="tax_id", times="archived_at"),
    "appointment_type_billable_items": _table(ids="appointment_type_id"),
    "appointment_type_products": _table(ids="appointment_type_id"),
    "patient_cases": _table(
        ids="patient_id",
        texts="name referral_type",
        dates="issue_date expiry_date",
        times="closed_at archived_at",
    ),
    "deleted_patients": _table(times="deleted_at"),
    "relationships": _table(ids="patient_id"),
}
# Lists that exist but of which this practice keeps little or nothing (spec 3.21).
PLAIN_LISTS = [
    "taxes",
    "concession_types",
    "concession_prices",
    "contacts",
    "medical_alerts",
    "products",
    "product_suppliers",
    "stock_adjustments",
    "patient_forms",
    "patient_form_templates",
    "patient_attachments",
    "practitioner_reference_numbers",
    "referral_sources",
    "referral_source_types",
    "relationships",
]
FILTERS |= {name: _table(times="archived_at deleted_at") for name in PLAIN_LISTS if name not in FILTERS}

# Stored columns of which filters know nothing but sorting may.
SORTABLE: dict[str, tuple[str, ...]] = {
    "appointment_types": ("name", "duration_in_minutes"),
    "practitioners": ("first_name", "last_name"),
    "businesses": ("business_name", "display_name"),
    "users": ("first_name", "last_name"),
    "individual_appointments": ("patient_arrived",),
    "recalls": ("recall_at",),
    "billable_items": ("name",),
}

# Columns of another name in the store.
ALIASES = {"attendees": {"appointment_id": "booking_id"}}

# Collections whose lists leave out archived or cancelled records (spec 2.5).
ARCHIVABLE = frozenset(
    [
        "patients",
        "individual_appointments",
        "group_appointments",
        "bookings",
        "attendees",
        "appointment_types",
        "businesses",
        "unavailable_blocks",
        "unavailable_block_types",
        "invoices",
        "invoice_items",
        "communications",
        "billable_items",
        "patient_cases",
        "recalls",
        "medical_alerts",
    ]
)
CANCELLABLE = frozenset({"individual_appointments", "bookings", "attendees"})
