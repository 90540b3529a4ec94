"""From a matched expression to days, in the practice's zone. Pure; past days are marked, not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from routiq.robyn.understanding.words import MONTHS, WEEKDAYS

Match = re.Match[str]


@dataclass(frozen=True)
class Found:
    days: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    first: date | None = None
    last: date | None = None
    part: str = ""
    """A part of the day said along: "tonight", "tomorrow morning"."""
    past: bool = False
    unsure: bool = False
    """``days`` are readings of one day."""
    again: date | None = None
    """The next such day, where only the number of the day was said."""


NOTHING = Found()
PAST = Found(past=True)
_WORDS = {"first": 1, "second": 2, "third": 3}
_WEEK = timedelta(weeks=1)


def _day_number(text: str) -> int:
    return _WORDS.get(text) or int(re.sub(r"\D", "", text))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _one(day: date | None, today: date) -> Found | None:
    if day is None:
        return None
    return PAST if day < today else Found(days=(day,))


def _month_on(today: date, months: int) -> tuple[int, int]:
    ahead = today.month - 1 + months
    return today.year + ahead // 12, ahead % 12 + 1


def _monday(today: date, weeks: int = 0) -> date:
    return today - timedelta(today.isoweekday() - 1) + weeks * _WEEK


def coming(weekday: int, today: date) -> date:
    """The next such weekday, today included."""
    return today + timedelta((weekday - today.isoweekday()) % 7)


def plus(days: int, match: Match, today: date) -> Found:
    return Found(days=(today + timedelta(days=days),), part=match.groupdict().get("part") or "")


def iso(match: Match, today: date) -> Found | None:
    return _one(_made(int(match["year"]), int(match["month"]), int(match["day"])), today)


def day_and_month(match: Match, today: date) -> Found | None:
    """The next such day, or that of the year said. "5/11" is 5 November."""
    month = MONTHS.get(match["month"]) or int(match["month"])
    day, said_year = _day_number(match["day"]), match["year"]
    if said_year:
        return _one(_made(int(said_year) % 100 + 2000, month, day), today)
    found = (_made(year, month, day) for year in range(today.year, today.year + 5))
    day_meant = next((d for d in found if d and d >= today), None)
    if day_meant is None:
        return NOTHING  # The 30th of February is no day, and the 30th of this month is not meant.
    return _with_weekday(match, [day_meant], today)


def day_of_month(match: Match, today: date) -> Found | None:
    """ "The 26th", with or without "of this month" or "of next month"."""
    day = _day_number(match["day"])
    which = match.groupdict().get("which")
    if which:
        year, month = _month_on(today, 0 if which == "this" else 1)
        return _one(_made(year, month, day), today)
    found = (_made(*_month_on(today, months), day) for months in range(12))
    return _with_weekday(match, [d for d in found if d and d >= today], today)


def _with_weekday(match: Match, coming_days: list[date], today: date) -> Found | None:
    """The first of the days. When it is not the weekday that was said with it, it is asked: that day, or the next
    month's if it fits, else the weekday nearest to it."""
    if not coming_days:
        return None
    day, later = coming_days[0], coming_days[1:2]
    weekday = WEEKDAYS.get(match.groupdict().get("wd") or "")
    if weekday is None or day.isoweekday() == weekday:
        return Found(days=(day,), again=later[0] if later else None)
    fits = [other for other in later if other.isoweekday() == weekday]
    near = (day + timedelta(days=shift) for shift in (1, -1, 2, -2, 3, -3))
    fits += [other for other in near if other.isoweekday() == weekday and other >= today]
    return Found(days=tuple(sorted({day, fits[0]})), unsure=True) if fits else Found(days=(day,))


def weekday(match: Match, today: date) -> Found | None:
    """ "Thursday" is the coming one, today included; "next Thursday" the one of next week."""
    said = match.groupdict()
    number = WEEKDAYS[match["wd"]]
    after_today = coming(number, today + timedelta(days=1))
    in_week = timedelta(days=number - 1)
    if said.get("week_on"):
        return Found(days=(after_today + _WEEK,))
    if said.get("fortnight"):
        return Found(days=(after_today + 2 * _WEEK,))
    if said.get("after_next"):
        return Found(days=(_monday(today, 2) + in_week,))
    if said.get("next"):
        return Found(days=(_monday(today, 1) + in_week,))
    if said.get("this_week"):
        return _one(_monday(today) + in_week, today)
    return Found(days=(after_today if said.get("coming") else coming(number, today),))


def weeks_from(match: Match, today: date) -> Found:
    """ "Two weeks from Thursday"."""
    weeks = 2 if not match["n"].isdigit() else int(match["n"])
    return Found(days=(coming(WEEKDAYS[match["wd"]], today + timedelta(days=1)) + weeks * _WEEK,))


def any_weekday(match: Match, today: date) -> Found:
    return Found(weekdays=(WEEKDAYS[match["wd"]],))


def weekday_range(match: Match, today: date) -> Found:
    number, length = WEEKDAYS[match["wd"]], (WEEKDAYS[match["wd2"]] - WEEKDAYS[match["wd"]]) % 7
    first = _monday(today, 1) + timedelta(number - 1) if match["next"] else coming(number, today)
    return Found(days=tuple(first + timedelta(n) for n in range(length + 1)))


