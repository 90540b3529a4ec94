"""A text is promised when it is stored, and what it says is short, plain and names who writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.consent import ledger
from routiq.frontdesk.confirmations import Confirmed
from routiq.frontdesk.models import Write
from routiq.frontdesk.wishes import Outcome
from routiq.messaging.models import Text
from routiq.messaging.segments import count, is_plain
from routiq.mirror.models import Patient
from routiq.robyn import conversation, texting
from routiq.robyn.wording import TEXT_FOLLOWS
from routiq.robyn.wording.texts import confirmation
from tests.carriers import StandIn
from tests.messaging.owing import work
from tests.robyn.desks import SAM, InMemoryDesk, at, visit
from tests.robyn.talks import Talk

PROMISE = "I'll text you a confirmation."
TODAY = date(2026, 11, 23)
BOOKED = Confirmed(Write.Kind.BOOKING, "Maggie", visit("1", at(26, "14:15")).time)
CLINIC = "Harbour Street Physiotherapy"


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize(
    ("lines", "done"),
    [
        (["Thursday at 3", "yes"], "It is booked: "),
        (
            ["move my appointment to Thursday after 3", "Sam Nguyen", "2 April 1990", "the first one", "yes"],
            "moved: ",
        ),
        (["cancel my appointment", "Sam Nguyen", "2 April 1990", "yes"], "It is cancelled: "),
    ],
)
def test_it_is_promised_of_the_stored_row_and_of_nothing_else(lines: list[str], done: str, texts: bool) -> None:
    said = Talk(InMemoryDesk(texts=texts)).says(*lines)
    assert done in said
    assert (f" {PROMISE} " in said) is texts


@pytest.mark.parametrize("outcome", [Outcome.UNCERTAIN, Outcome.VENDOR_DOWN, Outcome.NOT_ALLOWED])
def test_what_is_not_done_promises_none(outcome: Outcome) -> None:
    assert PROMISE not in Talk(InMemoryDesk(texts=True, outcomes=[outcome])).says("Thursday at 3", "yes")


def test_it_is_promised_when_a_change_is_known_only_afterwards() -> None:
    for lines in (["Thursday at 3", "yes"], ["cancel my appointment", "Sam Nguyen", "2 April 1990", "yes"]):
        desk = InMemoryDesk(texts=True, outcomes=[Outcome.UNCERTAIN])
        talk = Talk(desk)
        assert PROMISE not in talk.says(*lines)
        desk.confirm_late()
        assert PROMISE in talk.say("and now?")


def test_of_several_that_are_cancelled_it_is_promised_once() -> None:
    desk = InMemoryDesk(texts=True)
    desk.visits[SAM.remote_id].append(visit("802", at(27, "9:00")))
    said = Talk(desk).says("cancel all my appointments", "Sam Nguyen", "2 April 1990", "yes")
    assert said.count(PROMISE) == 1


def test_words_booked_and_the_text_agree_all_the_way(synced: Connection, twilio: StandIn) -> None:
    talk = conversation.start("test", "0491 570 006").conversation_id
    for words in ("I'd like to book an appointment", "yes", "the first one please"):
        conversation.say(talk, words)
    done = conversation.say(talk, "yes please").text
    work()

    [(number, text)] = twilio.told
    assert number == "+61491570006"
    start = done.removeprefix("It is booked: ").partition(",")[0]
    assert f"you are booked for {start}, " in text
    assert f" {TEXT_FOLLOWS} " in done


def test_who_said_stop_is_promised_none(synced: Connection, twilio: StandIn) -> None:
    talk = conversation.start("test", "0491 570 006").conversation_id
    ledger.withdraw(number="0491 570 006", source=f"conversation:{talk}")
    for words in ("I'd like to book an appointment", "yes", "the first one please"):
        conversation.say(talk, words)
    assert PROMISE not in conversation.say(talk, "yes please").text
    work()
    assert twilio.told == []


def test_the_practice_writes_under_the_name_that_patients_know(synced: Connection) -> None:
    text = texting.confirmation(BOOKED)
    assert text.startswith("Harbour Street Physiotherapy: Hello Maggie, you are booked for Thursday 26 November at 2")
    assert Patient.objects.exists()


def names(**fields: str) -> Confirmed:
    return replace(BOOKED, time=replace(BOOKED.time, **fields))


def test_the_fullest_wording_that_fits_is_used() -> None:
    assert confirmation(BOOKED, CLINIC, TODAY) == (
        "Harbour Street Physiotherapy: Hello Maggie, you are booked for Thursday 26 November at 2:15 pm, Standard "
        "Follow Up with Mina Patel at Harbour Street. Replies are not read: please ring us if anything is not right."
    )
    long = names(location_name="The Rehabilitation Pavilion of the Old Customs House at the Eastern Quay " * 2)
    assert "Standard Follow Up with Mina Patel. Replies" in confirmation(long, CLINIC, TODAY)
    longer = names(location_name="", appointment_type_name="Comprehensive neurological reassessment " * 4)
    assert "2:15 pm, with Mina Patel. Replies" in confirmation(longer, CLINIC, TODAY)


@pytest.mark.parametrize("kind", [Write.Kind.BOOKING, Write.Kind.MOVE, Write.Kind.CANCELLATION])
@pytest.mark.parametrize("called", ["Maggie", "Zoë", "Hēmi", "Łukasz", "李雷", "X" * 200])
@pytest.mark.parametrize("practice", [CLINIC, "Te Whare Hauora o Ngāti Whātua – Physio", "P" * 200, "診所"])
def test_no_text_is_longer_than_two_segments(kind: Write.Kind, called: str, practice: str) -> None:
    for time in (BOOKED.time, names(practitioner_name="M" * 200, location_name="Ō" * 200).time):
        text = confirmation(Confirmed(kind, called, time), practice, TODAY)
        assert count(text) <= 2
        assert "Thursday 26 November at 2:15 pm" in text
        assert text.endswith("Replies are not read: please ring us if anything is not right.")


def test_plain_signs_cost_no_room_and_letters_of_names_give_way_last() -> None:
    assert is_plain(confirmation(replace(BOOKED, called="D’Arcy"), CLINIC, TODAY))
    assert "Hello Hemi" in confirmation(replace(BOOKED, called="Hēmi"), CLINIC, TODAY)
    assert ": Hello, you are booked" in confirmation(replace(BOOKED, called="李雷"), CLINIC, TODAY)
    short = replace(names(appointment_type_name="", practitioner_name=""), called="Hēmi")
    assert "Hello Hēmi" in confirmation(short, "Quay", TODAY)


def test_a_rehearsal_promises_what_would_be_so_and_stores_none(synced: Connection, twilio: StandIn) -> None:
    def rehearsed() -> str:
        talk = conversation.start("rehearsal", "0491 570 006", moment=timezone.now()).conversation_id
        for words in ("I'd like to book an appointment", "yes", "the first one please"):
            conversation.say(talk, words)
        return conversation.say(talk, "yes please").text

    assert PROMISE in rehearsed()
    ledger.withdraw(number="0491 570 006", source="person:1")
    assert PROMISE not in rehearsed()
    assert (Text.objects.count(), twilio.asked) == (0, [])
