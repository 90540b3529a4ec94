"""The door: conversations as they are stored."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import pytest
from django.db import connection

from routiq.frontdesk.wishes import BookingAnswer, BookingRequest, Menu
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn import conversation
from routiq.robyn.conversation import ConversationError, Reply
from routiq.robyn.desk import PracticeFacts, StoredBooking
from routiq.robyn.models import Conversation, Turn
from tests.robyn.desks import FOLLOW_UP, HARBOUR, MINA, MOBILE, NORTH, OLIVER, Clock, InMemoryDesk

BOOKING_ID = "0b0b0b0b-0000-4000-8000-00000000000b"


ONE_TYPE = Menu((MINA, OLIVER), (FOLLOW_UP,), (HARBOUR, NORTH))
"""So that none is asked about."""


@dataclass
class StoredDesk(InMemoryDesk):
    """With booking ids as the database wants them."""

    the_menu: Menu = ONE_TYPE

    def book(self, request: BookingRequest) -> BookingAnswer:
        return replace(super().book(request), booking_id=BOOKING_ID)

    def stored_booking(self, booking_id: str) -> StoredBooking | None:
        return super().stored_booking("b1")


def talk(desk: InMemoryDesk, *lines: str, clock: Clock | None = None) -> Reply:
    clock = clock or Clock()
    reply = conversation.start("test", MOBILE, desk=desk, clock=clock)
    for line in lines:
        reply = conversation.say(reply.conversation_id, line, desk=desk, clock=clock)
    return reply


@pytest.mark.django_db
def test_a_conversation_is_stored_turn_by_turn(practice: Practice) -> None:
    reply = talk(StoredDesk(), "Thursday at 3", "yes please")
    row = Conversation.objects.get(pk=reply.conversation_id)
    turns = list(row.turns.all())
    assert [turn.number for turn in turns] == [0, 1, 2]
    assert [turn.heard for turn in turns] == ["", "Thursday at 3", "yes please"]
    assert turns[2].said == reply.text
    assert turns[2].commands == reply.commands == [{"type": "affirm"}]
    assert turns[2].actions[0]["did"] == "asked_to_book"
    assert str(row.booking_id) == BOOKING_ID
    assert not reply.ended


@pytest.mark.django_db
def test_everything_remembered_is_in_the_row(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    reply = talk(desk, "Thursday after 3", clock=clock)
    for line in ("the first one", "yes"):
        reply = conversation.say(reply.conversation_id, line, desk=desk, clock=clock)
    assert len(desk.appointments) == 1


@pytest.mark.django_db
def test_an_ended_conversation_takes_no_more_words(practice: Practice) -> None:
    desk = StoredDesk()
    reply = talk(desk, "bye")
    assert reply.ended
    with pytest.raises(ConversationError) as caught:
        conversation.say(reply.conversation_id, "hello?", desk=desk)
    assert caught.value.code == "ended"
    assert caught.value.advice


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("  \x00 ", "empty"), ("a" * 1001, "too_long")])
def test_words_that_cannot_be_served_are_refused(practice: Practice, text: str, code: str) -> None:
    reply = talk(StoredDesk())
    with pytest.raises(ConversationError) as caught:
        conversation.say(reply.conversation_id, text, desk=StoredDesk())
    assert caught.value.code == code


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_still_looked_through_for_what_is_urgent(practice: Practice) -> None:
    reply = talk(StoredDesk())
    said = conversation.say(reply.conversation_id, "so " * 900 + "I have chest pain", desk=StoredDesk())
    assert "call 000" in said.text
    stored = Turn.objects.get(conversation_id=reply.conversation_id, number=1)
    assert len(stored.heard) <= conversation.LONGEST


@pytest.mark.django_db
def test_an_unknown_conversation_is_refused(practice: Practice) -> None:
    with pytest.raises(ConversationError) as caught:
        conversation.say(987654, "hello", desk=StoredDesk())
    assert caught.value.code == "unknown"


@pytest.mark.django_db
def test_another_practices_conversation_is_unknown(practice: Practice, other_practice: Practice) -> None:
    reply = talk(StoredDesk())
    with acting_for(other_practice.pk), pytest.raises(ConversationError) as caught:
        conversation.say(reply.conversation_id, "hello", desk=StoredDesk())
    assert caught.value.code == "unknown"


@pytest.mark.django_db
def test_an_expired_offer_is_not_booked_by_a_late_yes(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    reply = talk(desk, "Thursday at 3", clock=clock)
    clock.forward(minutes=6)
    reply = conversation.say(reply.conversation_id, "yes", desk=desk, clock=clock)
    assert "checked again" in reply.text
    assert not desk.requests


class Crash(Exception):
    pass


class CrashingDesk(StoredDesk):
    crash = True

    def book(self, request: BookingRequest) -> BookingAnswer:
        answer = super().book(request)
        if self.crash:
            self.crash = False
            raise Crash
        return answer


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_booking_and_the_reply_leads_to_one_booking_and_its_news(practice: Practice) -> None:
    desk = CrashingDesk()
    reply = talk(desk, "Thursday at 3")
    with pytest.raises(Crash):
        conversation.say(reply.conversation_id, "yes", desk=desk, clock=Clock())
    again = conversation.say(reply.conversation_id, "yes", desk=desk, clock=Clock())
    assert again.text.startswith("It is booked: Thursday 26 November at 3 pm")
    assert len(desk.appointments) == 1


class SlowDesk(StoredDesk):
    inside = 0
    most = 0

    def practice(self) -> PracticeFacts:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.1)
        self.inside -= 1
        return super().practice()


@pytest.mark.django_db(transaction=True)
def test_what_is_said_at_the_same_time_is_served_in_turn(practice: Practice) -> None:
    desk = SlowDesk()
    started = talk(desk, "Thursday at 3")
    replies: list[Reply] = []

    def agree() -> None:
        with acting_for(practice.pk):
            replies.append(conversation.say(started.conversation_id, "yes", desk=desk, clock=Clock()))
        connection.close()

    threads = [threading.Thread(target=agree) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 4
    assert desk.most == 1
    assert len(desk.requests) == 1
    assert list(Turn.objects.values_list("number", flat=True)) == [0, 1, 2, 3, 4, 5]
