"""Handing a text over, at most once.

The carrier has no key by which the same text twice would be one. So it is written down that a text is being handed
over before it is; whatever interrupts that leaves it uncertain, and then it is looked for among what the carrier has,
until nothing can arrive there any more. Only then is it handed over again (docs/adr/028).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone

from routiq import faults
from routiq.connections.connecting import live_connection
from routiq.consent import ledger
from routiq.messaging import concerns, outbox
from routiq.messaging.carrier import Carrier, NotCarried, NothingSent, Refused, carrier
from routiq.messaging.hours import goes_at
from routiq.messaging.models import Text
from routiq.practices.live import announce
from routiq.practices.locks import alone

log = logging.getLogger("routiq.messaging")

#: Minutes after which one of which nothing went out is tried again; the last from then on.
DELAYS = (1, 2, 5, 15, 30, 60)
#: Whoever hands one over has ended by then, or died.
IN_WORK = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=1)
#: Only after so long, and so many looks, is "not there" believed: longer than Twilio takes over any request.
BELIEVED_AFTER = timedelta(minutes=2)
LOOKUPS = 3
#: After these minutes it is asked whether what was sent has arrived.
ARRIVED_BY = (5, 30, 180)


def send(text_id: int) -> None:
    """Bring a text of the practice in force nearer to its end, whatever interrupted it. Must be called outside a
    transaction: each step is committed before the next begins. Repeating is harmless."""
    with alone("text", text_id) as mine:
        text = Text.objects.filter(pk=text_id, state__in=Text.SEEN_TO, due_at__lte=timezone.now()).first()
        if not mine or text is None:
            return
        by = carrier()
        if text.state == Text.State.SENT:
            _follow(text, by)
        elif by is None:
            uncertain = text.state == Text.State.UNCERTAIN
            outbox.end(text, Text.Reason.NOT_KNOWN if uncertain else Text.Reason.NO_CARRIER)
        elif text.state == Text.State.WAITING or _is_not_there(text, by):
            _hand_over(text, by)


def _hand_over(text: Text, by: Carrier) -> None:
    now = timezone.now()
    if (reason := why_not(text, now)) is not None:
        outbox.end(text, reason)
        return
    goes = goes_at(now, ZoneInfo(text.time_zone), asked_for_at=text.asked_for_at, useful_until=text.useful_until)
    if goes > now:
        _put_off(text, goes)
        return
    mine = Text.objects.filter(pk=text.pk, state=Text.State.WAITING)
    claim = {"state": Text.State.UNCERTAIN, "asked_at": now, "due_at": now + IN_WORK, "lookups": 0}
    if not mine.update(**claim, attempts=F("attempts") + 1):
        return  # It was ended meanwhile.
    text.refresh_from_db()
    faults.point("text_claimed")
    try:
        carried = by.send(text.number, text.body)
    except Refused as refused:
        _log("text refused", text, refused)
        outbox.end(text, refused.reason, refused.code)
    except NothingSent as error:
        _log("text not sent", text, error)
        later = timezone.now() + timedelta(minutes=DELAYS[min(text.attempts, len(DELAYS)) - 1])
        text.state, text.carrier_code = Text.State.WAITING, error.code
        # When it is of no use any more, the team is told at once.
        _put_off(text, min(max(later, error.until or later), text.useful_until))
    except NotCarried as error:
        _log("text uncertain", text, error)
        text.carrier_code = error.code
        _put_off(text, timezone.now() + LOOK_AGAIN)
    else:
        faults.point("text_taken")
        _sent(text, carried, timezone.now())


def why_not(text: Text, now: datetime) -> Text.Reason | None:
    """Why it must not go out any more."""
    if now >= text.useful_until:
        return Text.Reason.TOO_LATE
    if live_connection() is None:
        return Text.Reason.DISCONNECTED
    if ledger.has_opted_out(number=text.number, patient_id=text.patient_remote_id):
        return Text.Reason.STOPPED
    concern = concerns.of_purpose.get(text.purpose)
    if concern is not None and not concern.still_holds(text):
        return Text.Reason.CHANGED
    return None


def _is_not_there(text: Text, by: Carrier) -> bool:
    """Of one that may have gone out: is it certain that it has not? What is found is closed here."""
    now = timezone.now()
    asked_at = text.asked_at or text.created_at
    try:
        found = by.find(text.number, text.body, asked_at)
    except NotCarried as error:
        _log("text not looked up", text, error)
        if now >= text.useful_until:
            outbox.end(text, Text.Reason.NOT_KNOWN, error.code)
        else:
            text.carrier_code = error.code
            _put_off(text, now + LOOK_AGAIN)
        return False
    others = Text.objects.exclude(pk=text.pk).filter(carrier_id__in=[each.id for each in found])
    taken = set(others.values_list("carrier_id", flat=True))
    ours = next((each for each in found if each.id not in taken), None)
    if ours is not None and ours.refused is not None:
        outbox.end(text, ours.refused.reason, ours.refused.code)
    elif ours is not None:
        _sent(text, ours.id, ours.created_at)
    else:
        text.lookups += 1
        if text.lookups >= LOOKUPS and now - asked_at >= BELIEVED_AFTER:
            text.state = Text.State.WAITING
            _put_off(text, now)
            return True
        _put_off(text, now + LOOK_AGAIN)
    return False


def _keep(text: Text, *fields: str) -> None:
    """Unless it was ended meanwhile: a later change, or somebody who disconnects, asks nobody."""
    still = Text.objects.filter(pk=text.pk, state__in=Text.SEEN_TO)
    if still.update(**{field: getattr(text, field) for field in fields}):
        announce(text.practice_id, "booking")


def _put_off(text: Text, until: datetime) -> None:
    text.due_at = until
    _keep(text, "state", "lookups", "carrier_code", "due_at")


def _follow(text: Text, by: Carrier | None) -> None:
    """Has it arrived? What has not leaves the team to ring; of what nobody tells, "sent" is the last word."""
    sent_at = text.sent_at or text.created_at
    looks = (sent_at + timedelta(minutes=minutes) for minutes in ARRIVED_BY)
    text.due_at = next((look for look in looks if look > timezone.now()), None)
    try:
        found = by.follow(text.carrier_id) if by is not None else None
    except NotCarried as error:
        _log("text not followed", text, error)
        found = None
    if found is not None and found.refused is not None:
        outbox.end(text, found.refused.reason, found.refused.code, states=(Text.State.SENT,))
        return
    if found is not None and found.arrived:
        text.state, text.due_at = Text.State.DELIVERED, None
    _keep(text, "state", "due_at")


def _sent(text: Text, carried: str, at: datetime) -> None:
    text.state, text.carrier_id, text.sent_at, text.carrier_code = Text.State.SENT, carried, at, ""
    text.due_at = at + timedelta(minutes=ARRIVED_BY[0])
    _keep(text, "state", "carrier_id", "sent_at", "carrier_code", "due_at")
    log.info("text sent", extra={"text": text.pk, "attempt": text.attempts})


def _log(event: str, text: Text, error: NotCarried) -> None:
    log.warning(event, extra={"text": text.pk, "attempt": text.attempts, "why": error.code})
