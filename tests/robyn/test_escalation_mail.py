"""Hand-overs that go out by e-mail, over a real mail server on this machine."""

from __future__ import annotations

import logging
from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from routiq.frontdesk.models import StaffTask
from routiq.mirror.models import AssignedLogin
from routiq.practices import jobs
from routiq.practices.models import Membership, Person, PersonalLetter, Practice
from routiq.practices.postbox import CONSOLE
from routiq.robyn.escalation import telling
from routiq.robyn.escalation.handing import hand_over
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.models import Conversation, HandOver, PractitionerAddress, TriggerRule
from tests.dashboard.conftest import World
from tests.practices.test_letters import Mailbox, mailbox

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db


def conversation(practice: Practice, channel: str = "api") -> Conversation:
    return Conversation.objects.create(practice=practice, channel=channel, caller_number="0491570006")


def message(row: Conversation, trigger: str = "complaint", **more: object) -> Message:
    values = {"who": "Sam", "number": "+61491570006", "reason": "Patient has a complaint", **more}
    return Message(row.pk, "call_back", trigger, **values)  # type: ignore[arg-type]


def sent(mailbox: Mailbox) -> list[Mail]:
    for letter in PersonalLetter.objects.filter(sent_at=None):
        jobs.send_personal_letter(letter.practice_id, letter.pk)
    return [message_from_bytes(envelope.content) for envelope in mailbox.envelopes]


@pytest.mark.parametrize(
    ("wish", "role", "limited", "told"),
    [
        ("as_set", "reception", False, ["owner"]),
        ("all", "reception", False, ["owner", "own"]),
        ("all", "practitioner", True, ["owner"]),
        ("none", "owner", False, ["owner"]),
    ],
)
def test_each_login_chooses_which_of_these_emails_it_gets(
    practice: Practice, owner: Person, wish: str, role: str, limited: bool, told: list[str]
) -> None:
    """All of them go to nobody who may see some patients only."""
    own = Person.objects.create_person("own@clinic.example", "a long enough password")
    Membership.objects.create(practice=practice, person=own, role=role, all_patients=not limited, hand_over_mail=wish)
    addresses = {"owner": owner.email, "own": own.email}
    assert telling.addresses(Trigger.COMPLAINT, ()) == [addresses[each] for each in told]


def test_when_nobody_wants_the_email_the_team_has_a_task(practice: Practice, owner: Person) -> None:
    TriggerRule.objects.create(practice=practice, trigger="complaint", method="email", method_after_hours="email")
    Membership.objects.filter(person=owner).update(hand_over_mail="none")
    kept = hand_over(message(conversation(practice)))
    assert (kept.by_email, bool(kept.task_id)) == (False, True)


