"""A person answers instead of Robyn."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from routiq.frontdesk.changes import ChangeAnswer, MoveRequest
from routiq.frontdesk.wishes import Outcome
from routiq.practices.audit import Actor
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn import conversation, taking_over
from routiq.robyn.desk import PracticeFacts
from routiq.robyn.models import Conversation
from tests.robyn.desks import MOBILE, Clock, at
from tests.robyn.test_conversation import StoredDesk, talk

KIM, LEE = Actor("person", "3"), Actor("person", "4")


@pytest.mark.django_db
def test_while_a_person_has_it_robyn_is_silent_and_their_words_are_a_turn(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    pk = talk(desk, "Thursday at 3", clock=clock).conversation_id
    taking_over.take_over(pk, KIM, clock())
    reply = conversation.say(pk, "yes please", desk=desk, clock=clock)
    assert (reply.text, reply.taken_by) == ("", "person:3")
    conversation.speak_for(pk, "Hello, Kim here. What can I do?", KIM, clock=clock)
    turns = list(Conversation.objects.get(pk=pk).turns.all())
    assert [(turn.heard, turn.said_by) for turn in turns[-2:]] == [("yes please", ""), ("", "person:3")]
    assert turns[-1].said == "Hello, Kim here. What can I do?"
    assert not desk.requests


@pytest.mark.django_db
def test_a_yes_after_the_hand_back_books_nothing_that_was_read_back_before(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    pk = talk(desk, "Thursday at 3", clock=clock).conversation_id
    taking_over.take_over(pk, KIM, clock())
    taking_over.hand_back(pk, LEE)
    conversation.say(pk, "yes please", desk=desk, clock=clock)
    assert not desk.requests
    actions = list(
        AuditEntry.objects.filter(target=f"conversation:{pk}")
        .order_by("pk")
        .values_list("action", "actor_id", "target")
    )
    assert actions == [
        ("conversation.taken_over", "3", f"conversation:{pk}"),
        ("conversation.handed_back", "4", f"conversation:{pk}"),
    ]


SHOWN = ("Sam Nguyen", "2 April 1990")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lines", [("cancel my appointment", *SHOWN), ("move my appointment to Thursday after 3", *SHOWN, "the first one")]
)
def test_a_change_that_was_read_back_is_not_made_by_a_yes_to_somebody_else(
    practice: Practice, lines: tuple[str, ...]
) -> None:
    desk, clock = StoredDesk(), Clock()
    reply = talk(desk, *lines, clock=clock)
    assert reply.text.endswith(("Shall I cancel it?", "Shall I move it?"))
    taking_over.take_over(reply.conversation_id, KIM, clock())
    conversation.say(reply.conversation_id, "yes", desk=desk, clock=clock)
    taking_over.hand_back(reply.conversation_id, KIM)
    after = [
        conversation.say(reply.conversation_id, words, desk=desk, clock=clock) for words in ("yes", "yes please")
    ]
    assert not desk.asked, [each.text for each in after]
    assert [visit.time.starts_at for visit in desk.visits["501"]] == [at(25, "10:00")]


@pytest.mark.django_db
def test_a_change_that_was_sent_is_told_of_after_the_hand_back(practice: Practice) -> None:
    """It was sent before somebody took over, and the diary confirms it while they talk."""
    desk, clock = StoredDesk(outcomes=[Outcome.UNCERTAIN]), Clock()
    reply = talk(desk, "move my appointment to Thursday after 3", *SHOWN, "the first one", "yes", clock=clock)
    assert "not confirmed it yet" in reply.text
    taking_over.take_over(reply.conversation_id, KIM, clock())
    desk.confirm_late()
    taking_over.hand_back(reply.conversation_id, KIM)
    told = conversation.say(reply.conversation_id, "are you there?", desk=desk, clock=clock)
    assert told.text.startswith("The diary has confirmed the move now.")
    assert len(desk.asked) == 1


class BrokenOff(Exception):
    pass


class BreakingDesk(StoredDesk):
    """Its process dies when a move has been sent."""

    breaks = True

    def move(self, request: MoveRequest) -> ChangeAnswer:
        answer = super().move(request)
        if self.breaks:
            self.breaks = False
            raise BrokenOff
        return answer


@pytest.mark.django_db
def test_a_change_that_broke_off_is_followed_up_after_the_hand_back(practice: Practice) -> None:
    desk, clock = BreakingDesk(), Clock()
    pk = talk(desk, "move my appointment to Thursday after 3", *SHOWN, "the first one", clock=clock).conversation_id
    with pytest.raises(BrokenOff):
        conversation.say(pk, "yes", desk=desk, clock=clock)
    taking_over.take_over(pk, KIM, clock())
    taking_over.hand_back(pk, KIM)
    assert conversation.say(pk, "hello?", desk=desk, clock=clock).text.startswith("It is moved:")
    assert len(desk.changed) == 1


@pytest.mark.django_db
def test_twelve_silent_hours_give_it_back(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    pk = talk(desk, clock=clock).conversation_id
    taking_over.take_over(pk, KIM, clock())
    clock.forward(hours=11, minutes=59)
    assert conversation.say(pk, "hello?", desk=desk, clock=clock).text == ""
    clock.forward(hours=12)
    row = Conversation.objects.get(pk=pk)
    assert taking_over.in_charge(row, clock()) == ""
    assert conversation.say(pk, "Thursday at 3", desk=desk, clock=clock).text
    assert Conversation.objects.get(pk=pk).taken_by == ""
    assert AuditEntry.objects.filter(action="conversation.handed_back", actor_kind="system").exists()


@pytest.mark.django_db
def test_only_who_has_it_speaks_and_nobody_takes_it_from_them(practice: Practice) -> None:
    clock = Clock()
    pk = talk(StoredDesk(), clock=clock).conversation_id
    with pytest.raises(taking_over.NotYours):
        conversation.speak_for(pk, "Hello", KIM, clock=clock)
    taking_over.take_over(pk, KIM, clock())
    taking_over.take_over(pk, KIM, clock())
    with pytest.raises(taking_over.NotYours) as caught:
        taking_over.take_over(pk, LEE, clock())
    assert caught.value.taken_by == "person:3"
    assert AuditEntry.objects.filter(action="conversation.taken_over").count() == 1


@pytest.mark.django_db
def test_an_ended_conversation_is_not_taken_over(practice: Practice) -> None:
    pk = talk(StoredDesk(), "bye", clock=Clock()).conversation_id
    with pytest.raises(taking_over.HasEnded):
        taking_over.take_over(pk, KIM, Clock()())


@pytest.mark.django_db
def test_a_red_flag_gets_the_settled_sentence_even_then(practice: Practice) -> None:
    desk, clock = StoredDesk(), Clock()
    pk = talk(desk, clock=clock).conversation_id
    taking_over.take_over(pk, KIM, clock())
    assert "call 000 now" in conversation.say(pk, "I have chest pain", desk=desk, clock=clock).text
    assert [kind for kind, _ in desk.tasks] == ["emergency"]


class WaitingDesk(StoredDesk):
    began = threading.Event()

    def practice(self) -> PracticeFacts:
        self.began.set()
        time.sleep(0.3)
        return super().practice()


@pytest.mark.django_db(transaction=True)
def test_a_take_over_waits_for_the_turn_under_way(practice: Practice) -> None:
    desk, clock = WaitingDesk(), Clock()
    pk = conversation.start("test", MOBILE, desk=desk, clock=clock).conversation_id
    desk.began.clear()

    def speak() -> None:
        with acting_for(practice.pk):
            conversation.say(pk, "Thursday at 3", desk=desk, clock=clock)
        connection.close()

    speaker = threading.Thread(target=speak)
    speaker.start()
    assert desk.began.wait(5)
    taking_over.take_over(pk, KIM, clock() + timedelta(seconds=1))
    speaker.join()
    row = Conversation.objects.get(pk=pk)
    assert row.taken_by == "person:3"
    assert row.turns.last().said.startswith("So that is Thursday")
    assert conversation.say(pk, "yes", desk=desk, clock=clock).text == ""
    assert not desk.requests


@pytest.mark.django_db
def test_a_card_number_is_stored_nowhere(practice: Practice) -> None:
    pk = talk(StoredDesk(), "my card is 4111 1111 1111 1111", clock=Clock()).conversation_id
    row = Conversation.objects.get(pk=pk)
    assert row.turns.last().heard == "my card is [number removed]"
    assert "1111" not in str(row.state)


@pytest.mark.django_db
def test_a_picture_without_words_is_a_turn(practice: Practice) -> None:
    desk = StoredDesk()
    pk = talk(desk, clock=Clock()).conversation_id
    reply = conversation.say(pk, "", pictures=2, desk=desk, clock=Clock())
    assert "can't look at pictures" in reply.text
    assert Conversation.objects.get(pk=pk).turns.last().pictures == 2
