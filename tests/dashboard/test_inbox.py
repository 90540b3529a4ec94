"""Conversations: the list, reading one, and answering in Robyn's place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routiq.dashboard import fragments
from routiq.frontdesk.models import StaffTask
from routiq.practices.models import AuditEntry, Membership, Person, Practice
from routiq.robyn import conversation
from routiq.robyn.models import Conversation
from tests.dashboard.conftest import World


def held(
    practice: Practice, words: str, number: str = "+61491570006", patient: str = "", hours_ago: float = 0
) -> Conversation:
    row = Conversation.objects.create(
        practice=practice,
        channel="test",
        caller_number=number,
        state={"patient_id": patient},
        last_turn_at=timezone.now() - timedelta(hours=hours_ago),
    )
    row.turns.create(practice=practice, number=0, said="Hello, this is Robyn.")
    row.turns.create(
        practice=practice,
        number=1,
        heard=words,
        said="What day?",
        commands=[{"type": "start_booking"}],
        actions=[{"did": "task_left", "kind": "call_back"}],
    )
    return row


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"/conversations{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_who_about_what_and_with_whom(
    client_in: Client, world: World, practice: Practice, owner: Person
) -> None:
    patient = world.patient("Wiremu", "Tane")
    held(practice, "my knee please", patient=patient.remote_id)
    other = held(practice, "the bill", number="+61491570157")
    Conversation.objects.filter(pk=other.pk).update(taken_by=f"person:{owner.pk}")
    page = listed(client_in)
    assert "Wiremu Tane" in page
    assert "my knee please" in page
    assert "With Robyn" in page
    assert f"With {owner}" in page


def test_it_is_narrowed_to_what_needs_a_person_is_live_or_has_ended(
    client_in: Client, world: World, practice: Practice
) -> None:
    needs, old = held(practice, "apples"), held(practice, "pears", hours_ago=13)
    ended = held(practice, "plums")
    Conversation.objects.filter(pk=ended.pk).update(ended_at=timezone.now())
    StaffTask.objects.create(practice=practice, kind="call_back", summary="Ring", conversation_id=needs.pk)
    for show, shown in (("needs", {"apples"}), ("live", {"apples"}), ("ended", {"pears", "plums"})):
        page = listed(client_in, f"?show={show}")
        assert {word for word in ("apples", "pears", "plums") if word in page} == shown
    assert old


@pytest.mark.parametrize("query", ["ibuprofen", "Tane", "wiremu t", "0491 570 157"])
def test_it_is_found_by_words_name_and_number(
    client_in: Client, world: World, practice: Practice, query: str
) -> None:
    patient = world.patient("Wiremu", "Tane")
    held(practice, "may I take ibuprofen", number="+61491570157", patient=patient.remote_id)
    held(practice, "something else", number="+61491570006")
    page = listed(client_in, f"?q={query}")
    assert "may I take" in page
    assert "something else" not in page


def test_older_ones_come_on_the_next_page(client_in: Client, world: World, practice: Practice) -> None:
    for number in range(42):
        held(practice, f"words-{number}.", hours_ago=number / 10)
    page = listed(client_in)
    assert "words-39." in page
    assert "words-41." not in page
    older = page.split("Older conversations")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "words-41." in listed(client_in, older)


def test_one_shows_what_was_understood_and_done_and_its_tasks(
    client_in: Client, world: World, practice: Practice
) -> None:
    row = held(practice, "my knee please")
    StaffTask.objects.create(practice=practice, kind="call_back", summary="Ring Sam", conversation_id=row.pk)
    page = client_in.get(f"/conversations/{row.pk}").content.decode()
    for words in ("my knee please", "Wants an appointment", "Left a task for staff", "Ring Sam", "Take over"):
        assert words in page


def test_a_person_takes_over_answers_and_hands_back(
    client_in: Client, world: World, practice: Practice, owner: Person
) -> None:
    pk = conversation.start("test", "0491 570 157").conversation_id
    assert client_in.post(f"/conversations/{pk}/take-over").status_code == 302
    assert conversation.say(pk, "hello?").text == ""
    assert client_in.post(f"/conversations/{pk}/reply", {"text": "Hi, Olive here."}).status_code == 302
    page = client_in.get(f"/conversations/{pk}").content.decode()
    assert "Hi, Olive here." in page
    assert "You answer." in page
    tested = client_in.get(f"/test-robyn/{pk}").content.decode()
    assert "Hi, Olive here." in tested
    assert "has taken over" in tested
    client_in.post(f"/conversations/{pk}/hand-back")
    assert conversation.say(pk, "thanks").text
    done = AuditEntry.objects.filter(target=f"conversation:{pk}").order_by("pk")
    assert [(each.action, each.actor_id) for each in done] == [
        (f"conversation.{what}", str(owner.pk)) for what in ("taken_over", "replied", "handed_back")
    ]
    assert all("Olive" not in str(each.detail) for each in done)


def test_words_without_having_it_are_refused_with_what_to_do(
    client_in: Client, world: World, practice: Practice
) -> None:
    row = held(practice, "hello")
    answer = client_in.post(f"/conversations/{row.pk}/reply", {"text": "Hi"})
    assert answer.status_code == 422
    assert "Take it over first." in answer.content.decode()
    assert client_in.post(f"/conversations/{row.pk}/reply", {"text": ""}).status_code == 422


def test_somebody_elses_and_an_ended_one_are_not_taken(client_in: Client, world: World, practice: Practice) -> None:
    kim = Person.objects.create_person("kim@clinic.example", "a long enough password", name="Kim Lee")
    Membership.objects.create(practice=practice, person=kim)
    theirs, ended = held(practice, "one"), held(practice, "two")
    Conversation.objects.filter(pk=theirs.pk).update(taken_by=f"person:{kim.pk}")
    Conversation.objects.filter(pk=ended.pk).update(ended_at=timezone.now())
    answer = client_in.post(f"/conversations/{theirs.pk}/take-over", follow=True)
    assert "Kim Lee has this conversation." in answer.content.decode()
    answer = client_in.post(f"/conversations/{ended.pk}/take-over", follow=True)
    assert "there is nobody to answer" in answer.content.decode()


def test_read_only_reads_along_and_takes_nothing(
    client_in: Client, world: World, practice: Practice, owner: Person
) -> None:
    Membership.objects.filter(person=owner).update(role=Membership.Role.READ_ONLY)
    row = held(practice, "hello")
    page = client_in.get(f"/conversations/{row.pk}").content.decode()
    assert "hello" in page
    assert "Take over" not in page
    for what in ("take-over", "hand-back", "reply"):
        assert client_in.post(f"/conversations/{row.pk}/{what}", {"text": "Hi"}).status_code == 403
    row.refresh_from_db()
    assert row.taken_by == ""


def test_an_open_page_hears_of_a_new_word() -> None:
    assert fragments.touched("inbox", ["conversation"]) == ["inbox"]
    assert set(fragments.touched("inbox-talk", ["conversation"])) == {
        "talk_state", "talk_words", "talk_trace", "talk_tasks",
    }  # fmt: skip
    assert fragments.touched("robyn-talk", ["conversation"]) == ["meanwhile", "from_team"]
    assert "alarm" in fragments.touched("home", ["tasks"])


def test_an_emergency_stands_on_every_page_until_somebody_takes_it(
    client_in: Client, world: World, practice: Practice
) -> None:
    task = StaffTask.objects.create(practice=practice, kind="emergency", summary="Ring them")
    for address in ("/", "/conversations", "/patients", "/calendar", "/tasks"):
        assert f"alarm-{task.pk}" in client_in.get(address).content.decode(), address
    client_in.post(f"/tasks/{task.pk}/take")
    assert f"alarm-{task.pk}" not in client_in.get("/patients").content.decode()


def test_a_picture_can_be_sent_in_a_test(client_in: Client, world: World, practice: Practice) -> None:
    pk = conversation.start("test", "0491 570 157").conversation_id
    client_in.post(f"/test-robyn/{pk}/say", {"picture": "on", "text": ""})
    page = client_in.get(f"/test-robyn/{pk}").content.decode()
    assert "Sent 1 picture" in page
    assert "look at pictures" in page
