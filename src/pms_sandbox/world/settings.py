"""Account settings as the vendor groups them (spec 3.13); the public part is what most of the rules read."""

from __future__ import annotations

from typing import Any

# Sections and keys that only roles allowed to see settings receive.
PRIVATE_KEYS: dict[str, tuple[str, ...]] = {
    "account": ("email_from", "first_name", "last_name", "compliance"),
    "online_bookings": ("adroll", "google_analytics", "google_tag_manager"),
}


def practice_settings(account_id: str, name: str, subdomain: str, practitioner_order: list[str]) -> dict[str, Any]:
    """The full settings object of a practice with ordinary choices."""
    return {
        "account": {
            "id": account_id,
            "name": name,
            "subdomain": subdomain,
            "country": "Australia",
            "country_code": "AU",
            "currency_symbol": "$",
            "has_time_travelers": False,
            "time_zone_support": False,
            "email_from": f"desk@{subdomain}.example.com",
            "first_name": "Robin",
            "last_name": "Achterberg",
            "compliance": {"has_hipaa_compliance_conflicts": False},
        },
        "online_bookings": {
            "enabled": True,
            "allow_bookings_days_in_advance": 84,
            "min_hours_advance_required_to_book": 2,
            "max_appointments_per_day_segment": 5,
            "daily_bookings_limit": 0,
            "booking_reservation_minutes": 10,
            "min_hours_notice_for_patient_cancellation": 24,
            "allow_online_bookings_time_zone_choice": False,
            "practitioner_order": practitioner_order,
            "policy": "Please give a day's notice if you cannot come.",
            "privacy_policy_url": f"https://{subdomain}.example.com/privacy",
            "calendar_info": None,
            "disabled_title": None,
            "disabled_text": None,
            "notice_enabled": False,
            "notice_title": None,
            "notice_text": None,
            "notify_practitioner_by_email": True,
            "notify_practitioner_by_sms": False,
            "require_patient_address": False,
            "show_appointment_duration": True,
            "show_prices": True,
            "logo_url": None,
            "adroll": None,
            "google_analytics": None,
            "google_tag_manager": None,
        },
        "calendar": {
            "start_hour": 7,
            "end_hour": 19,
            "timeslot_size_in_minutes": 15,
            "timeslot_height_in_pixels": 15,
            "multiple_appointments_gap": False,
            "show_current_time_indicator": True,
        },
        "reminders": {"default_reminder_type": "SMS & Email"},
        "sms": {
            "replies_supported": True,
            "alphanumeric_source_number_required": False,
            "default_alphanumeric_source_number": "Practice",
            "max_message_length": 459,
            "number_of_usable_characters_per_message": 153,
        },
        "terminology": {"patient": "patient", "titles": ["Mr", "Mrs", "Ms", "Miss", "Mx", "Dr"]},
        "wait_list": {"default_wait_list_expiry_period": 30},
        "online_payments": {"activated": False},
        "patient_privacy": {"show_privacy_policy_field": True},
        "integrations": {
            "mail_chimp": {"active": False},
            "xero": {"active": False},
            "medipass": {"active": False},
        },
        "documents_and_printing": {"page_size": "A4"},
        "patient_custom_fields_definition": {"sections": []},
    }


def public_part(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings without what only administrators may read."""
    return {
        section: (
            {key: held for key, held in value.items() if key not in PRIVATE_KEYS.get(section, ())}
            if isinstance(value, dict)
            else value
        )
        for section, value in settings.items()
    }
