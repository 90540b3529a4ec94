"""The tasks page: what is open, who is at it, and what was done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routiq.dashboard.fragments import touched
from routiq.frontdesk.answered import waits_for_a_person
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.tasks import leave_task, take
from routiq.practices.audit import Actor
from routiq.practices.models import AuditEntry, Membership, Person, Practice
from routiq.practices.tenancy import acting_for
from tests.dashboard.conftest import World


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def left(summary: str, kind: StaffTask.Kind = StaffTask.Kind.CALL_BACK, **fields: object) -> StaffTask:
    task = leave_task(kind, summary)
    if fields:
        StaffTask.objects.filter(pk=task.pk).update(**fields)
    return task


@pytest.fixture
def colleague(practice: Practice) -> Person:
    person = Person.objects.create_person("sam@clinic.example", "a long enough password", name="Sam Colleague")
    Membership.objects.create(practice=practice, person=person)
    return person


def test_what_is_urgent_comes_first_then_what_waits_longest(client_in: Client, practice: Practice) -> None:
    left("Ring Amelia")
    left("Ring Wiremu", created_at=timezone.now() - timedelta(hours=3))
    left("Chest pain", StaffTask.Kind.EMERGENCY)
    said = text_of(client_in, "/tasks")
    assert said.index("Chest pain") < said.index("Ring Wiremu") < said.index("Ring Amelia")
    assert "Call back 3 hours ago Ring Wiremu" in said


def test_how_long_patients_waited_for_a_person_is_measured(client_in: Client, practice: Practice) -> None:
    """From what was left until somebody took it, or did it at once; what still waits stands in the list."""
    assert waits_for_a_person() is None
    assert "to be rung back in the last 30 days" not in text_of(client_in, "/tasks")
    now = timezone.now()
    for minutes in (4, 10, 60):
        left("Ring back", created_at=now - timedelta(minutes=90), taken_at=now - timedelta(minutes=90 - minutes))
    left("Ring back", created_at=now - timedelta(minutes=90), done_at=now - timedelta(minutes=84))
    left("Still waits", created_at=now - timedelta(hours=5))
    left("Long ago", created_at=now - timedelta(days=31), done_at=now - timedelta(days=1))
    left("No patient waits", StaffTask.Kind.MARK_DNA, created_at=now - timedelta(days=9), done_at=now)
    waits = waits_for_a_person(now)
    assert waits is not None
    assert (waits.tasks, waits.half) == (4, timedelta(minutes=8))
    assert "half of them waited no longer than 8 minutes, nine of ten no longer than" in text_of(client_in, "/tasks")


def test_the_navigation_counts_what_is_open(client_in: Client, practice: Practice) -> None:
    assert "Tasks Patients" in text_of(client_in, "/patients")
    left("Ring Amelia")
    left("Ring Wiremu", done_at=timezone.now())
    assert "Tasks 1 open" in text_of(client_in, "/patients")
    for page in ("home", "calendar", "tasks"):
        assert "task_count" in touched(page, ["tasks"])


def test_a_task_is_taken_handed_back_and_done_with_a_note(client_in: Client, owner: Person) -> None:
    task = left("Ring Amelia")
    client_in.post(f"/tasks/{task.pk}/take")
    assert "You have it" in text_of(client_in, "/tasks")
    client_in.post(f"/tasks/{task.pk}/hand-back")
    assert "You have it" not in text_of(client_in, "/tasks")
    answer = client_in.post(f"/tasks/{task.pk}/done", {"note": "Booked for Friday", "from": "tasks"})
    assert answer["Location"] == "/tasks"
    said = text_of(client_in, "/tasks")
    assert "Nothing to do." in said
    assert f"by {owner}" in said
    assert "“Booked for Friday”" in said
    history = text_of(client_in, f"/tasks/{task.pk}")
    assert re.search(r"Taken by .* Handed back by .* Done by ", history)
    assert list(
        AuditEntry.objects.filter(target=f"task:{task.pk}").order_by("pk").values_list("action", flat=True)
    ) == [
        "task.taken",
        "task.handed_back",
        "task.done",
    ]


def test_who_has_it_is_named_and_not_overrun(client_in: Client, colleague: Person) -> None:
    task = left("Ring Amelia")
    take(task.pk, Actor("person", str(colleague.pk)))
    assert "Sam Colleague has it" in text_of(client_in, "/tasks")
    answer = client_in.post(f"/tasks/{task.pk}/take", follow=True)
    assert "Sam Colleague was quicker and has it." in answer.content.decode()
    task.refresh_from_db()
    assert task.taken_by == f"person:{colleague.pk}"


def test_a_note_that_is_too_long_is_said_and_nothing_is_done(client_in: Client, practice: Practice) -> None:
    task = left("Ring Amelia")
    answer = client_in.post(f"/tasks/{task.pk}/done", {"note": "x" * 501})
    assert answer.status_code == 422
    assert "Use at most 500 characters." in answer.content.decode()
    task.refresh_from_db()
    assert task.done_at is None


def written(world: World, **fields: object) -> Write:
    patient = fields.pop("patient", None) or world.patient("Wiremu", "Walker")
    start = timezone.now() + timedelta(days=2)
    values = {
        "intent_key": f"one{Write.objects.count()}",
        "reference": "RTQ-7KQ2MX",
        "state": Write.State.UNCERTAIN,
        "patient_remote_id": patient.remote_id,  # type: ignore[attr-defined]
        "starts_at": start,
        "ends_at": start + timedelta(minutes=30),
        "channel": "test",
        "asked_by": "conversation:7",
        **fields,
    }
    return Write.objects.create(practice=world.practice, connection=world.connection, **values)


def test_a_task_leads_to_the_journal_and_the_patient(client_in: Client, world: World) -> None:
    write = written(world)
    task = leave_task(StaffTask.Kind.CHECK_BOOKING, "Look in the diary", write=write)
    for address in ("/tasks", f"/tasks/{task.pk}"):
        html = client_in.get(address).content.decode()
        assert f'href="/journal/{write.pk}"' in html
        assert "Wiremu Walker" in html


def test_the_journal_tells_each_step_with_its_time_and_how_it_stands(client_in: Client, world: World) -> None:
    doctor, place, kind = world.practitioner(), world.location(), world.appointment_type()
    write = written(
        world,
        state=Write.State.BOOKED,
        practitioner_remote_id=doctor.remote_id,
        location_remote_id=place.remote_id,
        appointment_type_remote_id=kind.remote_id,
        accepting_words="yes please",
        appointment_remote_id="998877",
    )
    at = timezone.now()
    for number, step in enumerate(("held", "times_read", "sent", "answered", "conflicts_read", "closed")):
        write.steps.create(
            practice=world.practice,
            step=step,
            at=at + timedelta(seconds=number),
            detail={"conflict": False} if step == "conflicts_read" else {},
        )
    Write.objects.filter(pk=write.pk).update(created_at=at, finished_at=at + timedelta(seconds=5))
    said = text_of(client_in, f"/journal/{write.pk}")
    for words in (
        "Booked. It stands in Cliniko’s calendar.",
        "Wiremu Walker",
        "Jonas Weber",
        "Standard consultation",
        "Harbour Street",
        "“yes please”",
        "RTQ-7KQ2MX",
        "998877",
        "Asked Cliniko 3 times; 5.0 s from first to last",
    ):
        assert words in said
    order = [said.index(words) for words in ("time held for it", "Sent to Cliniko", "Cliniko answered", "none found")]
    assert order == sorted(order)


@pytest.mark.parametrize("state", [Write.State.SENT, Write.State.CHECKING, Write.State.UNCERTAIN])
def test_what_is_open_is_never_called_booked(client_in: Client, world: World, state: Write.State) -> None:
    said = text_of(client_in, f"/journal/{written(world, state=state).pk}")
    assert "Not certain yet." in said
    assert "Booked. It stands" not in said


def test_the_journal_shows_only_ids_and_codes_of_what_a_step_holds(client_in: Client, world: World) -> None:
    write = written(world, state=Write.State.UNAVAILABLE)
    write.steps.create(
        practice=world.practice, step="failed", detail={"code": "RateLimited", "authorization": "Basic c2VjcmV0"}
    )
    html = client_in.get(f"/journal/{write.pk}").content.decode()
    assert "code RateLimited" in html
    assert "c2VjcmV0" not in html


def test_the_journal_is_reached_from_the_patients_appointment(client_in: Client, world: World) -> None:
    patient = world.patient("Wiremu", "Walker")
    visit = world.appointment(patient, timezone.now() + timedelta(days=2))
    write = written(world, patient=patient, state=Write.State.BOOKED, appointment_remote_id=visit.remote_id)
    assert f'href="/journal/{write.pk}"' in client_in.get(f"/patients/{patient.pk}").content.decode()


def test_the_journal_of_another_practice_is_not_there(client_in: Client, other_world: World) -> None:
    with acting_for(other_world.practice.pk):
        theirs = written(other_world, patient=other_world.patient("Foreign", "Patient"))
    answer = client_in.get(f"/journal/{theirs.pk}")
    assert answer.status_code == 404
    assert "Foreign" not in answer.content.decode()
