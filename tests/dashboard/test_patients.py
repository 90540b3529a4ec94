"""The patient list and the patient's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routiq.mirror.models import Appointment, Patient
from routiq.practices.models import Practice
from tests.dashboard.conftest import World


def _list(client: Client, query: str = "") -> str:
    return client.get(f"/patients{query}").content.decode()


def test_without_a_connection_the_list_says_what_to_do(client_in: Client) -> None:
    assert "Go to Setup" in _list(client_in)


def test_an_empty_list_points_to_the_progress(client_in: Client, world: World) -> None:
    assert world.connection
    assert "No patients here yet" in _list(client_in)


def test_active_patients_are_shown_and_archived_ones_on_request(client_in: Client, world: World) -> None:
    world.patient("Amelia", "Nguyen", phone="0491 570 006")
    world.patient("Old", "Archived", status=Patient.Status.INACTIVE)
    world.patient("Late", "Deceased", status=Patient.Status.DECEASED)
    world.patient("Twice", "Merged", status=Patient.Status.INACTIVE, merged_into="7")
    active, archived, everybody = (
        _list(client_in),
        _list(client_in, "?status=archived"),
        _list(client_in, "?status=all"),
    )
    assert "Nguyen" in active
    assert "Archived, Old" not in active
    assert "Nguyen" not in archived
    for name in ("Archived, Old", "Deceased, Late", "Merged, Twice"):
        assert name in archived
        assert name in everybody
    assert '<span class="badge">Deceased</span>' in archived
    assert '<span class="badge">Merged</span>' in archived
    assert "0491 570 006" in active
    assert "9 Mar 1984" in active


@pytest.mark.parametrize("words", ["zoe", "ZOË muller", "Müller", "0491 570", "+61 491 570 006", "zoe@home"])
def test_the_search_finds_by_name_phone_and_email(client_in: Client, world: World, words: str) -> None:
    world.patient(
        "Zoë",
        "Müller",
        phone="0491 570 006",
        email="zoe@home.example",
        search_text=("zoe muller zoe@home.example 61491570006 0491570006"),
    )
    world.patient("Somebody", "Else", phone="0491 571 999")
    html = client_in.get("/patients", {"q": words}).content.decode()
    assert "Müller" in html
    assert "Else" not in html


@pytest.mark.parametrize(
    "words", ["%", "_", "'; DROP TABLE mirror_patient; --", "\x00", "a" * 5000, "<script>", "\\"]
)
def test_odd_search_words_do_no_harm(client_in: Client, world: World, words: str) -> None:
    world.patient()
    answer = client_in.get("/patients", {"q": words})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
    assert Patient.objects.count() == 1


def test_nobody_found_offers_to_search_everybody(client_in: Client, world: World) -> None:
    world.patient()
    html = _list(client_in, "?q=nobody")
    assert "Nobody found for “nobody”" in html
    assert "?q=nobody&amp;status=all" in html


def test_paging_walks_through_everybody_once_and_back(client_in: Client, world: World) -> None:
    for number in range(120):
        world.patient("P", f"Name{number:03d}")
    first = client_in.get("/patients")
    second = client_in.get(f"/patients{first.context['next_url']}")
    third = client_in.get(f"/patients{second.context['next_url']}")
    seen = [row.patient.last_name for page in (first, second, third) for row in page.context["found"].rows]
    assert seen == [f"Name{number:03d}" for number in range(120)]
    assert third.context["next_url"] == ""
    back = client_in.get(f"/patients{third.context['previous_url']}")
    assert back.context["found"].rows[0].patient.last_name == "Name050"


def test_a_page_link_that_was_cut_starts_from_the_beginning(client_in: Client, world: World) -> None:
    world.patient()
    answer = client_in.get("/patients?q=a&after=broken")
    assert answer["Location"] == "/patients?q=a&status=active"


def test_typing_fetches_the_results_alone(client_in: Client, world: World) -> None:
    world.patient()
    headers = {"HX-Request": "true", "HX-Target": "results"}
    part = client_in.get("/patients?q=amel", headers=headers).content.decode()
    assert "Nguyen" in part
    assert "<html" not in part
    whole = client_in.get("/patients?q=amel", headers={**headers, "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_a_patients_page_shows_every_field(client_in: Client, world: World) -> None:
    patient = world.patient(
        "Anaïs",
        "Te-Rangi",
        phone="0491 570 006",
        preferred_name="Ana",
        gender="Female",
        address_lines=["Unit 3", "12 Wattle Street"],
        city="Sydney",
        state="NSW",
        post_code="2000",
        notes="Prefers mornings",
    )
    html = client_in.get(f"/patients/{patient.pk}").content.decode()
    for text in (
        "Anaïs Te-Rangi", "Ana", "Female", "Unit 3", "12 Wattle Street", "Sydney NSW 2000", "0491 570 006",
        patient.email, "9 Mar 1984", patient.remote_id, "Active",
    ):  # fmt: skip
        assert text in html
    assert "Prefers mornings" not in html


def test_notes_are_shown_only_when_the_practice_keeps_them(
    client_in: Client, world: World, practice: Practice
) -> None:
    patient = world.patient(notes="Prefers mornings")
    Practice.objects.filter(pk=practice.pk).update(keep_patient_notes=True)
    assert "Prefers mornings" in client_in.get(f"/patients/{patient.pk}").content.decode()


def test_history_is_newest_first_in_the_time_of_the_place(client_in: Client, world: World) -> None:
    patient = world.patient()
    perth = world.location("Perth rooms", time_zone="Australia/Perth")
    common = {"location": perth, "practitioner": world.practitioner(), "appointment_type": world.appointment_type()}
    world.appointment(patient, datetime(2026, 3, 2, 1, 0, tzinfo=UTC), **common)
    world.appointment(
        patient,
        datetime(2026, 4, 7, 2, 30, tzinfo=UTC),
        **common,
        status=Appointment.Status.CANCELLED,
        cancellation_reason="Feeling better",
    )
    world.appointment(patient, datetime(2026, 5, 6, 2, 30, tzinfo=UTC), **common, status=Appointment.Status.DNA)
    world.appointment(patient, timezone.now() + timedelta(days=3), **common)
    answer = client_in.get(f"/patients/{patient.pk}")
    html = answer.content.decode()
    assert [visit.status for visit in answer.context["past"]] == ["dna", "cancelled", "confirmed"]
    assert len(answer.context["upcoming"]) == 1
    assert "Mon 2 Mar 2026" in html
    assert "9:00 am" in html
    for text in (
        "Feeling better",
        "Did not arrive",
        "Cancelled",
        "Perth rooms",
        "Jonas Weber",
        "Standard consultation",
    ):
        assert text in html


def test_a_merged_patient_points_to_the_survivor(client_in: Client, world: World) -> None:
    survivor = world.patient("Amelia", "Survivor")
    merged = world.patient("Amelia", "Twice", status=Patient.Status.INACTIVE, merged_into=survivor.remote_id)
    assert f"/patients/{survivor.pk}" in client_in.get(f"/patients/{merged.pk}").content.decode()


def test_a_patient_without_history_or_phone_is_said_so(client_in: Client, world: World) -> None:
    html = client_in.get(f"/patients/{world.patient().pk}").content.decode()
    assert "No appointments in the last 24 months" in html
    assert "Nothing booked ahead" in html
    assert "cannot recognise this patient by number" in html


def test_while_the_first_sync_runs_a_missing_patient_may_still_come(client_in: Client, world: World) -> None:
    patient = world.patient()
    world.first_sync()
    for address in ("/patients", f"/patients/{patient.pk}"):
        assert "may still arrive" in client_in.get(address).content.decode()


def test_names_are_escaped(client_in: Client, world: World) -> None:
    patient = world.patient("<img src=x onerror=alert(1)>", "O'Brien & <b>Sons</b>")
    for address in ("/patients", f"/patients/{patient.pk}"):
        html = client_in.get(address).content.decode()
        assert "<img src=x" not in html
        assert "<b>Sons" not in html
