"""Playing a conversation at a practice on one system, and looking at what came of it."""

from __future__ import annotations

from typing import Any

from routiq.frontdesk.models import Booking
from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn import conversation
from routiq.robyn.memory import Memory, from_state
from routiq.robyn.models import Conversation
from routiq.robyn.understanding.reader import Question
from tests.systems import At


class Call:
    """One call, from the greeting on."""

    def __init__(self, number: str) -> None:
        self.number = number
        started = conversation.start("test", number)
        self.id = started.conversation_id
        self.replies = [started.text]

    def say(self, *lines: str) -> str:
        """The last reply. Whether it is for the usual type is answered with yes."""
        for words in lines:
            self.replies.append(conversation.say(self.id, words).text)
            if self._memory.question is Question.THIS_TYPE:
                self.replies.append(conversation.say(self.id, "yes").text)
        return self.replies[-1]

    @property
    def _memory(self) -> Memory:
        return from_state(Conversation.objects.get(pk=self.id).state)

    @property
    def offers(self) -> list[OfferedTime]:
        """The times that lie on the table."""
        return [offer.time for offer in self._memory.offers]

    @property
    def booking(self) -> Booking | None:
        row = Conversation.objects.get(pk=self.id)
        return Booking.objects.filter(pk=row.booking_id).first() if row.booking_id else None


def visits_of(at: At, patient_id: str) -> list[dict[str, Any]]:
    """What stands in the practice's own diary for this patient from now on."""
    world = at.sandbox.world("individual_appointments")["individual_appointments"]
    now = at.sandbox.clock()["now"]
    return [
        row
        for row in world
        if row["patient"]["links"]["self"].endswith(f"/{patient_id}")
        and not row["cancelled_at"]
        and not row["archived_at"]
        and row["starts_at"] > now
    ]


def taken_by_reception(at: At, offer: OfferedTime, patient_id: str) -> dict[str, Any]:
    """The edit with which reception books somebody else into this time."""
    return {
        "op": "create",
        "collection": "individual_appointments",
        "fields": {
            "patient_id": patient_id,
            "practitioner_id": offer.practitioner_id,
            "business_id": offer.location_id,
            "appointment_type_id": offer.appointment_type_id,
            "starts_at": offer.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ends_at": offer.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }
