"""The practice page: what is there, what is switched off, what is kept."""

from __future__ import annotations

from django.test import Client

from routiq.dashboard.views.practice import rules_in_words
from routiq.mirror.models import BookingRules
from routiq.practices.models import AuditEntry, Practice
from tests.dashboard.conftest import World


def test_without_a_connection_it_says_what_to_do(client_in: Client) -> None:
    html = client_in.get("/practice").content.decode()
    assert "not connected yet" in html
    assert "/setup/connect/cliniko" in html


def test_everything_on_is_said_in_one_line(client_in: Client, world: World) -> None:
    world.rules(days_in_advance=60, minimum_notice_hours=4, max_per_day_segment=3, cancellation_notice_hours=24)
    world.location("Harbour Street", address="12 Harbour Street")
    world.practitioner("Jonas Weber", designation="Physiotherapist")
    world.appointment_type("Clinical Pilates", max_attendees=8)
    html = client_in.get("/practice").content.decode()
    assert "Every online-booking switch is on" in html
    for text in ("12 Harbour Street", "Physiotherapist", "Class of 8", "Patients book at least 4 hours ahead."):
        assert text in html


def test_what_is_off_is_named_with_the_place_to_turn_it_on(client_in: Client, world: World) -> None:
    world.rules(online_bookings_enabled=False)
    world.location("Northern Beaches", online=False)
    world.practitioner("Siobhan Reid", online=False)
    world.practitioner("Left Longago", online=False, active=False)
    html = client_in.get("/practice").content.decode()
    off = html[html.index("Switched off for online bookings") : html.index("Online-booking rules")]
    for text in (
        "Settings › Appointments › Online bookings",
        "Settings › Our clinic › Users &amp; practitioners",
        "Settings › Our clinic › Business information",
        "Northern Beaches",
        "Siobhan Reid",
    ):
        assert text in off
    assert "Left Longago" not in off


def test_the_rules_are_sentences() -> None:
    rules = BookingRules(
        online_bookings_enabled=True,
        days_in_advance=1,
        minimum_notice_hours=1,
        max_per_day_segment=1,
        cancellation_notice_hours=48,
    )
    assert rules_in_words(rules) == [
        "Patients book at least 1 hour ahead.",
        "The furthest day that can be booked is 1 day from now.",
        "At most 1 time is offered for each part of a day.",
        "Patients cancel at least 2 days before the appointment.",
    ]
    assert rules_in_words(BookingRules(online_bookings_enabled=True)) == []


def test_keeping_notes_is_switched_and_written_down(client_in: Client, practice: Practice) -> None:
    assert "not kept" in client_in.get("/practice").content.decode()
    for keep in ("on", "on", "off"):
        client_in.post("/practice/notes", {"keep": keep})
        practice.refresh_from_db()
        assert practice.keep_patient_notes == (keep == "on")
    entries = AuditEntry.objects.filter(action="practice.keep_patient_notes").order_by("pk")
    assert [entry.detail["keep"] for entry in entries] == [True, False]


def test_the_history_window_is_told(client_in: Client) -> None:
    assert "24 months" in client_in.get("/practice").content.decode()
