"""Storing a text with what it tells of, in the transaction of that; and ending one that is not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from routiq.consent import ledger
from routiq.messaging import concerns
from routiq.messaging.hours import goes_at
from routiq.messaging.models import Text
from routiq.practices.jobs_queue import defer_once
from routiq.practices.live import announce
from routiq.practices.tenancy import current_practice_id

#: It went to the carrier's own list of who said stop.
CARRIER = "carrier"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A text that is owed to a patient, whether or not there can be one."""

    intent_key: str
    purpose: Text.Purpose
    about: str
    patient_id: str
    time_zone: str
    asked_for_at: datetime | None
    useful_until: datetime


def store(owed: Owed, number: str, body: str) -> Text:
    """Send it from the commit on, to a number in E.164. The same intent twice is one text."""
    _take_the_place_of_earlier(owed)
    now = timezone.now()
    due = goes_at(now, ZoneInfo(owed.time_zone), asked_for_at=owed.asked_for_at, useful_until=owed.useful_until)
    text, is_new = _row(owed, number=number, body=body, due_at=due)
    if is_new and due <= now:
        post(text)
    return text


def leave_out(owed: Owed, reason: Text.Reason) -> Text:
    """There is none, and why is kept."""
    _take_the_place_of_earlier(owed)
    return _row(owed, state=Text.State.NOT_SENT, reason=reason)[0]


def _row(owed: Owed, **more: object) -> tuple[Text, bool]:
    return Text.objects.get_or_create(
        practice_id=current_practice_id(),
        intent_key=owed.intent_key,
        defaults={
            "purpose": owed.purpose,
            "about": owed.about,
            "patient_remote_id": owed.patient_id,
            "time_zone": owed.time_zone,
            "asked_for_at": owed.asked_for_at,
            "useful_until": owed.useful_until,
            **more,
        },
    )


def _take_the_place_of_earlier(owed: Owed) -> None:
    """What waits to be told about the same is not so any more."""
    earlier = Text.objects.filter(about=owed.about, state=Text.State.WAITING).exclude(intent_key=owed.intent_key)
    earlier.update(state=Text.State.NOT_SENT, reason=Text.Reason.CHANGED, due_at=None)


def post(text: Text) -> None:
    """Have a worker see to it, once the transaction is committed."""
    from routiq.messaging.jobs import send_text

    defer_once(send_text, f"text:{text.pk}", practice_id=text.practice_id, text_id=text.pk)


@transaction.atomic
def end(text: Text, reason: Text.Reason, code: str = "", *, states: tuple[str, ...] = Text.OPEN) -> bool:
    """It is not sent any more, or has not arrived. Returns whether it was in one of ``states``."""
    still = Text.objects.filter(pk=text.pk, state__in=states)
    code = code or text.carrier_code
    if not still.update(state=Text.State.NOT_SENT, reason=reason, carrier_code=code, due_at=None):
        return False
    text.refresh_from_db()
    if reason == Text.Reason.UNSUBSCRIBED:
        # What somebody said to the carrier counts with us as well, for whatever else is sent.
        ledger.withdraw(number=text.number, patient_id=text.patient_remote_id, source=CARRIER)
    if (concern := concerns.of_purpose.get(text.purpose)) is not None:
        concern.not_sent(text)
    announce(text.practice_id, "booking")
    return True
