"""The expressions that name times of day: clock times, ranges, parts of the day. Pure, over normalised words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from routiq.robyn.understanding.spans import PART_OF_DAY, Line

OPENS, CLOSES = 7, 19
"""Hours between which an hour without am or pm is guessed to lie: 3 is 15:00, 9 is 09:00, 7 is 07:00."""


@dataclass(frozen=True)
class ClockPart:
    """One clock time, where it stood and how it was meant."""

    start: int
    end: int
    at: time
    relation: str = ""
    """``after``, ``before``, ``around``, ``not``, ``between`` (the first of two) or empty."""
    until: time | None = None
    guessed: bool = False
    """Neither am nor pm was said."""


@dataclass(frozen=True)
class DayTime:
    """A part of the day. Limits are of the start, inclusive."""

    start: int
    name: str
    earliest: time | None
    latest: time | None
    half: str = ""
    """``am`` or ``pm`` for a clock time said beside it."""
    negative: bool = False


_H = r"(?P<h>\d{1,2})"
_AP = r"(?P<ap>am|pm)"
_CLOCKS = tuple(
    re.compile(rf"(?<![\w:./])(?:{pattern})(?![\w:/]|\.\d)")
    for pattern in (
        r"(?P<word>midday|noon|12 noon|midnight)",
        rf"(?P<half>half) (?:past |after )?{_H}(?: ?(?:oclock|{_AP}))?",
        rf"(?:a )?(?P<quarter>quarter) (?P<side>past|after|to|of|before|till) {_H}(?: ?(?:oclock|{_AP}))?",
        rf"(?<!from )(?<!between )(?P<m>5|10|20|25|15)(?: minutes?| mins?)? "
        rf"(?P<side>past|to|before) {_H}(?: ?(?:oclock|{_AP}))?",
        rf"{_H}[:.](?P<m>[0-5]\d)(?: ?{_AP}| ?oclock)?",
        rf"{_H} (?P<m>[0-5]\d) ?{_AP}",
        rf"{_H} ?{_AP}",
        rf"{_H} ?oclock(?: ?{_AP})?",
        r"(?P<h>0?[6-9]|1\d|2[01])(?P<m>[0-5]\d)(?: ?(?:hours|hrs))?",
        rf"{_H} (?P<m>05|10|15|20|25|30|35|40|45|50|55)",
        r"(?P<h>[1-9])(?P<m>00|15|30|45)",
    )
)
_AFTER_WORD = re.compile(
    r"(?<![\w:./])(?:at|around|about|after|before|by|from|until|till|past|for|than|between|and|to|or|say|go with|"
    rf"take|make it|{PART_OF_DAY}) (?P<about>about |around |like )?(?P<h>\d{{1,2}})(?P<ish> ?ish\b)?"
    r"(?! ?(?:[\w:/]*\d|st\b|nd\b|rd\b|th\b|of (?!the clock)|days?|weeks?|months?|years?|minutes?|mins?|hours?|"
    r"people|times?|appointments?|sessions?|kids|children|options?|%))(?!\w)"
)
_ISH = re.compile(r"(?<![\w:./])(?P<h>\d{1,2})(?P<ish> ?ish\b)")
_THE_ONE = re.compile(r"\bthe (?P<h>\d{1,2}) (?:one|1)\b")
_BEFORE_DAY = re.compile(r"(?<![\w:./])(?P<h>\d{1,2})(?= (?:on |this )?\u0000)")
_LISTED = re.compile(r"(?<![\w:./])(?P<h>\d{1,2}) (?:to|till|until|and|or) ?$")
_BEFORE_PART = re.compile(rf"(?<![\w:./])(?P<h>\d{{1,2}})(?= (?:(?:in|on) )?(?:the )?{PART_OF_DAY})")
_ALONE = re.compile(r"^(?:(?:um|uh|maybe|say|ok|okay|yes|no|please|actually) ?,? )*(?P<h>\d{1,2})(?: ?ish)?(?: ?,? (?:please|thanks|is (?:good|fine|best)|works|would be (?:good|great)))*(?: [.!?])*$")  # fmt: skip  # noqa: E501

_NAMES = (
    ("after_school", r"after school(?: time| hours)?", time(15, 30), time(18, 0), "pm"),
    ("after_work", r"after (?:work|hours|i (?:knock off|finish|get off|clock off)(?: work)?|knock ?off)|"
     r"end of (?:the|my) day", time(17, 0), None, "pm"),
    ("after_smoko", r"after (?:smoko|morning tea)", time(10, 30), None, ""),
    ("smoko", r"(?:at |around |over )?(?:smoko|morning tea)(?: time)?", time(10, 0), time(10, 30), "am"),
    ("before_work", r"before (?:work|school)", None, time(8, 30), "am"),
    ("first_thing", r"(?:the )?(?:very )?first thing(?: in the morning)?|first (?:appointment|slot) of the day",
     None, time(9, 0), "am"),
    ("not_too_early", r"not too early", time(10, 0), None, ""),
    ("not_too_late", r"not too late", None, time(16, 0), ""),
    ("last_thing", r"(?:the )?last thing|as late as possible|late in the day|"
     r"(?:at )?(?:the )?end of (?:the )?day",
     time(15, 30), None, "pm"),
    ("after_dinner", r"after (?:dinner|tea)", time(18, 0), None, "pm"),
    ("after_lunch", r"after lunch(?: ?time)?", time(13, 0), None, "pm"),
    ("before_lunch", r"before lunch(?: ?time)?", None, time(11, 59), "am"),
    ("early_morning", r"early (?:in the |\u0000+ ?)?morning|early am", None, time(9, 30), "am"),
    ("mid_morning", r"mid ?(?:\u0000+ ?)?morning|middle of the morning", time(9, 30), time(11, 0), "am"),
    ("late_morning", r"late(?:r)? (?:in the |\u0000+ ?)?morning", time(10, 0), time(11, 59), "am"),
    ("early_afternoon", r"early (?:in the |\u0000+ ?)?(?:afternoon|arvo)", time(12, 0), time(14, 0), "pm"),
    ("mid_afternoon", r"mid ?(?:\u0000+ ?)?(?:afternoon|arvo)", time(14, 0), time(16, 0), "pm"),
    ("late_afternoon", r"late(?:r)? (?:in the |\u0000+ ?)?(?:afternoon|arvo)", time(15, 30), time(17, 30), "pm"),
    ("lunch", r"(?:at |around |over )?(?:lunch ?time|lunch ?break|lunch ?hour|lunch|midday ish|around midday)",
     time(12, 0), time(13, 45), "pm"),
    ("morning", r"mornings?|in the am|(?<=\u0000 )am", None, time(11, 59), "am"),
    ("afternoon", r"afternoons?|arvos?|in the pm|(?<=\u0000 )pm", time(12, 0), time(17, 0), "pm"),
    ("evening", r"evenings?|nights?|tonight", time(17, 0), None, "pm"),
)  # fmt: skip
_DAY_TIMES = [(name, re.compile(rf"(?<!good )(?<![\w'])(?:{words})(?!\w)"), early, late, half)
              for name, words, early, late, half in _NAMES]  # fmt: skip
PARTS = {name: (early, late, half) for name, _, early, late, half in _NAMES} | {
    "arvo": (time(12, 0), time(17, 0), "pm"),
    "night": (time(17, 0), None, "pm"),
    "tonight": (time(17, 0), None, "pm"),
    "lunchtime": (time(12, 0), time(13, 45), "pm"),
    "lunch time": (time(12, 0), time(13, 45), "pm"),
}
_NEGATIVE = re.compile(
    r"(?:\bnot|anything but|any ?time but|except|apart from|other than|can ?'?t do|bar)(?: (?:in|at|the|around))*\s*$"
)
_RELATIONS = tuple(
    (name, re.compile(rf"(?:{words})(?: (?:at|like|say|the|about))*\s*$"))
    for name, words in (
        ("after", r"\b(?:not before|no earlier than|not earlier than|nothing before|not until|not till)"),
        ("before", r"\b(?:not after|no later than|not later than|nothing after)"),
        ("not", r"\b(?:not(?: at)?|anything but|except(?: at)?)"),
        ("around", r"\b(?:around|about|approximately|approx|roughly|close to|near|nearer(?: to)?|sometime around)"),
        ("strictly_before", r"\b(?:before|earlier than|prior to)"),
        ("before", r"\b(?:by|until|till|up to)"),
        ("after", r"\b(?:after|from|past|later than|starting|any ?time from|beyond)"),
    )
)
_ONWARDS = re.compile(
    r"\s(?:or|and) (?:later|after|onwards)\b|\sonwards?\b|"
    r"\s(?:, )?(?:so |and |then )?(?:any ?time |anything )?after (?:that|then)\b"
)
_JOIN = re.compile(r"^\s*(?:to|and|till|until|-)\s*\u0000*$")


_WHEN = re.compile(
    r"\b(?:when(?:ever)?|after|before|until|till?|during|while|once|as soon as|asap|now|soon|later|any ?time|always|"
    r"all day|day ?time|lunch|breakfast|smoko|dinner|tea ?time|bed ?time|work|school|home|free|break|hours?|"
    r"minutes?|days?|weeks?|weekends?|weekdays?|early|late|up to you|does ?n'?t matter|do(?: not|n'?t) mind|not "
    r"(?:on|at|in)|except|flexible|easy|good (?:any|all))\b|\d"
)


def tells_when(said: str) -> bool:
    """Whether words that hold no day or time of the calendar may tell when somebody can be rung: "after the kids are
    in bed"."""
    return bool(_WHEN.search(said))


