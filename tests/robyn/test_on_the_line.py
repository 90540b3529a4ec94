"""What somebody on the line notices: a word while Robyn is looking, a time that stays theirs while they think, and
that is free for others as soon as they hang up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from routiq.connections.models import Connection
from routiq.frontdesk import holding
from routiq.frontdesk.booking import begin
from routiq.frontdesk.models import Booking, SlotHold, Write
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Wish
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn import conversation
from routiq.robyn.models import Conversation
from tests.robyn.desks import FORMER, MOBILE, Clock, InMemoryDesk
from tests.robyn.test_conversation import ONE_TYPE


def at_once(seconds: float, ring: Callable[[], None]) -> Callable[[], None]:
    """The vendor takes longer than anybody waits in silence."""
    ring()
    return lambda: None


def never(seconds: float, ring: Callable[[], None]) -> Callable[[], None]:
    return lambda: None


def test_while_she_is_looking_she_says_so_and_it_stands_in_the_turn(synced: Connection) -> None:
    talk = conversation.start("test", "0491 570 006").conversation_id
    conversation.say(talk, "Maggie", alarm=never)
    heard: list[tuple[str, str]] = []

    def on_waiting(words: str) -> None:
        heard.append((words, Conversation.objects.get(pk=talk).filler))

    reply = conversation.say(talk, "A standard consultation soon please", on_waiting=on_waiting, alarm=at_once)
    said = "One moment, I'm looking that up."
    assert heard == [(said, said)], "it is there for others to see as soon as it is said"
    assert (reply.filler, Conversation.objects.get(pk=talk).filler) == (said, "")
    assert Conversation.objects.get(pk=talk).turns.last().filler == said


def test_a_quick_answer_has_no_filler(synced: Connection) -> None:
    talk = conversation.start("test", "0491 570 006").conversation_id
    reply = conversation.say(talk, "A standard consultation soon please", alarm=never)
    assert reply.filler == ""


@pytest.fixture
def read_back(synced: Connection) -> tuple[int, OfferedTime]:
    """A conversation in which a time was read back, and that time."""
    started = conversation.start("test", "0491 570 006")
    for words in ("Maggie", "A standard consultation soon please", "The first one"):
        conversation.say(started.conversation_id, words)
    row = Conversation.objects.get(pk=started.conversation_id)
    hold = SlotHold.objects.get()
    assert hold.holder == f"conversation:{row.pk}", row.turns.last().said
    offers = find_times(Wish(row.state["want"]["appointment_type_id"] or _kind(row), count=50, held_for=hold.holder))
    return row.pk, next(each for each in offers.offers if each.starts_at == hold.during.lower)


def _kind(row: Conversation) -> str:
    from routiq.frontdesk.people import habit_of

    return habit_of(row.state["patient_id"]).appointment_type_id


def is_offered(offer: OfferedTime, held_for: str = "") -> bool:
    wish = Wish(
        offer.appointment_type_id,
        offer.practitioner_id,
        days=(offer.local_start.date(),),
        count=50,
        held_for=held_for,
    )
    return offer.starts_at in [each.starts_at for each in find_times(wish).offers]


def test_a_time_that_was_read_back_is_offered_to_nobody_else_until_they_hang_up(
    read_back: tuple[int, OfferedTime],
) -> None:
    talk, offer = read_back
    assert not is_offered(offer)
    assert is_offered(offer, held_for=f"conversation:{talk}")
    assert not holding.hold(offer, "conversation:0")
    conversation.hang_up(talk)

    assert is_offered(offer)
    assert Conversation.objects.get(pk=talk).ended_at is not None
    conversation.hang_up(talk)


def test_a_yes_books_what_was_held_for_it(read_back: tuple[int, OfferedTime]) -> None:
    talk, offer = read_back
    conversation.say(talk, "Yes please")
    booking = Booking.objects.get()

    assert (booking.state, booking.starts_at) == (Write.State.BOOKED, offer.starts_at)
    assert not SlotHold.objects.exists()


def test_who_changes_their_mind_holds_nothing(read_back: tuple[int, OfferedTime]) -> None:
    talk, offer = read_back
    conversation.say(talk, "No, can I have another day?")
    assert is_offered(offer)


def test_one_that_was_agreed_to_and_not_sent_is_freed_and_one_that_was_sent_is_not(
    read_back: tuple[int, OfferedTime], synced: Connection
) -> None:
    talk, offer = read_back
    asked = BookingRequest("1", offer, intent_key="unsent", channel="test", asked_by=f"conversation:{talk}")
    unsent = begin(synced, asked)
    conversation.hang_up(talk)
    unsent.refresh_from_db()
    assert (unsent.state, unsent.error_code) == (Write.State.UNAVAILABLE, "HungUp")
    assert not SlotHold.objects.exists()

    sent = begin(synced, replace(asked, intent_key="sent"))
    Write.objects.filter(pk=sent.pk).update(state=Write.State.SENT)
    conversation.hang_up(talk)
    assert SlotHold.objects.get().write_id == sent.pk


def test_who_hangs_up_while_she_is_answering_holds_nothing_afterwards(db: None, practice: Practice) -> None:
    desk, clock = InMemoryDesk(the_menu=ONE_TYPE), Clock()
    talk = conversation.start("test", MOBILE, desk=desk, clock=clock).conversation_id
    conversation.say(talk, "Thursday at 9 please", desk=desk, clock=clock)
    find = desk.find_times

    def hang_up_meanwhile(wish: Wish) -> object:
        conversation.hang_up(talk, desk=desk, clock=clock)
        return find(wish)

    desk.find_times = hang_up_meanwhile  # type: ignore[method-assign, assignment]
    reply = conversation.say(talk, "Friday at 9 am please", desk=desk, clock=clock)

    assert reply.ended
    assert desk.held == {}
    with pytest.raises(conversation.ConversationError, match="ended"):
        conversation.say(talk, "yes", desk=desk, clock=clock)


def test_a_time_that_somebody_else_is_thinking_about_is_not_read_back(db: None, practice: Practice) -> None:
    desk, clock = InMemoryDesk(the_menu=ONE_TYPE), Clock()
    talk = conversation.start("test", MOBILE, desk=desk, clock=clock).conversation_id
    conversation.say(talk, "Thursday please", desk=desk, clock=clock)
    first = conversation.memories.from_state(Conversation.objects.get(pk=talk).state).offers[0].time
    desk.held_by_others = {first.starts_at}
    reply = conversation.say(talk, "The first one", desk=desk, clock=clock)

    assert "just been taken" in reply.text
    assert desk.held == {}


def test_another_practices_conversation_is_nobodys_to_end(
    db: None, practice: Practice, other_practice: Practice
) -> None:
    with acting_for(other_practice.pk):
        talk = Conversation.objects.create(practice=other_practice, channel="test")
    with pytest.raises(conversation.ConversationError):
        conversation.hang_up(talk.pk)


def test_what_she_says_meanwhile_tells_looking_from_writing(read_back: tuple[int, OfferedTime]) -> None:
    talk, _ = read_back
    reply = conversation.say(talk, "Yes please", alarm=at_once)
    assert reply.filler == "One moment, I'm putting that in the diary."


def test_the_number_of_somebody_who_has_died_leads_to_a_person_and_to_no_second_record(
    db: None, practice: Practice
) -> None:
    desk, clock = InMemoryDesk(the_menu=ONE_TYPE), Clock()
    greeting = conversation.start("test", FORMER, desk=desk, clock=clock)
    conversation.say(greeting.conversation_id, "I want to book an appointment", desk=desk, clock=clock)
    conversation.say(greeting.conversation_id, "Robin Weiss", desk=desk, clock=clock)

    assert greeting.text.startswith("Hello, this is Robyn")
    assert [kind for kind, _ in desk.tasks] == ["call_back"]
    assert "archived or deceased" in desk.tasks[0][1]
    assert not desk.searches
