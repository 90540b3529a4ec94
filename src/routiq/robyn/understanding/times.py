"""When the patient wants to come: days and times of one utterance put together. Pure; never in the past."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec

from routiq.robyn.understanding.commands import WishTime
from routiq.robyn.understanding.days import DayPart, read_days
from routiq.robyn.understanding.hours import PARTS, ClockPart, DayTime, read_clocks, read_day_times
from routiq.robyn.understanding.spans import GONE, Line

AROUND = timedelta(minutes=30)
_CORRECTS = re.compile(r"\b(?:no|sorry|actually|wait|rather|i mean|i meant|make (?:that|it)|instead|better|oops)\b")
_SOONEST = re.compile(
    r"\b(?:as soon as (?:possible|you can|i can)|asap|a\.?s\.?a\.?p|earliest(?! one)|soonest|first available|"
    r"next available|straight ?away|right away|urgently|as early as possible|quick as|(?:the )?next (?:free )?"
    r"(?:slot|opening|appointment|one available))\b"
)
_LATER = re.compile(
    r"\b(?:(?:any(?:thing|time)?|something|bit|little|much|some ?time|a|make it|but|have|got|be|with|do|come|go)\s+)"
    r"(?:a bit |a little |bit |much )?later\b(?! on? (?:today|this|in))(?! one)|^later(?: please)?\W*$|\btoo early\b"
)
_EARLIER = re.compile(
    r"\b(?:(?:any(?:thing|time)?|something|bit|little|much|some ?time|make it|but|have|got|be|with|do|come|go)\s+)"
    r"(?:a bit |a little |bit |much )?(?:earlier|sooner)\b(?! one)|^(?:earlier|sooner)(?: please)?\W*$|\btoo late\b"
)
_ANY_DAY = re.compile(r"\b(?:any|whichever|whatever) day\b|\bday does ?n'?t matter\b|\bany other day\b")
_ANY_TIME = re.compile(
    r"\b(?:any ?time|whenever|any time of (?:the )?day|time does ?n'?t matter|i'?m (?:pretty |quite )?flexible|"
    r"all day)\b(?! (?:after|before|from|between|but|except|until|on the))"
)


_LEAVES_OPEN = re.compile(
    r"\b(?:not (?:fussed|bothered|picky)|whatever (?:you|ya|u) (?:reckon|have|think|got|like|can)|whatever'?s "
    r"(?:going|free|available|on)|i'?m easy|(?:do ?n'?t|do not|dont) (?:mind|care)|you (?:choose|pick|decide|tell "
    r"me)|what(?:'ve| have|'?s) (?:you|ya) got|up to you|what do you have)\b"
)
"""In answer to "what day and time": any will do."""


@dataclass(frozen=True)
class Heard:
    wishes: tuple[WishTime, ...]
    line: Line
    """What was not about days and times is left in it."""


def hear_times(said: str, now: datetime, *, expect_time: bool = False) -> Heard:
    """``said`` is normalised; ``now`` aware in the practice's zone. ``expect_time``: a mere number is a time."""
    line = Line(said)
    halves = _alternatives(said, now, expect_time)
    if halves:
        left, right = halves
        rest = Line(left.line.text + GONE * 4 + right.line.text)
        return Heard(left.wishes + right.wishes, rest)
    wish = _hear(line, now, expect_time)
    return Heard(_split(wish) if wish else (), line)


def leaves_open(said: str) -> bool:
    return bool(_LEAVES_OPEN.search(said))


def within(wish: WishTime, start: datetime) -> bool:
    """Whether a start, in the zone where it is spoken, is within what was said of days and times."""
    day, at = start.date(), start.time()
    if (wish.days and day not in wish.days) or (wish.weekdays and start.isoweekday() not in wish.weekdays):
        return False
    if day in wish.not_days or start.isoweekday() in wish.not_weekdays:
        return False
    if (wish.first_day and day < wish.first_day) or (wish.last_day and day > wish.last_day):
        return False
    if wish.at and not wish.not_before and (at.hour, at.minute) != (wish.at.hour, wish.at.minute):
        return False
    return not ((wish.not_before and at < wish.not_before) or (wish.not_after and at > wish.not_after))


