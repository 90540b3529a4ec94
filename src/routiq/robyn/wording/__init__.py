"""Every sentence Robyn says, short enough to be spoken: here what every conversation needs, in the modules beside it
what one flow needs. Each goes through :func:`routiq.robyn.language._`, so that it can be said in other words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.language import _
from routiq.robyn.understanding.commands import Danger
from routiq.robyn.wording.moments import by_day, listed, spoken_day, spoken_start

EMERGENCY_NUMBERS = {"AU": "000", "NZ": "111", "GB": "999", "US": "911", "CA": "911"}
_DEFAULT_EMERGENCY = _("your local emergency number")
CRISIS_LINES = {
    "AU": _("Lifeline on 13 11 14"),
    "NZ": _("1737, free, by call or text"),
    "GB": _("Samaritans on 116 123"),
    "US": _("988"),
    "CA": _("988"),
}


_HELLO = _("Hello, this is {her_name}, the automated assistant at {practice}.")
_HELLO_NAMED = _("Hello {called}, this is {her_name}, the automated assistant at {practice}.")
_I_AM = _("I'm {her_name}, an automated assistant at {practice}, not a person. You can ask for our team at any time.")


def greeting(practice: str, called: str = "", *, her_name: str = "Robyn", own: str = "", asks: str = "") -> str:
    """What she is comes first, whatever else is said (V3). Then the practice's ``own`` words, or what she can do;
    then what she ``asks``, or how she can help, unless the own words end with a question (CH-07)."""
    hello = (_HELLO_NAMED if called else _HELLO).format(practice=practice, called=called, her_name=her_name)
    asks = asks or ("" if own.endswith("?") else str(HOW_CAN_I_HELP))
    return " ".join(filter(None, (hello, own or str(WHAT_I_DO), asks)))


def not_ready(practice: str, *, her_name: str, own: str) -> str:
    """The greeting of a practice that is still being set up (CH-09)."""
    hello = _HELLO.format(practice=practice, her_name=her_name)
    return " ".join(filter(None, (hello, own, str(NOT_READY))))


def i_am(her_name: str, practice: str) -> str:
    return _I_AM.format(her_name=her_name, practice=practice)


WHAT_I_DO = _("I can book, move or cancel an appointment for you.")
HOW_CAN_I_HELP = _("How can I help?")
WHO_IS_IT_FOR = _("Who is it for? Please tell me their first name.")
WHO = _("Who is the appointment for? Please tell me their first name.")
WHO_AGAIN = _("Sorry, I can't find that name with this number. Please tell me the first and last name once more.")
FULL_NAME = _("Thank you. Please tell me the first and last name.")
DATE_OF_BIRTH = _("Thank you. To be sure I have the right person, what is the date of birth?")
DATE_OF_BIRTH_AGAIN = _("Sorry, that does not match what I have. Please tell me the date of birth once more.")
NO_MATCH = _(
    "I'm sorry, I can't find the right person. I will ask our team to ring you back. May I have your name, please?"
)
UNKNOWN_CALLER = _(
    "I can't book for this number myself, so I will ask our team to ring you back. May I have your name, please?"
)
CALLER_NAME = _("I will ask our team to ring you back. May I have your name, please?")
CALLER_NUMBER = _("Thank you. Which number can the team reach you on?")
CALLER_NUMBER_AGAIN = _("Sorry, I did not get a full number. Please tell me it once more, digit by digit.")
OFFER_BOOKING = _("Would you like to book one?")
SOONER = _("Shall I put you on the waiting list, in case something sooner comes free?")
NO_WORRIES = _("No worries.")
NOT_UNDERSTOOD = _("Sorry, I did not understand.")
CLINICAL_BESIDE = _("I can't give clinical advice, but I can help you book.")
NOTHING_BOOKED = _("I have not booked anything.")
WHEN = _("What day and time would suit you?")
ANYTHING_ELSE = _("Is there anything else?")
GOODBYE = _("Thank you for calling. Goodbye.")
THANKS_BACK = _("You're welcome. Is there anything else?")
HELP_AGAIN = _("Of course. What would you like to book, and when?")
NOT_BOOKED = _("No worries, I have not booked it. What other day or time would suit you?")
NONE_OF_THOSE = _("No worries. What other day or time would suit you?")
GONE_BY = _("I'm afraid that time has already passed. What other day or time would suit you?")
ONE_MOMENT = _("One moment, I'm looking that up.")
ONE_MOMENT_WRITING = _("One moment, I'm putting that in the diary.")
WAIT_WHILE = _("That was a while ago, so I checked again.")
NO_LONGER = _("I'm sorry, that time is not free any more.")
JUST_TAKEN = _("I'm sorry, that time has just been taken, so it is not booked.")
PLAIN_YES = _("I can't answer that here, but our team can. Shall I book it as I read it out, yes or no?")
NOT_EXACTLY = _("I have nothing at exactly that time.")
NOTHING_THEN = _("I have nothing in that part of the day.")
_USUAL_HAS_NONE = _("{practitioner} has nothing free then.")
NOT_READY = _(
    "I'm sorry, I'm still being set up and can't book appointments yet. "
    "If you like, I can ask the team to ring you back."
)
PERSON_COMING = _("Of course. I have asked our team to ring you back.")
RUNNING_LATE = _("Thank you for telling us. I have let our team know; they will ring you if it matters.")
COMPLAINT = _("I'm sorry to hear that. I have asked our team to ring you back about it.")
BILLING = _("That is one for our team. I have asked them to ring you back about it.")
TEAM_HAS_IT = _("Thank you. Our team has your message and will ring you back.")
NO_NUMBER = _("Without a number our team can't ring you. Please call the clinic directly during opening hours.")
STILL_COMING = _("Our team has your message and will ring you back. I can still book an appointment for you.")
OPTED_OUT = _("Done: you will get no more messages from us, apart from what you ask us yourself.")
STAYS_OFF = _("No worries, I have not put you on the list.")
INVOICE_PASSED_ON = _("That is one for our team. I have asked them to get back to you about it.")
WAITLIST_PASSED_ON = _("I have asked our team to put you on the list. They will ring you when something comes free.")
PRICE_PASSED_ON = _("I don't have that price, so I have passed your question on to our team.")
QUESTION_PASSED_ON = _("I can't answer that myself, so I have passed your question on to our team.")
HANDED_OVER = _("I'm sorry, I don't understand. I have asked our team to ring you back.")
TEAM_WILL_CALL = _("I can't book that online myself. I have asked our team to ring you; nothing is booked yet.")
BOOKING_FAILED = _("I'm sorry, I could not book it, so nothing is booked. I have asked our team to ring you back.")
SYSTEM_DOWN = _(
    "I'm sorry, I can't reach our diary just now, so nothing is booked. I have asked our team to ring you back."
)
NOT_CONFIRMED = _(
    "I have sent it, but the diary has not confirmed it yet. Please do not book it again; our team will ring you."
)
STILL_NOT_CONFIRMED = _(
    "The diary has still not confirmed your booking. Please do not book it again; our team will ring you."
)
STANDS = _("Yes, that is in our diary.")
NOTHING_MORE_TAKEN = _("No worries, I have not booked anything. Is there anything else?")
OTHER_DAYS = _("I'm sorry, nothing is free then. Shall I look at other days?")
TOO_SOON = _("I'm sorry, that is too soon for us to book. Shall I look at later days?")
BEYOND = _("I'm sorry, our diary is not open that far ahead yet. Shall I look at earlier days?")
ANYONE_ELSE = _("I'm sorry, that can't be booked with that practitioner there. Shall I look at anyone else?")
NOTHING_AT_ALL = _(
    "I'm sorry, I can't find a free time online. I have asked our team to ring you; nothing is booked yet."
)
CLARIFY = {
    "open": _("Sorry, I did not understand. Would you like to book an appointment? Tell me a day and a time."),
    "choice": _("Sorry, I did not understand. Which of these times would you like, or shall I look for others?"),
    "confirm": _("Sorry, I did not understand. Shall I book it, yes or no?"),
    "pick": _("Sorry, I did not understand."),
    "this_type": _("Sorry, I did not understand. Yes or no?"),
    "when": _("Sorry, I did not understand. Please tell me a day and a time, such as Thursday after three."),
    "wants_sooner": _("Sorry, I did not understand. Shall I put you on the waiting list for sooner, yes or no?"),
    "other_days": _("Sorry, I did not understand. Shall I look at other days, yes or no?"),
    "anyone_else": _("Sorry, I did not understand. Shall I look at anyone else, yes or no?"),
    "anything_else": _("Sorry, I did not understand. Would you like to book another appointment?"),
}


_SURE = _("Just to be sure: do you mean {days}?")
_IS_IT_FOR = _("Is it for {kind}?")
_DO_YOU_MEAN = _("Do you mean {name}?")
_WHICH = _("{question}: {names}?")
_WHICH_TYPE = _("Which type of appointment would you like")
_WHICH_PERSON = _("Who would you like to see")
_WHICH_CLINIC = _("Which clinic would you like")
_SELF_HARM = _("I'm very sorry you are going through this. If you are in danger, please call {number} now.")
_TALK = _("To talk to someone right now, call {line}.")
_TEAM_KNOWS = _("I have told our team.")
_EMERGENCY = _("This may be an emergency. Please hang up and call {number} now. I have told our team.")
_OFFERED = _("For {what} I have {times}. {question}")
_WHAT, _WHAT_WITH = _("{kind}"), _("{kind} with {practitioner}")
_WHAT_AT, _WHAT_WITH_AT = _("{kind} at {location}"), _("{kind} with {practitioner} at {location}")
_SUITS, _WHICH_SUITS = _("Would that suit you?"), _("Which would suit you?")
_WHICH_OF = _("I have {times}. Which one would you like?")
_READ_BACK = _("So that is {start}, {kind} with {practitioner} at {location}, for {called}. Shall I book it?")
_BOOKED = _("It is booked: {start}, {kind} with {practitioner} at {location}.")
TEXT_FOLLOWS = _("I'll text you a confirmation.")


def which_day(days: Sequence[date], today: date) -> str:
    return _SURE.format(days=listed(spoken_day(day, today) for day in days))


def is_it_for(kind: str) -> str:
    return _IS_IT_FOR.format(kind=kind)


def do_you_mean(name: str) -> str:
    return _DO_YOU_MEAN.format(name=name)


def which(names: Sequence[str], subject: str) -> str:
    ask = {"appointment_type": _WHICH_TYPE, "practitioner": _WHICH_PERSON}
    return _WHICH.format(question=ask.get(subject, _WHICH_CLINIC), names=listed(names))


def emergency(danger: Danger, country: str) -> str:
    number = EMERGENCY_NUMBERS.get(country, _DEFAULT_EMERGENCY)
    if danger is Danger.SELF_HARM:
        line = CRISIS_LINES.get(country)
        talk = f" {_TALK.format(line=line)}" if line else ""
        return f"{_SELF_HARM.format(number=number)}{talk} {_TEAM_KNOWS}"
    return _EMERGENCY.format(number=number)


def offers(times: Sequence[OfferedTime], today: date, *, say_location: bool) -> str:
    """The times on the table, with what they have in common said once."""
    first = times[0]
    same_person = len({time.practitioner_id for time in times}) == 1
    same_place = say_location and len({time.location_id for time in times}) == 1
    named = (_WHAT_WITH_AT if same_place else _WHAT_WITH) if same_person else (_WHAT_AT if same_place else _WHAT)
    return _OFFERED.format(
        what=named.format(**_parts(first)),
        times=by_day(times, today),
        question=_SUITS if len(times) == 1 else _WHICH_SUITS,
    )


def _parts(offer: OfferedTime, today: date | None = None) -> dict[str, str]:
    return {
        "start": spoken_start(offer, today),
        "kind": offer.appointment_type_name,
        "practitioner": offer.practitioner_name,
        "location": offer.location_name,
    }


def usual_has_none(practitioner: str) -> str:
    return _USUAL_HAS_NONE.format(practitioner=practitioner)


def which_of(times: Sequence[OfferedTime], today: date) -> str:
    return _WHICH_OF.format(times=by_day(times, today))


def read_back(offer: OfferedTime, called: str, today: date) -> str:
    return _READ_BACK.format(**_parts(offer, today), called=called)


def booked(offer: OfferedTime, today: date, *, text_follows: bool = False) -> str:
    return and_text(_BOOKED.format(**_parts(offer, today)), text_follows)


def and_text(said: str, follows: bool) -> str:
    """What is done, and the promise of a text where one is stored."""
    return f"{said} {TEXT_FOLLOWS}" if follows else said