def guess(hour: int, minute: int, half: str | None) -> time | None:
    """The 24-hour time; without am or pm the one within opening hours."""
    if hour > 23 or minute > 59:
        return None
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif half is None and 1 <= hour < OPENS:
        hour += 12
    return time(hour, minute)


def _clock(match: re.Match[str], half: str | None) -> time | None:
    said = match.groupdict()
    if said.get("word"):
        return time(0) if said["word"] == "midnight" else time(12)
    hour, minute = int(said["h"]), int(said.get("m") or 0)
    if hour > 12:
        half = None
    if said.get("half"):
        minute = 30
    if said.get("quarter"):
        minute = 15
    if said.get("side") in {"to", "of", "before", "till"}:
        minute = 60 - minute
        hour = hour - 1 or 12
    return guess(hour, minute, half)


def read_day_times(line: Line) -> list[DayTime]:
    """Take the parts of the day from the line."""
    found = []
    for name, pattern, earliest, latest, half in _DAY_TIMES:
        for match in list(pattern.finditer(line.text)):
            negative = bool(_NEGATIVE.search(line.before(match.start())))
            line.take(match.start(), match.end(), PART_OF_DAY)
            found.append(DayTime(match.start(), name, earliest, latest, half, negative))
    return found


def read_clocks(line: Line, half: str | None = None, *, alone: bool = False) -> list[ClockPart]:
    """Take the clock times from the line. ``half`` is what a part of the day beside them says, am or pm; ``alone``
    lets a mere number be a time ("3", when a time was asked for)."""
    found: list[ClockPart] = []

    def keep(match: re.Match[str], start: int, end: int, relation: str = "") -> None:
        said_half = match.groupdict().get("ap") or half
        at = _clock(match, said_half)
        if at is None:
            return
        before = line.before(start)
        relation = relation or next((name for name, rule in _RELATIONS if rule.search(before)), "")
        if re.match(r"\s?(?:ish\b|or so\b|or thereabouts\b)", line.text[end:]):
            relation = "around"
        elif _ONWARDS.match(line.text[end:]):
            relation = "after"
        elif re.match(r"\sor (?:earlier|before)\b", line.text[end:]):
            relation = "before"
        line.take(start, end)
        found.append(
            ClockPart(start, end, at, relation, guessed=said_half is None and not match.groupdict().get("word"))
        )

    for pattern in _CLOCKS:
        for match in list(pattern.finditer(line.text)):
            keep(match, match.start(), match.end())
    for pattern in (_ISH, _AFTER_WORD, _BEFORE_PART, *([_ALONE, _BEFORE_DAY, _THE_ONE] if alone else [])):
        while hit := pattern.search(line.text):
            count = len(found)
            said = hit.groupdict()
            keep(hit, hit.start("h"), hit.end("h"), "around" if said.get("about") or said.get("ish") else "")
            if len(found) == count:
                break
    for part in list(found):
        if listed := _LISTED.search(line.text[: part.start]):
            keep(listed, listed.start("h"), listed.end("h"))
    return _ranges(sorted(found, key=lambda part: part.start), line)


def _ranges(parts: list[ClockPart], line: Line) -> list[ClockPart]:
    """Join "between 2 and 4", "from 2 to 4", "2 to 4"."""
    joined: list[ClockPart] = []
    for part in parts:
        last = joined[-1] if joined else None
        between = line.text[last.end : part.start] if last else ""
        if last and last.until is None and _JOIN.match(between):
            opened = re.search(
                r"\b(?:between|from|around|about)\s*(?:say )?$", line.text[: last.start].replace("\u0000", " ")
            )
            if "and" not in between or opened:
                first = last.at
                if last.guessed and first > part.at and first.hour >= 12:
                    first = first.replace(hour=first.hour - 12)
                joined[-1] = ClockPart(last.start, part.end, first, "between", part.at, last.guessed)
                continue
        joined.append(part)
    return joined