def _split(wish: WishTime) -> tuple[WishTime, ...]:
    """ "Any time but lunch" is until noon, or from two."""
    if wish.not_before and wish.not_after and wish.not_before > wish.not_after:
        return (
            msgspec.structs.replace(wish, not_before=None),
            msgspec.structs.replace(wish, not_after=None),
        )
    return (wish,)


def _alternatives(said: str, now: datetime, expect_time: bool) -> tuple[Heard, Heard] | None:
    """ "Thursday morning or Friday after 3": each side says both a day and a time."""
    for match in re.finditer(r"\bor\b", said):
        left, right = Line(said[: match.start()]), Line(said[match.end() :])
        one, two = _hear(left, now, expect_time), _hear(right, now, expect_time)
        if one and two and one.names_day and two.names_day and one.names_time and two.names_time:
            return Heard((one,), left), Heard((two,), right)
    return None


def _hear(line: Line, now: datetime, expect_time: bool) -> WishTime | None:
    days = read_days(line, now.date())
    day_times = read_day_times(line)
    halves = {day_time.half for day_time in day_times if not day_time.negative}
    halves |= {PARTS[part.found.part][2] for part in days if part.found.part}
    clocks = read_clocks(line, halves.pop() if len(halves) == 1 else None, alone=expect_time)
    wish = WishTime()
    wish = _with_days(wish, days, line, now.date())
    if clocks:
        wish = _within_part(_with_clocks(wish, clocks, line), day_times, days)
        if wish.at and wish.last_day and any(part.bound == "by" for part in days):
            # "By Friday" is a term; "by Friday at 3" names the appointment itself.
            wish = msgspec.structs.replace(wish, days=(*wish.days, wish.last_day), last_day=None)
    else:
        wish = _with_parts(wish, day_times, days)
    wish = _with_manner(wish, line)
    wish = _not_past(wish, now, next((part.found.again for part in days if part.found.again), None))
    return None if wish == WishTime() else wish


def _kept(parts: list[DayPart], line: Line) -> list[DayPart]:
    """Of days that correct each other ("Thursday, sorry, Friday") the last counts."""
    kept: list[DayPart] = []
    for part in parts:
        if kept and _CORRECTS.search(line.text[kept[-1].start : part.start]):
            kept.clear()
        kept.append(part)
    return kept


def _with_days(wish: WishTime, parts: list[DayPart], line: Line, today: date) -> WishTime:
    positive = _kept([p for p in parts if not p.negative], line)
    days: list[date] = []
    weekdays: list[int] = []
    first = last = None
    past = False
    for part in positive:
        found = part.found
        past = past or found.past
        edge_first = found.first or (min(found.days) if found.days else None)
        edge_last = found.last or (max(found.days) if found.days else None)
        if part.bound == "after" and edge_last:
            first = edge_last + timedelta(days=1)
        elif part.bound == "from" and edge_first:
            first = edge_first
        elif part.bound == "before" and edge_first:
            last = edge_first - timedelta(days=1)
        elif part.bound in {"until", "by"} and edge_last:
            last = edge_last
        else:
            days += [day for day in found.days if day not in days]
            weekdays += [day for day in found.weekdays if day not in weekdays]
            first, last = found.first or first, found.last or last
    if last and last < today:
        last, past = None, True
    if first and last and len(days) == 2 and not weekdays:
        first = last = None
    not_days = [day for part in parts if part.negative for day in part.found.days]
    not_weekdays = [day for part in parts if part.negative for day in part.found.weekdays]
    if weekdays:  # Of days that come every week a day is left out every week.
        refused = {*not_weekdays, *(day.isoweekday() for day in not_days)}
        weekdays, not_days, not_weekdays = [day for day in weekdays if day not in refused], [], []
    return msgspec.structs.replace(
        wish,
        days=tuple(days),
        weekdays=tuple(sorted(weekdays)),
        first_day=first,
        last_day=last,
        not_days=tuple(d for d in not_days if d not in days),
        not_weekdays=tuple(not_weekdays),
        past=past and not days and not first,
        unsure=len(positive) == 1 and positive[0].found.unsure and len(days) > 1,
    )


