"""What is said while something is handed over to people."""

from __future__ import annotations

from datetime import date, datetime

from routiq.robyn.language import _
from routiq.robyn.wording import CALLER_NUMBER, PERSON_COMING
from routiq.robyn.wording.moments import spoken_day, spoken_time

NO_ADVICE = _("I'm an automated assistant and can't give clinical advice.")
CLINICAL = _("I have passed your question on to our team, and they will ring you.")
CAN_BOOK = _("I can also book an appointment for you.")
PICTURE = _("I'm sorry, I can't look at pictures. Please tell me in words what you need.")
PICTURE_AGAIN = _("I'm sorry, I can't look at pictures. I have asked our team to ring you back.")
CANT_ANSWER = _("I can't answer that myself.")
SORRY = _("I'm sorry to hear that.")
SHALL_THEY_RING = _("Shall I ask our team to ring you about it, yes or no?")
YOUR_NAME = _("May I have your name, please?")
CALL_REASON = _("What is it about, in a few words?")
CALL_WHEN = _("When would be a good time to ring you?")
CALL_MESSAGE = _("Is there anything they should know before they ring?")
NO_CALL = _("No worries, I have told our team that you need no call.")
NOTED = _("I have noted that.")

_THANK_YOU = _("Thank you, {name}. I have asked our team to ring you back.")
_IN_TODAY = _("They are in again today from {time}.")
_IN_AGAIN = _("They are in again on {day} from {time}.")
_IS_IT_YOU = _("Shall they ask for {name} on the number ending in {digits}?")
_IS_IT_YOUR_NUMBER = _("Shall they ring the number ending in {digits}?")


def call_back_noted(name: str) -> str:
    return _THANK_YOU.format(name=name) if name else str(PERSON_COMING)


def in_again(opens: datetime, today: date) -> str:
    sentence = _IN_TODAY if opens.date() == today else _IN_AGAIN
    return sentence.format(day=spoken_day(opens.date(), today), time=spoken_time(opens))


def is_it_you(name: str, number: str) -> str:
    """Of a number that was not told just now no more is said than its end (V5)."""
    if not number:
        return str(CALLER_NUMBER)
    sentence = _IS_IT_YOU if name else _IS_IT_YOUR_NUMBER
    return sentence.format(name=name, digits=" ".join(number[-3:]))
