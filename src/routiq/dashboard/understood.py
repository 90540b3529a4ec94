"""What Robyn understood and did, in words for the people who watch her."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

Names = Mapping[str, str]
"""What practitioners, locations and appointment types are called, by the vendor's ids."""

_PLAIN = {
    "any_choice": "Does not mind which",
    "affirm": "Yes",
    "deny": "No",
    "ask_others": "Wants to hear other times",
    "ask": "Asks a question",
    "greet": "Greeting",
    "thank": "Thanks",
    "end": "Ends the call",
    "repeat": "Wants it said again",
    "clinical": "Asks for clinical advice: left to a clinician",
    "ask_machine": "Asks whether a machine is speaking",
    "sent_picture": "Sent a picture without words",
    "not_understood": "Not understood",
    "start_reschedule": "Wants to move an appointment",
    "start_cancel": "Wants to cancel an appointment",
    "ask_booking": "Asks about an appointment there is",
    "ask_invoice": "Asks about an invoice",
    "join_waitlist": "Wants to be told when something comes free",
    "opt_out": "Wants no more messages",
    "correct": "Sets right what was read back",
    "say_new": "Was not a patient here before",
    "for_another": "It is for somebody else",
    "for_self": "It is for who speaks",
    "give_up": "Wants nothing of it any more",
}
_WEEKDAYS = ("", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_PLACES = {0: "that one", 1: "the first", 2: "the second", 3: "the third", -1: "the last"}


def command_in_words(command: dict[str, Any], names: Names) -> str:
    """One understood command, such as ``Time: Thu 26 Nov, after 3:00 pm``."""
    kind = str(command.get("type", ""))
    match kind:
        case "start_booking":
            return "Wants another appointment" if command.get("another") else "Wants an appointment"
        case "wish_time":
            return f"Time: {_wish(command)}"
        case "name_choice" | "any_choice":
            what = str(command.get("what", "choice")).replace("_", " ")
            if kind == "any_choice":
                return f"Any {what} will do"
            if command.get("other"):
                return f"Another {what}"
            named = [names[each] for each in command.get("ids", ()) if each in names]
            nearly = " (nearly spelled so)" if command.get("close") else ""
            return f"{what.capitalize()}: {' or '.join(named)}{nearly}" if named else f"Names {_an(what)}"
        case "for_several":
            return "For somebody else as well" if command.get("also") else "For several people"
        case "choose":
            return f"Takes {_chosen(command)}"
        case "give_name":
            return f"Name: {command.get('name', '')}"
        case "give_date_of_birth":
            return f"Date of birth: {_born(command.get('date'))}"
        case "give_phone":
            return f"Phone: {command.get('number', '')}"
        case "ask_person":
            reason = {"complaint": " (a complaint)", "billing": " (about money)", "late": " (is running late)"}
            return f"Wants a person{reason.get(command.get('reason', ''), '')}"
        case "emergency":
            return "Self-harm mentioned" if command.get("danger") == "self_harm" else "Emergency mentioned"
    return _PLAIN.get(kind) or _generic(command, kind)


def action_in_words(action: dict[str, Any], names: Names) -> str:
    """One thing that was done, such as ``Read the free times: 2 found, Thu 26 Nov, 3:15 pm and 4:00 pm``."""
    match action.get("did"):
        case "recognised":
            number = action.get("patients", 0)
            if number == 0:
                return "Looked the number up: nobody known has it"
            return "Recognised the number" + ("" if number == 1 else f": {number} patients share it")
        case "identified":
            return "Found out who is speaking"
        case "times_read":
            return _times(action)
        case "offered":
            number = len(action.get("tokens", ()))
            return f"Offered {number} {'time' if number == 1 else 'times'}"
        case "read_back":
            what = "the new patient's details" if "register" in action else "the appointment"
            return f"Read {what} back and asked for a yes"
        case "asked_to_move" | "asked_to_cancel" | "asked_to_register":
            verb, done = _CHANGES[str(action["did"])]
            ended = _CHANGE_OUTCOMES.get(str(action.get("outcome")), "Asked to {}")
            return done if action.get("outcome") == "done" else ended.format(verb)
        case "told_bookings":
            number = len(action.get("appointments", ()))
            return f"Told of {number} {'appointment' if number == 1 else 'appointments'}"
        case "asked_to_book":
            outcome = _OUTCOMES.get(action.get("outcome", ""), "Asked for the booking")
            steps = [_STEPS.get(step, step.replace("_", " ")) for step in action.get("steps", ())]
            return f"{outcome}: {', '.join(steps)}" if steps else outcome
        case "task_left":
            return f"Left a task for staff: {str(action.get('kind', '')).replace('_', ' ')}"
        case "email_to_team":
            return "Told the team by e-mail"
    plain = _DONE.get(str(action.get("did", "")))
    return plain or _generic(action, str(action.get("did", "")))


_CHANGES = {
    "asked_to_move": ("move it", "Moved the appointment"),
    "asked_to_cancel": ("cancel it", "Cancelled the appointment"),
    "asked_to_register": ("register", "Registered the patient"),
}
_CHANGE_OUTCOMES = {
    "ask_first": "Could not {} yet: something had to be asked first",
    "slot_taken": "Could not {}: the time was taken meanwhile",
    "not_allowed": "Could not {}",
    "uncertain": "Asked to {}, no answer yet",
    "vendor_down": "Could not {}: the practice management system does not answer",
}
_DONE = {
    "not_identified": "Name and date of birth did not match anybody",
    "told_owed": "Told what is still to be paid",
    "joined_waitlist": "Put on the waiting list",
    "opted_out": "Recorded: no more messages",
    "settled": "Learned how a change ended",
}


_OUTCOMES = {
    "booked": "Booked",
    "slot_taken": "The time was taken meanwhile",
    "not_allowed": "Could not book",
    "uncertain": "Asked to book, no answer yet",
    "vendor_down": "Could not reach the practice management system",
}
_STEPS = {
    "held": "time held",
    "times_read": "times read again",
    "sent": "sent",
    "answered": "answered",
    "conflicts_read": "checked for conflicts",
    "closed": "noted",
    "rehearsed": "only rehearsed, not written",
}
_REASONS = {
    "full": "nothing free fits",
    "beyond": "too far ahead for online bookings",
    "switched_off": "switched off for online bookings",
    "not_offered": "not offered in this combination",
    "unavailable": "the practice management system does not answer",
}


def _times(action: dict[str, Any]) -> str:
    """Times come in UTC and are told in the zone in force: the practice's."""
    offers = [_moment(each) for each in action.get("offers", ())]
    if not offers:
        return f"Read the free times: {_REASONS.get(action.get('reason', ''), 'none found')}"
    return f"Read the free times: {'; '.join(offers)}"


def _wish(wish: dict[str, Any]) -> str:
    parts: list[str] = []
    if wish.get("soonest"):
        parts.append("as soon as possible")
    if wish.get("days"):
        parts.append(" or ".join(_day(each) for each in wish["days"]))
    if wish.get("weekdays"):
        parts.append(", ".join(_WEEKDAYS[each] for each in wish["weekdays"]))
    if wish.get("first_day") or wish.get("last_day"):
        parts.append(_between(_day(wish.get("first_day")), _day(wish.get("last_day")), "from", "until"))
    if wish.get("at"):
        parts.append(f"at {_clock(wish['at'])}")
    elif wish.get("not_before") or wish.get("not_after"):
        parts.append(_between(_clock(wish.get("not_before")), _clock(wish.get("not_after")), "after", "before"))
    for key, words in (
        ("later", "later"),
        ("earlier", "earlier"),
        ("any_day", "any day"),
        ("any_time", "any time"),
        ("past", "already gone"),
    ):
        if wish.get(key):
            parts.append(words)
    if wish.get("not_days"):
        parts.append("not " + ", ".join(_day(each) for each in wish["not_days"]))
    if wish.get("not_weekdays"):
        parts.append("not " + ", ".join(_WEEKDAYS[each] for each in wish["not_weekdays"]))
    return ", ".join(parts) or "any"


def _chosen(command: dict[str, Any]) -> str:
    if command.get("earlier"):
        return "the earlier one"
    if command.get("later"):
        return "the later one"
    position = command.get("position", 0)
    return _PLACES.get(position, f"number {position}")


def _between(first: str, last: str, after: str, before: str) -> str:
    if first and last:
        return f"{first} to {last}"
    return f"{after} {first}" if first else f"{before} {last}"


def _generic(values: dict[str, Any], kind: str) -> str:
    """A readable line for what has no sentence of its own."""
    head = kind.replace("_", " ").capitalize() or "Something"
    skipped = {"type", "did"}
    rest = [f"{key.replace('_', ' ')} {_value(value)}" for key, value in values.items() if key not in skipped]
    said = [line for line in rest if line.strip()]
    return f"{head}: {', '.join(said)}" if said else head


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " and ".join(_value(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_value(each)}" for key, each in value.items())
    text = str(value)
    if len(text) >= 16 and text[4:5] == "-" and "T" in text:
        return _moment(text)
    return text.replace("_", " ")


def _day(value: str | None) -> str:
    day = _date(value)
    return f"{day:%a} {day.day} {day:%b}" if day else value or ""


def _born(value: str | None) -> str:
    day = _date(value)
    return f"{day.day} {day:%b %Y}" if day else value or ""


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None


def _clock(value: str | None) -> str:
    hours, _, rest = (value or "").partition(":")
    if not hours.isdigit():
        return value or ""
    hour = int(hours)
    return f"{hour % 12 or 12}:{rest[:2]} {'am' if hour < 12 else 'pm'}"


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        moment = timezone.localtime(moment)
    return f"{_day(moment.date().isoformat())}, {_clock(moment.strftime('%H:%M'))}"


def _an(word: str) -> str:
    return f"an {word}" if word[:1] in "aeiou" else f"a {word}"