def body(letter: Mail) -> str:
    return letter.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_the_team_reads_who_what_what_to_do_and_where(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    world = World(practice)
    patient = world.patient("Amelia", "Nguyen")
    row = conversation(practice)
    hand_over(message(row, patient_id=patient.remote_id, window="after three", message="Waited too long"))
    (letter,) = sent(mailbox)
    assert letter["Subject"] == "A complaint"
    assert letter["To"] == owner.email
    text = body(letter)
    for words in (
        "What: Patient has a complaint",
        "Who: Amelia Nguyen, born 09/03/1984",
        "Number: +61491570006",
        "Best time to ring: after three",
        "Message: Waited too long",
        "What to do: Ring them soon",
        f"/conversations/{row.pk}",
    ):
        assert words in text
    assert StaffTask.objects.get().conversation_id == row.pk


def test_the_subject_never_names_the_patient_and_a_test_says_so(
    practice: Practice, owner: Person, mailbox: Mailbox
) -> None:
    hand_over(message(conversation(practice, "test")))
    (letter,) = sent(mailbox)
    assert letter["Subject"] == "Test: A complaint"


def test_what_the_patient_still_tells_is_waited_for_and_sent_once(
    practice: Practice, owner: Person, mailbox: Mailbox
) -> None:
    row = conversation(practice)
    begun = hand_over(message(row, complete=False))
    assert not PersonalLetter.objects.exists()
    hand_over(message(row, complete=False, window="tomorrow", id=begun.pk))
    hand_over(message(row, complete=True, window="tomorrow", message="About the stairs", id=begun.pk))
    hand_over(message(row, complete=True, window="tomorrow", message="About the stairs", id=begun.pk))
    (letter,) = sent(mailbox)
    assert "About the stairs" in body(letter)
    assert "Message: 'About the stairs'" in StaffTask.objects.get().summary


def test_who_hangs_up_is_told_of_all_the_same(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    row = conversation(practice)
    begun = hand_over(message(row, complete=False))
    assert telling.tell_due() == 0
    assert telling.tell_due(timezone.now() + timedelta(minutes=4)) == 1
    assert telling.tell_due(timezone.now() + timedelta(minutes=5)) == 0
    hand_over(message(row, complete=True, message="One thing more", id=begun.pk))
    first, second = sent(mailbox)
    assert (first["Subject"], second["Subject"]) == ("A complaint", "More on: A complaint")


def test_the_named_practitioner_is_written_to_instead(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    world = World(practice)
    jonas = world.practitioner("Jonas Weber")
    PractitionerAddress.objects.create(
        practice=practice, practitioner_remote_id=jonas.remote_id, email="jonas@clinic.example"
    )
    hand_over(message(conversation(practice), "practitioner", practitioners=(jonas.remote_id,)))
    (letter,) = sent(mailbox)
    assert letter["To"] == "jonas@clinic.example"
    assert "Asked for: Jonas Weber" in body(letter)
    person = Person.objects.create_person("j.weber@clinic.example", "a long enough password")
    login = Membership.objects.create(practice=practice, person=person, role=Membership.Role.PRACTITIONER)
    AssignedLogin.objects.create(
        practice=practice, connection=world.connection, membership=login, practitioner_remote_id=jonas.remote_id
    )
    assert telling.practitioner_address(jonas.remote_id) == "j.weber@clinic.example"


@pytest.mark.parametrize(
    ("method", "after", "in_hours", "tasks", "letters"),
    [
        ("task", "both", True, 1, 0),
        ("task", "email", False, 0, 1),
        ("email", "task", True, 0, 1),
        ("email", "task", False, 1, 0),
        ("both", "both", True, 1, 1),
    ],
)
def test_the_method_goes_by_the_hours(
    practice: Practice, owner: Person, method: str, after: str, in_hours: bool, tasks: int, letters: int
) -> None:
    TriggerRule.objects.create(
        practice=practice,
        trigger="complaint",
        method=method,
        method_after_hours=after,
        recipients=["desk@clinic.example", "boss@clinic.example"],
    )
    hand_over(message(conversation(practice), in_hours=in_hours))
    assert StaffTask.objects.count() == tasks
    assert PersonalLetter.objects.count() == letters
    if letters:
        assert PersonalLetter.objects.get().addresses == ["desk@clinic.example", "boss@clinic.example"]


def test_without_anybody_to_write_to_it_is_a_task(practice: Practice) -> None:
    Person.objects.update(is_active=False)
    TriggerRule.objects.create(practice=practice, trigger="complaint", method="email", method_after_hours="email")
    hand_over(message(conversation(practice)))
    assert StaffTask.objects.count() == 1
    assert not HandOver.objects.get().by_email


def test_an_emergency_is_always_on_the_list(practice: Practice, owner: Person) -> None:
    TriggerRule.objects.create(
        practice=practice, trigger="emergency", on=False, method="email", method_after_hours="email"
    )
    hand_over(Message(conversation(practice).pk, "emergency", "emergency", "Mentioned an emergency"))
    assert StaffTask.objects.get().kind == "emergency"
    assert not PersonalLetter.objects.exists()


def test_what_robyn_could_not_finish_is_a_task_and_no_letter(practice: Practice, owner: Person) -> None:
    hand_over(message(conversation(practice), ""))
    assert StaffTask.objects.count() == 1
    assert not PersonalLetter.objects.exists()


def test_nothing_of_a_patient_is_logged(
    practice: Practice, owner: Person, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refusals = 1
    with caplog.at_level(logging.DEBUG):
        hand_over(message(conversation(practice)))
        with pytest.raises(Exception, match="SMTPDataError"):
            sent(mailbox)
        sent(mailbox)
    assert len(mailbox.envelopes) == 1
    said = "".join(
        f"{record.getMessage()} {record.__dict__}" for record in caplog.records if record.name[:6] == "routiq"
    )
    assert "Sam" not in said
    assert "491570006" not in said
    assert owner.email not in said


def test_without_a_mail_server_the_letter_is_not_printed(
    practice: Practice, owner: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_over(message(conversation(practice)))
    letter = PersonalLetter.objects.get()
    with override_settings(EMAIL_BACKEND=CONSOLE):
        jobs.send_personal_letter(letter.practice_id, letter.pk)
    printed = capsys.readouterr().out
    assert "Subject: A complaint" in printed
    assert "Sam" not in printed
    assert not mail.outbox
