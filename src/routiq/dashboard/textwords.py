"""How the text about a change stands, in a sentence for staff. Of the number no more is shown than its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from routiq.frontdesk.confirmations import text_about
from routiq.frontdesk.models import Write
from routiq.messaging.models import Text
from routiq.practices.clocks import clock

#: Whoever hands one over needs no longer, as a rule.
_AT_WORK = timedelta(minutes=1)


def of_write(write: Write) -> str:
    """Empty where no text was meant to be. By the practice's clock."""
    text = text_about(write)
    return in_words(text, timezone.now().astimezone(write.connection.practice.zone)) if text else ""


def in_words(text: Text, now: datetime) -> str:
    """``now`` in the zone of the reader."""
    to = f"to the mobile ending {text.number_ending}"
    if text.state == Text.State.SENT and text.sent_at is not None:
        return f"Text sent {_when(text.sent_at, now)} {to}."
    if text.state == Text.State.DELIVERED and text.sent_at is not None:
        return f"Text sent {_when(text.sent_at, now)} {to}, and delivered."
    if text.state == Text.State.NOT_SENT:
        return f"{'No text came through' if text.body else 'No text'}: {Text.Reason(text.reason).label}."
    if text.state == Text.State.UNCERTAIN and text.asked_at is not None and now - text.asked_at > _AT_WORK:
        return f"Text {to}: no answer came, and it is being looked up whether it went out."
    if text.due_at is None:
        return ""
    if text.state == Text.State.WAITING and text.attempts:
        return f"Text {to}: not sent yet, and tried again at {_when(text.due_at, now)}."
    if text.due_at - now > _AT_WORK and text.state == Text.State.WAITING:
        return f"A text goes {to} at {_when(text.due_at, now)}."
    return f"A text is on its way {to}."


def _when(moment: datetime, now: datetime) -> str:
    """``2:30 pm``, and of another day ``8:00 am on Friday 27 November``."""
    local = moment.astimezone(now.tzinfo)
    day = "" if local.date() == now.date() else f" on {local:%A} {local.day} {local:%B}"
    return f"{clock(local)}{day}"
