"""The whole way: words, the real front desk, the invented practice's own diary."""

from __future__ import annotations

from routiq.connections.models import Connection
from routiq.frontdesk.models import Booking
from routiq.practices.models import Practice
from routiq.robyn import conversation
from routiq.robyn.models import Conversation


def test_a_patient_books_in_words(synced: Connection, practice: Practice) -> None:
    started = conversation.start("test", "0491 570 006")
    assert practice.name in started.text
    asked = conversation.say(started.conversation_id, "I'd like to book an appointment")
    assert asked.text == "Is it for Standard consultation?"
    offered = conversation.say(started.conversation_id, "yes")
    assert offered.text.endswith("Which would suit you?"), offered.text
    read = conversation.say(started.conversation_id, "the first one please")
    assert read.text.endswith("Shall I book it?"), read.text
    done = conversation.say(started.conversation_id, "yes please")
    assert done.text.startswith("It is booked:"), done.text
    row = Conversation.objects.get(pk=started.conversation_id)
    booking = Booking.objects.get(pk=row.booking_id)
    assert booking.state == Booking.State.BOOKED
    assert booking.appointment_remote_id
    assert booking.accepting_words == "yes please"
    assert conversation.say(started.conversation_id, "thanks, bye").ended
