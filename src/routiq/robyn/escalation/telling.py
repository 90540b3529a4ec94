"""The e-mail to whom a hand-over concerns: what happened, who it is, what to do, and where to read it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from routiq.mirror.models import AssignedLogin, Patient, Practitioner
from routiq.mirror.sight import sight_of
from routiq.practices.letters import link, tell_about_patient
from routiq.practices.models import Membership, Practice
from routiq.practices.postbox import owners_addresses
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.manner import rule_of, settings_of_practice
from routiq.robyn.models import HandOver, PractitionerAddress

WAIT = timedelta(minutes=3)
"""So long an e-mail waits for what the patient is still telling."""

SUBJECTS = {
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


def addresses(trigger: Trigger | None, practitioners: tuple[str, ...] | list[str]) -> list[str]:
    """Whom a message goes to: the named practitioner, else those who were set, else the owners; but nobody who wants
    none of these e-mails, and whoever wants all of them. It may be nobody: then a task has it."""
    if trigger is None:
        return []
    rule = rule_of(trigger)
    named = practitioner_address(practitioners[0]) if rule.to_practitioner and len(practitioners) == 1 else ""
    wanting, refusing = _by_wish()
    if named and named.lower() not in refusing:
        found = [named]
    else:
        found = list(rule.recipients) or owners_addresses()
    known = {each.lower() for each in found}
    wanted = [each for each in found if each.lower() not in refusing]
    return [*wanted, *(each for each in wanting if each.lower() not in known)]


def _by_wish() -> tuple[list[str], set[str]]:
    """The addresses of the logins that want every such e-mail, and those that want none, the latter in small letters.
    An e-mail tells of any patient: all of them go to nobody who may see some patients only."""
    wishes = Membership.HandOverMail
    asked = Membership.objects.exclude(hand_over_mail=wishes.AS_SET).filter(person__is_active=True)
    rows = list(asked.select_related("person").order_by("pk"))
    wanting = [row.person.email for row in rows if row.hand_over_mail == wishes.ALL and not sight_of(row).is_limited]
    return wanting, {row.person.email.lower() for row in rows if row.hand_over_mail == wishes.NONE}


def practitioner_address(remote_id: str) -> str:
    """Where this practitioner is written to: at the address of their login, else at one that was set for them; empty
    when there is neither."""
    logins = AssignedLogin.objects.filter(practitioner_remote_id=remote_id, membership__person__is_active=True)
    own = logins.order_by("pk").values_list("membership__person__email", flat=True).first()
    if own:
        return str(own)
    found = PractitionerAddress.objects.filter(practitioner_remote_id=remote_id).first()
    return found.email if found else ""


def tell(row: HandOver) -> None:
    """Write the e-mail of this hand-over, in the transaction of its row."""
    trigger = Trigger(row.trigger)
    to = addresses(trigger, row.practitioners)
    if not to:
        return
    again = "More on: " if row.letter_id else ""
    test = "Test: " if row.conversation.channel == "test" else ""
    letter = tell_about_patient(to, f"{test}{again}{SUBJECTS[trigger]}", _text(row, trigger))
    row.told_at, row.letter_id = timezone.now(), letter.pk
    row.save(update_fields=["told_at", "letter_id"])


def tell_due(now: datetime | None = None) -> int:
    """E-mails that waited long enough for a patient who says no more. Returns how many were written."""
    before = (now or timezone.now()) - WAIT
    due = HandOver.objects.filter(
        practice_id=current_practice_id(), by_email=True, told_at=None, begun_at__lte=before
    )
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("conversation")[:100])
    for row in rows:
        tell(row)
    return len(rows)


def _text(row: HandOver, trigger: Trigger) -> str:
    practice = Practice.objects.get(pk=row.practice_id)
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
    told = "\n".join(f"{name}: {value}" for name, value in facts if value)
    her_name = settings_of_practice().her_name
    return (
        f"{SUBJECTS[trigger]} at {practice.name}.\n\n{told}\n\nWhat to do: {_ADVICE[trigger]}\n\n"
        f"The conversation with {her_name}, and Take over:\n{link(f'/conversations/{row.conversation_id}')}\n"
    )


def _who(row: HandOver) -> str:
    patient = Patient.objects.filter(remote_id=row.patient_remote_id).first() if row.patient_remote_id else None
    if patient is None:
        return row.who or "not known"
    born = f", born {patient.date_of_birth:%d/%m/%Y}" if patient.date_of_birth else ""
    return f"{patient.full_name}{born} (by their number or what they told)"