def _where(word: str | None, first: date, last: date, few: int) -> tuple[date, date]:
    if word in {"early", "start", "beginning"}:
        return first, first + timedelta(days=few)
    if word in {"late", "later", "end"}:
        return last - timedelta(days=few), last
    if word in {"mid", "middle"}:
        return first + timedelta(days=few), last - timedelta(days=few)
    return first, last


def _from_today(first: date, last: date, today: date) -> Found:
    return PAST if last < today else Found(first=max(first, today), last=last)


def week(match: Match, today: date) -> Found:
    said = match.groupdict()
    weeks = {"this": 0, "after": 2}.get(said.get("which") or "", 1)
    monday = _monday(today, weeks)
    last = monday + timedelta(days=4 if said.get("where") else 6)
    return _from_today(*_where(said.get("where"), monday, last, 1), today)


def month(match: Match, today: date) -> Found:
    months = 0 if match["which"] in {"this", "month"} else 1
    after = date(*_month_on(today, months + 1), 1)
    first = date(*_month_on(today, months), 1)
    return _from_today(*_where(match["where"], first, after - timedelta(days=1), 9), today)


def named_month(match: Match, today: date) -> Found:
    number = MONTHS[match["month"]]
    year = today.year + (number < today.month)
    after = date(year + number // 12, number % 12 + 1, 1)
    where = match.groupdict().get("where")
    return _from_today(*_where(where, date(year, number, 1), after - timedelta(days=1), 9), today)


def week_of_month(match: Match, today: date) -> Found:
    """ "The second week of December": its second seven days."""
    number = MONTHS.get(match["month"] or "")
    year, month = _month_on(today, 0 if match["which"] == "this" else 1)
    if number:
        year, month = today.year + (number < today.month), number
    first = date(year, month, 1) + (min(_day_number(match["day"]), 4) - 1) * _WEEK
    return _from_today(first, first + timedelta(days=6), today)


def weekday_of_month(match: Match, today: date) -> Found | None:
    """ "The first Monday in December", "the last Friday of next month"."""
    number = MONTHS.get(match["month"] or "")
    if number:
        return _one(_nth_in_month(match, today.year + (number < today.month), number), today)
    if match["which"]:
        months = 0 if match["which"] == "this" else 1
        return _one(_nth_in_month(match, *_month_on(today, months)), today)
    found = (_nth_in_month(match, *_month_on(today, months)) for months in range(2))
    return _one(next(day for day in found if day >= today), today)


def _nth_in_month(match: Match, year: int, month: int) -> date:
    first = coming(WEEKDAYS[match["wd"]], date(year, month, 1))
    days = [day for weeks in range(5) if (day := first + weeks * _WEEK).month == month]
    return days[-1] if match["nth"] == "last" else days[_day_number(match["nth"]) - 1]


HOLIDAYS = {
    "christmas eve": (12, 24), "christmas(?: day)?": (12, 25), "boxing day": (12, 26), "new year'?s eve": (12, 31),
    "new year'?s(?: day)?|new year": (1, 1), "australia day": (1, 26), "waitangi day": (2, 6), "anzac day": (4, 25),
}  # fmt: skip
"""Days of here with a name and a fixed date: what they may be called, and month and day."""


def holiday(match: Match, today: date) -> Found | None:
    month, day = next(when for called, when in HOLIDAYS.items() if re.fullmatch(called, match["holiday"]))
    found = (_made(year, month, day) for year in (today.year, today.year + 1))
    return _one(next((d for d in found if d and d >= today), None), today)


def ahead(match: Match, today: date) -> Found:
    """ "In three days", "in a fortnight"."""
    number = {"a": 1, "couple": 2, "few": 3}.get(match["n"]) or int(match["n"])
    unit = match["unit"]
    day = today + timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14, "month": 30}[unit])
    if unit == "day":
        return Found(days=(day,))
    return Found(first=day - timedelta(days=1), last=day + timedelta(days=5))


def from_today(match: Match, today: date) -> Found:
    """ "Three weeks from today": that very day; a month is about that day."""
    number = int(match["n"]) if match["n"].isdigit() else {"a": 1}.get(match["n"], 2)
    if match["unit"] == "month":
        day = today + timedelta(days=30 * number)
        return Found(first=day - timedelta(days=1), last=day + timedelta(days=5))
    return Found(days=(today + timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[match["unit"]]),))


def within_one(match: Match, today: date) -> Found:
    """ "Within a week"."""
    return Found(first=today, last=today + timedelta(days={"week": 7, "fortnight": 14, "month": 30}[match["unit"]]))


def within(match: Match, today: date) -> Found:
    """ "The next few days"."""
    count = {"few": 3, "couple": 2}.get(match["n"]) or int(match["n"])
    days = count * (7 if match["unit"] == "weeks" else 1)
    return Found(first=today, last=today + timedelta(days=days))


def weekend(match: Match, today: date) -> Found:
    which = match["which"]
    if not which:
        return Found(weekdays=(6, 7))
    saturday = _monday(today, 1 if which == "next" else 0) + timedelta(days=5)
    return Found(days=tuple(d for d in (saturday, saturday + timedelta(days=1)) if d >= today))


def working_days(match: Match, today: date) -> Found:
    return Found(weekdays=(1, 2, 3, 4, 5))


def gone(match: Match, today: date) -> Found:
    return NOTHING
