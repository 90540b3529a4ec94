"""What this room's programs decide about people."""

from __future__ import annotations

from routiq.messaging.carrier import carrier
from routiq.messaging.models import Text
from routiq.practices.decisions import AsSet, By, Data, Decision, Topic


def _texts() -> AsSet:
    if carrier() is None:
        return AsSet("No text messages are sent.", made=False)
    return AsSet("A company outside the practice carries them; it sees the number and the words.")


ABOVE = (Text.Reason.NO_MOBILE, Text.Reason.NOT_CURRENT)
"""Found by the room that would have stored the text."""

DECISIONS = (
    Decision(
        code="messaging.text",
        topic=Topic.KEPT,
        name="Sending a text message",
        decided="whether and when a text message goes to a patient: not after they asked not to be contacted, not to "
        "a number that takes none, not when it is too late or no longer so, and at night only as an answer to what "
        "the patient has just done",
        data=(Data.PHONE, Data.STOP, Data.VISITS),
        by=By.ALONE,
        effect="A patient may be told of a change by text, later than at once, or not by text.",
        person="Where a text was promised and could not be sent, the team gets a task and rings.",
        covers=tuple(reason for reason in Text.Reason if reason not in ABOVE),
        made_in=(
            "messaging.jobs.send_text",
            "messaging.jobs.send_due",
            "messaging.sending.why_not",
        ),
        as_set=_texts,
    ),
)
