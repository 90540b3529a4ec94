"""Days and times as people here say them, or on channels that are read as people write them. All in the location's
zone; ``datetime`` arguments are local already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.language import _, is_spoken

_WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
_MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
_HOURS = (
    _("twelve"), _("one"), _("two"), _("three"), _("four"), _("five"),
    _("six"), _("seven"), _("eight"), _("nine"), _("ten"), _("eleven"),
)  # fmt: skip
_PAST = {
    0: _("{hour} o'clock"),
    5: _("five past {hour}"),
    10: _("ten past {hour}"),
    15: _("quarter past {hour}"),
    20: _("twenty past {hour}"),
    25: _("twenty-five past {hour}"),
    30: _("half past {hour}"),
    35: _("twenty-five to {next}"),
    40: _("twenty to {next}"),
    45: _("quarter to {next}"),
    50: _("ten to {next}"),
    55: _("five to {next}"),
}
_OTHER_MINUTE = _("{minute} past {hour}")
_MORNING, _EVENING = _("{time} in the morning"), _("{time} in the evening")
_EITHER_HALF = (6, 7, 8)
"""A clinic may be open at these hours of both halves of the day."""
_NOON, _MIDDAY = _("12 noon"), _("midday")
_AM, _PM = _("{time} am"), _("{time} pm")
_DAY = _("{weekday} {number} {month}")
_DAY_AND_YEAR = _("{weekday} {number} {month} {year}")
_DAY_SAID = _("{weekday} the {ordinal}")
_DAY_AND_MONTH_SAID = _("{weekday} the {ordinal} of {month}")
_DAY_AND_YEAR_SAID = _("{weekday} the {ordinal} of {month} {year}")
_DATE = _("{number} {month} {year}")
_AT = _("{day} at {time}")
_OR, _AND = _("or"), _("and")
_WITH, _PLACE = _(" with {practitioner}"), _(" at {location}")


def spoken_time(at: datetime) -> str:
    """ "2:15 pm", "9 am", "12 noon"; heard: "quarter past two", "half past seven in the morning", "midday"."""
    if (at.hour, at.minute) == (12, 0):
        return str(_MIDDAY if is_spoken() else _NOON)
    if is_spoken():
        return _clock(at)
    minutes = f":{at.minute:02}" if at.minute else ""
    return (_AM if at.hour < 12 else _PM).format(time=f"{at.hour % 12 or 12}{minutes}")


def _clock(at: datetime) -> str:
    hour, following = _HOURS[at.hour % 12], _HOURS[(at.hour + 1) % 12]
    said = _PAST.get(at.minute, _OTHER_MINUTE).format(hour=hour, next=following, minute=at.minute)
    if at.hour < 6 or at.hour in _EITHER_HALF:
        return _MORNING.format(time=said)
    return _EVENING.format(time=said) if at.hour >= 18 else said


def spoken_day(day: date, today: date | None = None) -> str:
    """ "Thursday 26 November", with the year when it is not this one; heard: "Thursday the 26th", with the month when
    it is not this one."""
    parts = {
        "weekday": _WEEKDAYS[day.weekday()],
        "number": day.day,
        "ordinal": ordinal(day.day),
        "month": _MONTHS[day.month - 1],
        "year": day.year,
    }
    this_year = today is None or day.year == today.year
    if not is_spoken():
        return (_DAY if this_year else _DAY_AND_YEAR).format(**parts)
    if not this_year:
        return _DAY_AND_YEAR_SAID.format(**parts)
    this_month = today is not None and day.month == today.month
    return (_DAY_SAID if this_month else _DAY_AND_MONTH_SAID).format(**parts)


def spoken_date(day: date) -> str:
    """ "1 June 2014", as a day of birth is said."""
    return _DATE.format(number=day.day, month=_MONTHS[day.month - 1], year=day.year)


def ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spoken_start(offer: OfferedTime, today: date | None = None) -> str:
    start = offer.local_start
    return _AT.format(day=spoken_day(start.date(), today), time=spoken_time(start))


def listed(things: Iterable[str], word: str = _OR) -> str:
    said = [str(thing) for thing in things]
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} {word} {said[-1]}"


def listed_together(things: Iterable[str]) -> str:
    return listed(things, _AND)


def by_day(times: Sequence[OfferedTime], today: date) -> str:
    """Each day said once; who and where only when they differ."""
    same_person = len({time.practitioner_id for time in times}) == 1
    same_place = len({time.location_id for time in times}) == 1
    said = []
    for day, group in groupby(times, key=lambda time: time.local_start.date()):
        of_day = []
        for time in group:
            who = "" if same_person else _WITH.format(practitioner=time.practitioner_name)
            where = "" if same_place else _PLACE.format(location=time.location_name)
            of_day.append(f"{spoken_time(time.local_start)}{who}{where}")
        said.append(_AT.format(day=spoken_day(day, today), time=listed(of_day)))
    return f", {_OR} ".join(said)
