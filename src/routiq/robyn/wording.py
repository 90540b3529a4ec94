"""Every sentence Robyn says, short enough to be spoken. Times are said in the location's zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.understanding.commands import Danger

EMERGENCY_NUMBERS = {"AU": "000", "NZ": "111", "GB": "999", "US": "911", "CA": "911"}
_DEFAULT_EMERGENCY = "your local emergency number"
CRISIS_LINES = {"AU": "Lifeline on 13 11 14", "NZ": "1737, free, by call or text"}


def spoken_time(at: datetime) -> str:
    """ "2:15 pm", "9 am", "12 noon"."""
    if (at.hour, at.minute) == (12, 0):
        return "12 noon"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def spoken_day(day: date, today: date | None = None) -> str:
    """ "Thursday 26 November"; with the year when it is not this one."""
    year = f" {day.year}" if today and day.year != today.year else ""
    return f"{day:%A} {day.day} {day:%B}{year}"


def spoken_start(offer: OfferedTime, today: date | None = None) -> str:
    start = offer.local_start
    return f"{spoken_day(start.date(), today)} at {spoken_time(start)}"


def listed(things: Iterable[str], word: str = "or") -> str:
    said = list(things)
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} {word} {said[-1]}"


def greeting(practice: str, called: str = "") -> str:
    hello = f"Hello {called}" if called else "Hello"
    return f"{hello}, this is Robyn, the automated assistant at {practice}."


HOW_CAN_I_HELP = "I can book an appointment for you. What day and time would suit you?"
I_CAN_BOOK_WHO = "I can book an appointment for you. Who is it for? Please tell me their first name."
WHO = "Who is the appointment for? Please tell me their first name."
WHO_AGAIN = "Sorry, I can't find that name with this number. Please tell me the first and last name once more."
FULL_NAME = "Thank you. Please tell me the first and last name."
DATE_OF_BIRTH = "Thank you. To be sure I have the right person, what is the date of birth?"
DATE_OF_BIRTH_AGAIN = "Sorry, that does not match what I have. Please tell me the date of birth once more."
UNKNOWN_CALLER = (
    "I can't book for this number myself yet, so I will ask our team to ring you back. May I have your name, please?"
)
NO_MATCH = (
    "I'm sorry, I can't find the right person. I will ask our team to ring you back. May I have your name, please?"
)
CALLER_NAME = "I will ask our team to ring you back. May I have your name, please?"
CALLER_NUMBER = "Thank you. Which number can the team reach you on?"
CALLER_NUMBER_AGAIN = "Sorry, I did not get a full number. Please tell me it once more, digit by digit."
WHEN = "What day and time would suit you?"
ANYTHING_ELSE = "Is there anything else?"
GOODBYE = "Thank you for calling. Goodbye."
THANKS_BACK = "You're welcome. Is there anything else?"
HELP_AGAIN = "Of course. What would you like to book, and when?"
WHICH_ONE = "Which one would you like?"
NOT_BOOKED = "No worries, I have not booked it. What other day or time would suit you?"
NONE_OF_THOSE = "No worries. What other day or time would suit you?"
GONE_BY = "I'm afraid that time has already passed. What other day or time would suit you?"
WAIT_WHILE = "That was a while ago, so I checked again."
NO_LONGER = "I'm sorry, that time is not free any more."
JUST_TAKEN = "I'm sorry, that time has just been taken, so it is not booked."
PLAIN_YES = "I can't answer that here, but our team can. Shall I book it as I read it out, yes or no?"
NOT_EXACTLY = "I have nothing at exactly that time."
NOTHING_THEN = "I have nothing in that part of the day."
NOT_READY = (
    "I'm sorry, I'm still being set up and can't book appointments yet. "
    "If you like, I can ask the team to ring you back."
)
PERSON_COMING = "Of course. I have asked our team to ring you back."
RUNNING_LATE = "Thank you for telling us. I have let our team know; they will ring you if it matters."
COMPLAINT = "I'm sorry to hear that. I have asked our team to ring you back about it."
BILLING = "That is one for our team. I have asked them to ring you back about it."
TEAM_HAS_IT = "Our team has your message and will ring you back."
NO_NUMBER = "Without a number our team can't ring you. Please call the clinic directly during opening hours."
STILL_COMING = "Our team has your message and will ring you back. I can still book an appointment for you."
OPTED_OUT = "Of course. I have asked our team to take you off the messages."
MOVE_PASSED_ON = (
    "I can't move appointments myself yet. I have asked our team to ring you about it; nothing is changed yet."
)
CANCEL_PASSED_ON = (
    "I can't cancel appointments myself yet. I have asked our team to ring you; it is not cancelled yet."
)
BOOKING_PASSED_ON = "I can't look that up myself yet. I have asked our team to ring you about your appointment."
INVOICE_PASSED_ON = "That is one for our team. I have asked them to get back to you about it."
WAITLIST_PASSED_ON = "I have asked our team to put you on the list. They will ring you when something comes free."
QUESTION_PASSED_ON = "I can't answer that myself, so I have passed your question on to our team."
HANDED_OVER = "I'm sorry, I don't understand. I have asked our team to ring you back."
CLINICAL = (
    "I'm an automated assistant and can't give clinical advice. "
    "I can ask a person from our team to ring you, or book an appointment."
)
TEAM_WILL_CALL = "I can't book that online myself. I have asked our team to ring you; nothing is booked yet."
BOOKING_FAILED = "I'm sorry, I could not book it, so nothing is booked. I have asked our team to ring you back."
SYSTEM_DOWN = (
    "I'm sorry, I can't reach our diary just now, so nothing is booked. I have asked our team to ring you back."
)
NOT_CONFIRMED = (
    "I have sent it, but the diary has not confirmed it yet. Please do not book it again; our team will ring you."
)
STILL_NOT_CONFIRMED = (
    "The diary has still not confirmed your booking. Please do not book it again; our team will ring you."
)
NOT_BOOKED_YET = "I was interrupted before I could book it, so nothing is booked yet."
NOTHING_MORE_TAKEN = "No worries, I have not booked anything. Is there anything else?"
OTHER_DAYS = "I'm sorry, nothing is free then. Shall I look at other days?"
BEYOND = "I'm sorry, our diary is not open that far ahead yet. Shall I look at earlier days?"
ANYONE_ELSE = "I'm sorry, that can't be booked with that practitioner there. Shall I look at anyone else?"
NOTHING_AT_ALL = (
    "I'm sorry, I can't find a free time online. I have asked our team to ring you; nothing is booked yet."
)
CLARIFY = {
    "open": "Sorry, I did not understand. Would you like to book an appointment? Tell me a day and a time.",
    "choice": "Sorry, I did not understand. Which of these times would you like, or shall I look for others?",
    "confirm": "Sorry, I did not understand. Shall I book it, yes or no?",
    "pick": "Sorry, I did not understand.",
    "when": "Sorry, I did not understand. Please tell me a day and a time, such as Thursday after three.",
    "other_days": "Sorry, I did not understand. Shall I look at other days, yes or no?",
    "anyone_else": "Sorry, I did not understand. Shall I look at anyone else, yes or no?",
    "anything_else": "Sorry, I did not understand. Would you like to book another appointment?",
}


def which_day(days: Sequence[date], today: date) -> str:
    return f"Just to be sure: do you mean {listed(spoken_day(day, today) for day in days)}?"


def which(names: Sequence[str], subject: str) -> str:
    ask = {
        "appointment_type": "Which type of appointment would you like",
        "practitioner": "Who would you like to see",
    }
    return f"{ask.get(subject, 'Which clinic would you like')}: {listed(names)}?"


def emergency(danger: Danger, country: str) -> str:
    number = EMERGENCY_NUMBERS.get(country, _DEFAULT_EMERGENCY)
    if danger is Danger.SELF_HARM:
        line = CRISIS_LINES.get(country)
        talk = f" To talk to someone right now, call {line}." if line else ""
        return (
            f"I'm very sorry you are going through this. If you are in danger, please call {number} now.{talk} "
            + ("I have told our team.")
        )
    return f"This may be an emergency. Please hang up and call {number} now. I have told our team."


def offers(times: Sequence[OfferedTime], today: date, *, say_location: bool) -> str:
    """The times on the table, with what they have in common said once."""
    first = times[0]
    same_person = len({time.practitioner_id for time in times}) == 1
    same_place = len({time.location_id for time in times}) == 1
    lead = f"For {first.appointment_type_name}"
    if same_person:
        lead += f" with {first.practitioner_name}"
    if same_place and say_location:
        lead += f" at {first.location_name}"
    question = "Would that suit you?" if len(times) == 1 else "Which would suit you?"
    return f"{lead} I have {_by_day(times, today)}. {question}"


def _by_day(times: Sequence[OfferedTime], today: date) -> str:
    """Each day said once; who and where only when they differ."""
    same_person = len({time.practitioner_id for time in times}) == 1
    same_place = len({time.location_id for time in times}) == 1
    said = []
    for day, group in groupby(times, key=lambda time: time.local_start.date()):
        of_day = []
        for time in group:
            who = "" if same_person else f" with {time.practitioner_name}"
            where = "" if same_place else f" at {time.location_name}"
            of_day.append(f"{spoken_time(time.local_start)}{who}{where}")
        said.append(f"{spoken_day(day, today)} at {listed(of_day)}")
    return ", or ".join(said)


def which_of(times: Sequence[OfferedTime], today: date) -> str:
    return f"I have {_by_day(times, today)}. Which one would you like?"


def read_back(offer: OfferedTime, called: str, today: date) -> str:
    return (
        f"So that is {spoken_start(offer, today)}, {offer.appointment_type_name} with {offer.practitioner_name} "
        f"at {offer.location_name}, for {called}. Shall I book it?"
    )


def booked(offer: OfferedTime, today: date) -> str:
    return (
        f"It is booked: {spoken_start(offer, today)}, {offer.appointment_type_name} with {offer.practitioner_name} "
        f"at {offer.location_name}. {ANYTHING_ELSE}"
    )


def nothing_relative(later: bool) -> str:
    return f"I'm sorry, I have nothing {'later' if later else 'earlier'}. What other day or time would suit you?"


def call_back_noted(name: str) -> str:
    return f"Thank you, {name}. I have asked our team to ring you back. {ANYTHING_ELSE}"
