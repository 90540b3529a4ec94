"""What an e-mail about hand-overs says: what happened, who it is, what to do, and where to read it."""

from __future__ import annotations

from collections.abc import Sequence

from routiq.mirror.models import Patient, Practitioner
from routiq.practices.letters import link
from routiq.practices.models import Practice
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.manner import settings_of_practice
from routiq.robyn.models import HandOver

_SUBJECTS = {
    Trigger.CLINICAL: "A clinical question",
    Trigger.EMERGENCY: "URGENT: an emergency was mentioned",
    Trigger.PRACTITIONER: "Somebody asks for you by name",
    Trigger.COMPLAINT: "A complaint",
    Trigger.UNKNOWN: "A question that could not be answered",
    Trigger.PERSON: "Somebody wants to be rung back",
    Trigger.BILLING: "A question about a bill or insurance",
    Trigger.UNSURE: "Somebody could not be understood",
}
_ADVICE = {
    Trigger.CLINICAL: "Have a clinician ring them. Robyn gave no advice.",
    Trigger.EMERGENCY: "Ring them at once. Robyn told them whom to call.",
    Trigger.PRACTITIONER: "Ring them, or have the practitioner ring them.",
    Trigger.COMPLAINT: "Ring them soon, and listen. Robyn promised nothing but a call.",
    Trigger.UNKNOWN: "Answer them, and add the answer to what Robyn knows.",
    Trigger.PERSON: "Ring them.",
    Trigger.BILLING: "Look at their account, then ring them. Robyn said nothing about amounts.",
    Trigger.UNSURE: "Read the conversation, then ring them.",
}


def subject(row: HandOver) -> str:
    """Without a word about the patient: subjects are shown on locked screens."""
    test = "Test: " if row.conversation.channel == "test" else ""
    again = "More on: " if row.letter_id else ""
    return f"{test}{again}{_SUBJECTS[Trigger(row.trigger)]}"


def subject_of_several(rows: Sequence[HandOver]) -> str:
    return subject(rows[0]) if len(rows) == 1 else f"{len(rows)} things that Robyn left for your team"


def text(row: HandOver) -> str:
    trigger, practice = Trigger(row.trigger), Practice.objects.get(pk=row.practice_id)
    her_name = settings_of_practice().her_name
    return (
        f"{_SUBJECTS[trigger]} at {practice.name}.\n\n{_told(row, practice)}\n\nWhat to do: {_ADVICE[trigger]}\n\n"
        f"The conversation with {her_name}, and Take over:\n{link(f'/conversations/{row.conversation_id}')}\n"
    )


def text_of_several(rows: Sequence[HandOver]) -> str:
    """One after the other, the oldest first."""
    if len(rows) == 1:
        return text(rows[0])
    practice = Practice.objects.get(pk=rows[0].practice_id)
    each = [
        f"{number}. {_SUBJECTS[Trigger(row.trigger)]}\n{_told(row, practice)}\n"
        f"{link(f'/conversations/{row.conversation_id}')}"
        for number, row in enumerate(rows, 1)
    ]
    where_set = f"How often these e-mails come to you is set here:\n{link('/notifications')}"
    return "\n\n".join([f"At {practice.name}, the oldest first.", *each, where_set])


def _told(row: HandOver, practice: Practice) -> str:
    at = row.begun_at.astimezone(practice.zone)
    names = Practitioner.objects.filter(remote_id__in=row.practitioners).values_list("name", flat=True)
    facts = [
        ("What", row.reason),
        ("Who", _who(row)),
        ("Number", row.number or "withheld"),
        ("Asked for", ", ".join(names)),
        ("Best time to ring", row.window),
        ("Message", row.message),
        ("Wanted", row.wanted),
        ("When", f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M} ({practice.time_zone})"),
    ]
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def _who(row: HandOver) -> str:
    patient = Patient.objects.filter(remote_id=row.patient_remote_id).first() if row.patient_remote_id else None
    if patient is None:
        return row.who or "not known"
    born = f", born {patient.date_of_birth:%d/%m/%Y}" if patient.date_of_birth else ""
    return f"{patient.full_name}{born} (by their number or what they told)"
