"""The e-mail to whom a hand-over concerns, as soon as each of them wants it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from routiq.mirror.models import AssignedLogin
from routiq.mirror.sight import sight_of
from routiq.practices.letters import tell_about_patient
from routiq.practices.models import Membership
from routiq.practices.postbox import owners_addresses
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation import letter, paced
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.manner import rule_of
from routiq.robyn.models import HandOver, PractitionerAddress, WaitingMail

WAIT = timedelta(minutes=3)
"""So long an e-mail waits for what the patient is still telling."""


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


def tell(row: HandOver, now: datetime | None = None) -> None:
    """Write the e-mail of this hand-over, in the transaction of its row. Whoever wants it later is told later."""
    now = now or timezone.now()
    trigger = Trigger(row.trigger)
    soon, later = paced.sorted_out(trigger, addresses(trigger, row.practitioners), now)
    for login, due_at in later:
        WaitingMail.objects.update_or_create(
            practice_id=row.practice_id, hand_over=row, membership=login, defaults={"due_at": due_at}
        )
    if soon:
        row.letter_id = tell_about_patient(soon, letter.subject(row), letter.text(row)).pk
    if soon or later:
        row.told_at = now
        row.save(update_fields=["told_at", "letter_id"])


def tell_due(now: datetime | None = None) -> int:
    """E-mails that waited long enough for a patient who says no more. Returns how many were written."""
    now = now or timezone.now()
    due = HandOver.objects.filter(
        practice_id=current_practice_id(), by_email=True, told_at=None, begun_at__lte=now - WAIT
    )
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("conversation")[:100])
    for row in rows:
        tell(row, now)
    return len(rows)


def tell_later(now: datetime | None = None) -> int:
    """What waited for the hour at which somebody wants it, in one e-mail for each login. Returns how many e-mails.

    Whoever wants none of them any more, or may not log in, gets none: the team has each as a task already."""
    due = WaitingMail.objects.filter(practice_id=current_practice_id(), due_at__lte=now or timezone.now())
    rows = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("hand_over__conversation", "membership__person")
        .order_by("hand_over__begun_at", "pk")
    )
    written = 0
    for login in {row.membership_id: row.membership for row in rows}.values():
        told = [row.hand_over for row in rows if row.membership_id == login.pk]
        if login.person.is_active and login.hand_over_mail != Membership.HandOverMail.NONE:
            to, subject, text = [login.person.email], letter.subject_of_several(told), letter.text_of_several(told)
            written_one = tell_about_patient(to, subject, text)
            HandOver.objects.filter(pk__in=[row.pk for row in told], letter_id=None).update(letter_id=written_one.pk)
            written += 1
    WaitingMail.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return written
