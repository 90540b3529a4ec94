"""The expressions that name days: a table of patterns over normalised words, most specific first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise

from routiq.robyn.understanding import calendar
from routiq.robyn.understanding.calendar import Found, Match
from routiq.robyn.understanding.spans import Line
from routiq.robyn.understanding.words import MONTHS, WEEKDAYS


@dataclass(frozen=True)
class DayPart:
    """One expression about days, where it stood and how it was meant."""

    start: int
    end: int
    found: Found
    negative: bool = False
    bound: str = ""
    """``after``, ``from``, ``before``, ``until`` or ``by`` that day."""


_WD = "(?P<wd>" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + ")"
_WD2 = _WD.replace("wd>", "wd2>")
_FULL_WD = "(?P<wd>" + "|".join(name for name in WEEKDAYS if name.endswith("day")) + ")"
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_NTH = r"(?P<day>\d{1,2}(?:st|nd|rd|th)?|first|second|third)"
_ORD = r"(?P<day>\d{1,2}(?:st|nd|rd|th))"
_YEAR = r"(?:\s+,?\s*(?:of\s+)?(?P<year>20\d\d))?"
_PART = r"(?P<part>morning|arvo|afternoon|evening|night|lunchtime|lunch time)"
_WHERE = r"(?:(?P<where>early|late|later|start|beginning|end|middle|mid)\s+(?:in\s+)?(?:of\s+)?)?(?:the\s+)?"
_TOMORROW = r"(?:tomorrow|tmrw|tmr|tomoz|2moro)"
_HOLIDAY = "(?P<holiday>" + "|".join(calendar.HOLIDAYS) + ")"
_LEAD = r"(?:on\s+)?(?:the\s+)?"

_Meaning = Callable[[Match, date], "Found | None"]
_TABLE: tuple[tuple[str, _Meaning], ...] = (
    (r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", calendar.iso),
    (r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d\d|\d\d)", calendar.day_and_month),
    (r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d|\d\d))?", calendar.day_and_month),
    (
        rf"(?:the )?{_NTH} week (?:of|in) (?:the )?(?:{_MONTH}|(?P<which>next|this|following) month)",
        calendar.week_of_month,
    ),
    (
        rf"(?:the )?(?P<nth>first|second|third|4th|last) {_WD} (?:of|in) (?:the )?(?:{_MONTH}|"
        r"(?P<which>this|next|following)? ?month)",
        calendar.weekday_of_month,
    ),
    (r"not this week(?: ,)?(?: but)? (?:the (?:one|1|week) after(?: that)?|next week)", calendar.week),
    (_HOLIDAY, calendar.holiday),
    (rf"(?:{_WD},?\s+)?(?:the\s+)?{_NTH}\s+(?:day\s+)?(?:of\s+)?{_MONTH}{_YEAR}", calendar.day_and_month),
    (
        rf"(?:{_WD},?\s+)?{_MONTH}\s+(?:the\s+)?{_NTH}{_YEAR}(?!\s*(?:oclock|am\b|pm\b|[:.]\d))",
        calendar.day_and_month,
    ),
    (rf"(?:the\s+)?{_NTH}\s+(?:day\s+)?(?:of\s+)?(?P<which>this|the|next|following)\s+month", calendar.day_of_month),
    (rf"(?:the\s+)?day after {_TOMORROW}", partial(calendar.plus, 2)),
    (r"(?P<n>\d{1,2}|a couple of|a) (?P<unit>day|week|fortnight|month)s? from (?:today|now)", calendar.from_today),
    (r"a week (?:from |on )?(?:today|now)|today week", partial(calendar.plus, 7)),
    (rf"a week (?:from |on )?{_TOMORROW}|{_TOMORROW} week", partial(calendar.plus, 8)),
    (r"(?:a )?fortnight (?:from |on )?(?:today|now)|today fortnight", partial(calendar.plus, 14)),
    (rf"(?:a )?fortnight (?:from |on )?{_TOMORROW}|{_TOMORROW} fortnight", partial(calendar.plus, 15)),
    (rf"{_TOMORROW}(?:\s+{_PART})?", partial(calendar.plus, 1)),
    (rf"(?:today|this)\s+{_PART}", partial(calendar.plus, 0)),
    (r"(?P<part>tonight)", partial(calendar.plus, 0)),
    (r"(?:later )?today", partial(calendar.plus, 0)),
    (rf"yesterday|last (?:week|month|{_WD})", calendar.gone),
    (rf"{_WD}s?\s*(?:to|till|until|through|thru)\s*{_WD2}s?(?P<next> next week)?", calendar.weekday_range),
    (rf"(?:a|1) (?P<week_on>week) (?:from |on )?{_WD}", calendar.weekday),
    (rf"(?P<n>\d|a couple of) weeks? (?:from|after|on) {_WD}", calendar.weeks_from),
    (rf"(?:a )?(?P<fortnight>fortnight) (?:from |on )?{_WD}", calendar.weekday),
    (rf"{_WD} (?P<fortnight>fortnight)", calendar.weekday),
    (rf"{_WD} (?:of )?(?:the )?(?P<after_next>week after next|after next)", calendar.weekday),
    (rf"(?P<after_next>week after next) (?:on )?{_WD}", calendar.weekday),
    (rf"{_WD} ,? ?(?:of |in )?(?:the )?(?P<next>(?:next|following) week)", calendar.weekday),
    (rf"(?P<next>(?:next|following) week)(?: ,)?(?: on)? {_WD}", calendar.weekday),
    (rf"{_WD} (?:of )?(?P<this_week>this week)", calendar.weekday),
    (rf"(?P<this_week>this week)(?: on)? {_WD}", calendar.weekday),
    (rf"{_WD} (?P<week_on>week)", calendar.weekday),
    (rf"{_LEAD}(?:any |every |most )?{_FULL_WD}s", calendar.any_weekday),
    (rf"(?:any|every|most|an?) {_WD}(?! week\b)", calendar.any_weekday),
    (rf"(?:the |this |on )*(?:coming )?{_WD} (?:the )?{_ORD}", calendar.day_of_month),
    (rf"{_LEAD}(?P<next>next|following) {_WD}", calendar.weekday),
    (rf"(?:on |the |this |(?P<coming>coming |upcoming ))*{_WD}(?:'s)?", calendar.weekday),
    (r"(?:the )?week (?P<which>after) next", calendar.week),
    (rf"{_WHERE}(?P<which>this|next|following) week", calendar.week),
    (r"the week after(?: that)?(?= *$| *[,.?!]| (?:please|instead|if|at|around|in the)\b)", calendar.week),
    (r"(?:in |within |over )?(?:the )?next (?P<n>\d{1,2}|few|couple) (?:of )?(?P<unit>days|weeks)", calendar.within),
    (r"in (?:about |around )?(?P<n>\d{1,2}|a) (?P<unit>day|week|fortnight|month)s?(?:'? time)?", calendar.ahead),
    (r"(?P<n>a|1|2|3) (?P<unit>day|week|fortnight|month)s?(?:'? time| from (?:now|today))", calendar.ahead),
    (rf"{_WHERE}(?P<which>this|next|following) month", calendar.month),
    (r"(?P<where>early|late|start|beginning|end|middle|mid) (?:in |of )?(?:the )(?P<which>month)", calendar.month),
    (rf"(?P<where>early|late|start|beginning|end|middle|mid) (?:in |of )?{_MONTH}", calendar.named_month),
    (rf"(?:in|during|sometime in) {_MONTH}", calendar.named_month),
    (r"within (?:a|the|the next|1) (?P<unit>week|fortnight|month)", calendar.within_one),
    (r"in (?:a )?(?P<n>couple|few) (?:of )?(?P<unit>day|week|month)s(?:'? time)?", calendar.ahead),
    (r"(?:on )?(?:(?P<which>this|next|the) (?:coming )?)?weekends?", calendar.weekend),
    (r"(?:on )?(?:a |any )?(?:weekdays?|week days?)", calendar.working_days),
    (rf"{_LEAD}{_ORD}(?! (?:1|one|option|available|time|slot|appointment|choice))", calendar.day_of_month),
    (
        r"on the (?P<day>first|second|third)(?= *$| [.,?!]| (?:at|in the|before|after|around|please|if)\b)",
        calendar.day_of_month,
    ),
    (r"on the (?P<day>\d{1,2})(?! ?(?:oclock|am\b|pm\b|[:.]\d))", calendar.day_of_month),
)
_RULES = [(re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])"), meaning) for pattern, meaning in _TABLE]

_CLOSING = re.compile(
    r"\b(?:all|that'?s it|was it|everything|done|enough|good|okay|ok|fine|help|set|questions?|assistance|"
    r"service|time)"
    r"(?: i need(?:ed)?| here| from you)? (?:for )?(?:today|tonight)\b|\bfor the day\b"
)
"""Thanks and goodbyes name today without wishing for it."""

_NOT_BEFORE = re.compile(
    r"(?:\bnot|\bexcept|\bbar|anything but|any day but|other than|apart from|instead of|rather than|"
    r"(?:can ?'?t|cannot|couldn'?t|won'?t) (?:do|make|come|be there)|not free|busy|working|away)"
    r"(?: (?:for|on|it|this|the))*\s*$"
)
_NOT_AFTER = re.compile(
    r"^(?: ,)?(?: i)?(?: it)? (?:(?:does|is|will|would|do|am)(?: ?n'?t| not)|doesnt|won'?t|isnt|dont|can ?'?t|cannot|"
    r"(?:is|are) (?:no good|no use|out|bad))\b(?! (?:matter|mind|care|know))"
)
_JOINED = re.compile(r"\s*(?:or|and|nor|&)(?: (?:on|the))*\s*")
_BOUNDS = (
    ("by", r"by"),
    ("until", r"(?:until|till|up to|no later than|not after|not later than)"),
    ("before", r"(?:before|earlier than|sooner than|ahead of)"),
    ("from", r"(?:from|starting|beginning|not before|no earlier than|not earlier than|on or after)"),
    ("after", r"(?:after|later than|past)"),
)
_BOUND_RULES = [(name, re.compile(rf"\b{words}(?: (?:on|the))*\s*$")) for name, words in _BOUNDS]


def read_days(line: Line, today: date) -> list[DayPart]:
    """Take all expressions about days from the line, in the order they stand."""
    for match in list(_CLOSING.finditer(line.text)):
        word = line.text.rfind("to", match.start(), match.end())
        if word >= 0:
            line.take(word, match.end())
    parts = []
    for pattern, meaning in _RULES:
        for match in list(pattern.finditer(line.text)):
            if match.end() == match.start() or (found := meaning(match, today)) is None:
                continue
            before = line.before(match.start())
            after = line.text[match.end() : match.end() + 24]
            negative = bool(_NOT_BEFORE.search(before) or _NOT_AFTER.match(after))
            bound = "" if negative else next((name for name, rule in _BOUND_RULES if rule.search(before)), "")
            line.take(match.start(), match.end())
            parts.append(DayPart(match.start(), match.end(), found, negative, bound))
    return _refused_together(sorted(parts, key=lambda part: part.start), line)


def _refused_together(parts: list[DayPart], line: Line) -> list[DayPart]:
    """Of "not Monday or Tuesday" and "Monday or Tuesday won't work" both are refused."""
    joined = [
        bool(_JOINED.fullmatch(line.text[one.end : other.start])) and not (one.bound or other.bound)
        for one, other in pairwise(parts)
    ]
    for place in [*range(1, len(parts)), *range(len(parts) - 2, -1, -1)]:
        beside = [place - 1] if place and joined[place - 1] else []
        beside += [place + 1] if place + 1 < len(parts) and joined[place] else []
        if any(parts[other].negative for other in beside):
            parts[place] = replace(parts[place], negative=True)
    return parts
