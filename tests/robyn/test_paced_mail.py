"""E-mails about hand-overs at the pace that each login chose, and none in its quiet hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from routiq.frontdesk.models import StaffTask
from routiq.practices.models import Membership, Person, PersonalLetter, Practice
from routiq.robyn import restored
from routiq.robyn.escalation import telling
from routiq.robyn.escalation.handing import hand_over
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.paced import moment
from routiq.robyn.models import HandOver, TriggerRule, WaitingMail
from tests.practices.test_letters import Mailbox, mailbox
from tests.robyn.test_escalation_mail import body, conversation, message, sent

__all__ = ["mailbox"]
SYDNEY = ZoneInfo("Australia/Sydney")
ADELAIDE = ZoneInfo("Australia/Adelaide")
NIGHT = (time(18), time(7, 30))


def at(clock: str, day: int = 25, zone: ZoneInfo = SYDNEY) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "pace", "quiet", "told"),
    [
        (at("10:20"), "at_once", None, at("10:20")),
        (at("10:20"), "hourly", None, at("11:00")),
        (at("11:00"), "hourly", None, at("12:00")),
        (at("10:20", zone=ADELAIDE), "hourly", None, at("11:00", zone=ADELAIDE)),
        (at("10:20"), "daily", None, at("8:00", 26)),
        (at("7:59"), "daily", None, at("8:00")),
        (at("10:20"), "at_once", NIGHT, at("10:20")),
        (at("18:00"), "at_once", NIGHT, at("7:30", 26)),
        (at("3:00"), "at_once", NIGHT, at("7:30")),
        (at("17:20"), "hourly", NIGHT, at("7:30", 26)),
        (at("12:30"), "at_once", (time(12), time(13)), at("13:00")),
        (at("9:00"), "daily", (time(7), time(9)), at("9:00", 26)),
    ],
)
def test_the_moment_is_by_the_practices_clock(
    now: datetime, pace: str, quiet: tuple[time, time] | None, told: datetime
) -> None:
    assert moment(now, pace, quiet) == told


def test_quiet_hours_end_by_the_clock_on_the_day_it_changes() -> None:
    before = datetime(2026, 10, 3, 23, 0, tzinfo=SYDNEY)
    assert moment(before, "at_once", NIGHT) == datetime(2026, 10, 4, 7, 30, tzinfo=SYDNEY)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wednesday() -> object:
    with time_machine.travel(at("10:20"), tick=False) as travelling:
        yield travelling


def wishes(person: Person, **wish: object) -> None:
    Membership.objects.filter(person=person).update(**wish)


def test_once_an_hour_all_of_it_comes_in_one_email(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    wishes(owner, hand_over_pace="hourly")
    hand_over(message(conversation(practice), message="Waited too long"))
    hand_over(message(conversation(practice), "billing", reason="Patient asked about a bill"))
    assert not PersonalLetter.objects.exists()
    assert telling.tell_later(at("10:59")) == 0
    assert telling.tell_later(at("11:00")) == 1
    (letter,) = sent(mailbox)
    assert letter["Subject"] == "2 things that Robyn left for your team"
    assert letter["To"] == owner.email
    assert body(letter).index("1. A complaint") < body(letter).index("2. A question about a bill")
    assert "Message: Waited too long" in body(letter)
    assert telling.tell_later(at("12:00")) == 0


def test_one_alone_comes_as_it_would_at_once(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    wishes(owner, hand_over_pace="daily")
    row = conversation(practice)
    hand_over(message(row))
    assert telling.tell_later(at("8:00", 26)) == 1
    (letter,) = sent(mailbox)
    assert letter["Subject"] == "A complaint"
    assert f"/conversations/{row.pk}" in body(letter)


def test_what_is_told_meanwhile_stands_in_it_once(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    wishes(owner, hand_over_pace="hourly")
    row = conversation(practice)
    begun = hand_over(message(row))
    hand_over(message(row, message="One thing more", id=begun.pk))
    assert telling.tell_later(at("11:00")) == 1
    (letter,) = sent(mailbox)
    assert body(letter).count("Patient has a complaint") == 1
    assert "One thing more" in body(letter)


def test_in_quiet_hours_nothing_comes_until_they_end(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    wishes(owner, quiet_from=time(10), quiet_until=time(14))
    hand_over(message(conversation(practice)))
    assert not PersonalLetter.objects.exists()
    assert telling.tell_later(at("13:59")) == 0
    assert telling.tell_later(at("14:00")) == 1


def test_an_emergency_waits_for_no_hour(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    wishes(owner, hand_over_pace="daily", quiet_from=time(0), quiet_until=time(23, 59))
    hand_over(Message(conversation(practice).pk, "emergency", "emergency", "Mentioned an emergency"))
    (letter,) = sent(mailbox)
    assert letter["Subject"].startswith("URGENT")


def test_what_nobody_is_told_at_once_is_a_task_whatever_is_set(practice: Practice, owner: Person) -> None:
    TriggerRule.objects.create(practice=practice, trigger="complaint", method="email", method_after_hours="email")
    hand_over(message(conversation(practice)))
    assert not StaffTask.objects.exists()
    wishes(owner, hand_over_pace="daily")
    kept = hand_over(message(conversation(practice)))
    assert kept.by_email
    assert StaffTask.objects.get().pk == kept.task_id


def test_others_are_told_at_once_all_the_same(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    other = Person.objects.create_person("desk@clinic.example", "a long enough password")
    Membership.objects.create(practice=practice, person=other, role="reception", hand_over_mail="all")
    wishes(owner, hand_over_pace="daily")
    hand_over(message(conversation(practice)))
    (letter,) = sent(mailbox)
    assert letter["To"] == "desk@clinic.example"
    assert WaitingMail.objects.get().membership.person == owner


@pytest.mark.parametrize("meanwhile", ["wants none", "may not log in"])
def test_whoever_wants_none_any_more_gets_none(practice: Practice, owner: Person, meanwhile: str) -> None:
    wishes(owner, hand_over_pace="hourly")
    hand_over(message(conversation(practice)))
    if meanwhile == "wants none":
        wishes(owner, hand_over_mail="none")
    else:
        Person.objects.filter(pk=owner.pk).update(is_active=False)
    assert telling.tell_later(at("11:00")) == 0
    assert not WaitingMail.objects.exists()
    assert StaffTask.objects.exists()


def test_what_waited_when_a_backup_was_made_is_not_told_twice(practice: Practice, owner: Person) -> None:
    wishes(owner, hand_over_pace="daily")
    hand_over(message(conversation(practice)))
    restored.leave_to_the_team("25 November")
    assert telling.tell_later(at("8:00", 26)) == 0
    assert StaffTask.objects.count() == 1


def test_it_is_told_once_also_when_the_writing_broke_off(practice: Practice, owner: Person) -> None:
    wishes(owner, hand_over_pace="hourly")
    hand_over(message(conversation(practice), complete=False))
    assert telling.tell_due(at("10:20") + timedelta(minutes=4)) == 1
    assert HandOver.objects.get().told_at
    assert telling.tell_later(at("11:00")) == 1
    assert PersonalLetter.objects.count() == 1
    assert telling.tell_later(at("12:00")) == 0