def _moved(at: time, by: timedelta) -> time:
    moved = datetime.combine(date(2000, 1, 2), at) + by
    return moved.time() if moved.date() == date(2000, 1, 2) else at


def _with_clocks(wish: WishTime, clocks: list[ClockPart], line: Line) -> WishTime:
    wanted = [clock for clock in clocks if clock.relation != "not"]
    bounds: dict[str, time] = {}
    for clock in wanted:
        if clock.relation == "between" and clock.until:
            bounds = {"not_before": clock.at, "not_after": clock.until}
        elif clock.relation == "after":
            bounds["not_before"] = clock.at
        elif clock.relation == "before":
            bounds["not_after"] = clock.at
        elif clock.relation == "strictly_before":
            bounds["not_after"] = _moved(clock.at, timedelta(minutes=-1))
        elif clock.relation == "around":
            bounds = {"at": clock.at, "not_before": _moved(clock.at, -AROUND), "not_after": _moved(clock.at, AROUND)}
        elif "at" in bounds and re.search(r"\bor\b", line.text[: clock.start].rpartition(GONE)[2]):
            bounds = {
                "not_before": min(bounds["at"], clock.at),
                "not_after": max(bounds["at"], clock.at),
            }
        else:
            bounds = {"at": clock.at}
    return msgspec.structs.replace(wish, **bounds)


def _within_part(wish: WishTime, day_times: list[DayTime], days: list[DayPart]) -> WishTime:
    """ "A morning, not before nine" ends at noon, and "an afternoon before four" begins there."""
    parts = [(each.earliest, each.latest, each.half) for each in day_times if not each.negative]
    parts += [PARTS[part.found.part] for part in days if part.found.part and not part.negative]
    if wish.at or len(parts) != 1:
        return wish
    ((earliest, latest, half),) = parts
    if half == "am" and latest and wish.not_after is None and wish.not_before and wish.not_before <= latest:
        return msgspec.structs.replace(wish, not_after=latest)
    if half == "pm" and earliest and wish.not_before is None and wish.not_after and earliest <= wish.not_after:
        return msgspec.structs.replace(wish, not_before=earliest)
    return wish


def _with_parts(wish: WishTime, day_times: list[DayTime], days: list[DayPart]) -> WishTime:
    limits: list[tuple[time | None, time | None]] = [
        (day_time.earliest, day_time.latest) for day_time in day_times if not day_time.negative
    ]
    limits += [PARTS[part.found.part][:2] for part in days if part.found.part and not part.negative]
    if not limits:
        refused = [day_time for day_time in day_times if day_time.negative]
        if len(refused) == 1 and refused[0].name == "lunch":
            limits = [(time(14), time(11, 59))]
        elif len(refused) == 1 and refused[0].half == "am":
            limits = [(time(12), None)]
        elif len(refused) == 1 and refused[0].name in {"afternoon", "evening"}:
            limits = [(None, time(11, 59) if refused[0].name == "afternoon" else time(16, 59))]
        else:
            return wish
    earliest = None if any(low is None for low, _ in limits) else min(low for low, _ in limits if low)
    latest = None if any(high is None for _, high in limits) else max(high for _, high in limits if high)
    return msgspec.structs.replace(wish, not_before=earliest, not_after=latest)


def _with_manner(wish: WishTime, line: Line) -> WishTime:
    said = {}
    for field, pattern in (
        ("soonest", _SOONEST),
        ("later", _LATER),
        ("earlier", _EARLIER),
        ("any_day", _ANY_DAY),
        ("any_time", _ANY_TIME),
    ):
        if match := pattern.search(line.text):
            said[field] = True
            line.take(match.start(), match.end())
    return msgspec.structs.replace(wish, **said)


def _not_past(wish: WishTime, now: datetime, again: date | None) -> WishTime:
    """Today, when the wished time of it has gone: the same day of the next month may be meant, else it is marked."""
    latest = wish.not_after or wish.at
    if now.date() in wish.days and latest and latest <= now.time():
        left = tuple(day for day in wish.days if day != now.date())
        if not left and again:
            return msgspec.structs.replace(wish, days=(again,), unsure=True)
        return msgspec.structs.replace(wish, days=left, past=not left)
    return wish
