"""What the calendar shows: which days, where and whose, as the address says, and what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.dashboard import calendarlayout as layout
from routiq.dashboard.doors import membership_of
from routiq.mirror import queries_calendar as diary
from routiq.mirror.models import Location, Practitioner, RosterDay
from routiq.mirror.queries_calendar import Blocked, Entry
from routiq.mirror.sight import Sight, sight_of
from routiq.practices.permissions import Right, may

DAY, WEEK = "day", "week"
VIEWS = ((DAY, "Day"), (WEEK, "Week"))
Row = TypeVar("Row", Location, Practitioner)
#: Years that a calendar leads to: beyond them dates are typing errors.
YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Wanted:
    """Which part of the diary an address asks for."""

    connection: Connection
    view: str
    day: date
    location: Location
    practitioner: Practitioner | None
    locations: Sequence[Location]
    practitioners: Sequence[Practitioner]
    """Those whose diary may be seen."""
    sight: Sight
    may_book: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.location.time_zone)

    @property
    def today(self) -> date:
        """By the clock at the location."""
        return timezone.now().astimezone(self.zone).date()

    @property
    def days(self) -> list[date]:
        """The one day, or the week from Monday on."""
        if self.view == DAY:
            return [self.day]
        monday = self.day - timedelta(days=self.day.weekday())
        return [monday + timedelta(days=n) for n in range(7)]

    def query(self, **other: Any) -> str:
        """The address of this part of the diary, or of one that differs in ``day``, ``view`` or ``practitioner``."""
        practitioner = other.get("practitioner", self.practitioner)
        parts = {
            "view": other.get("view", self.view),
            "day": other.get("day", self.day).isoformat(),
            "location": self.location.pk,
            "practitioner": practitioner.pk if practitioner else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def title(self) -> str:
        first, last = self.days[0], self.days[-1]
        if first == last:
            return f"{first:%A} {first.day} {first:%B %Y}"
        if first.month == last.month:
            return f"{first.day} – {last.day} {last:%B %Y}"
        if first.year == last.year:
            return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
        return f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}"


@dataclass(frozen=True)
class Standing:
    """One entry where it stands; ``place`` is ``None`` in a list."""

    entry: Entry
    place: layout.Place | None


@dataclass(frozen=True)
class Away:
    """A stretch of one day in which a practitioner takes no bookings; ``place`` is ``None`` in a list."""

    blocked: Blocked
    begins: datetime | None
    """By the clock at the location; ``None``: since before this day."""
    ends: datetime | None
    """``None``: until after this day."""
    place: layout.Place | None


@dataclass(frozen=True)
class Column:
    """One practitioner's day, or one day of the week."""

    key: str
    title: str
    address: str
    """The query of the calendar that shows more of it."""
    more: str
    """Where that leads, in words."""
    is_today: bool
    standing: tuple[Standing, ...]
    cancelled: tuple[Entry, ...]
    away: tuple[Away, ...]
    now: layout.Place | None
    book: str
    """The query of the booking page, filled in as far as the column says; empty in the past."""


def wanted_of(request: HttpRequest) -> Wanted | None:
    """What the address asks for, as far as there is such a thing; ``None`` where there is no diary at all."""
    connection = live_connection() or kept_connection()
    if connection is None:
        return None
    locations = list(Location.objects.filter(connection=connection, removed_at=None, active=True).order_by("name"))
    if not locations:
        return None
    sight = sight_of(membership_of(request))
    everybody = Practitioner.objects.filter(connection=connection, removed_at=None, active=True).order_by("name")
    practitioners = [row for row in everybody if sight.sees_diary_of(row.remote_id)]
    chosen = _chosen(locations, request.GET.get("location", "")) or locations[0]
    view = request.GET.get("view", DAY)
    today = timezone.now().astimezone(ZoneInfo(chosen.time_zone)).date()
    return Wanted(
        connection=connection,
        view=view if view in dict(VIEWS) else DAY,
        day=day_of(request.GET.get("day", ""), today),
        location=chosen,
        practitioner=_chosen(practitioners, request.GET.get("practitioner", "")),
        locations=locations,
        practitioners=practitioners,
        sight=sight,
        may_book=may(membership_of(request), Right.BOOK),
    )


def _chosen(rows: Iterable[Row], pk: str) -> Row | None:
    return next((row for row in rows if str(row.pk) == pk), None)


def day_of(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if day.year in YEARS else otherwise


def frame(wanted: Wanted) -> dict[str, Any]:
    """What stands around the calendar and does not change while it is open."""
    step = timedelta(days=1 if wanted.view == DAY else 7)
    return {
        "wanted": wanted,
        "views": [(name, label, wanted.query(view=name)) for name, label in VIEWS],
        "earlier": wanted.query(day=wanted.day - step),
        "later": wanted.query(day=wanted.day + step),
        "now_query": wanted.query(day=wanted.today),
        "step_word": "day" if wanted.view == DAY else "week",
        "can_book": wanted.connection.is_active and wanted.may_book,
        "other_zone": wanted.location.time_zone != wanted.connection.practice.time_zone,
    }


def calendar(request: HttpRequest) -> dict[str, Any]:
    """The calendar itself: its columns, and the axis where there is one."""
    wanted = wanted_of(request)
    if wanted is None:
        return {"wanted": None, "columns": (), "axis": None}
    since, until = diary.day_bounds(wanted.days[0], wanted.days[-1], wanted.zone)
    entries = diary.diary(
        wanted.connection,
        since,
        until,
        location_id=wanted.location.remote_id,
        practitioner_id=wanted.practitioner.remote_id if wanted.practitioner else "",
    )
    entries = [entry for entry in entries if wanted.sight.sees_diary_of(entry.practitioner_id)]
    weekdays = {day.isoweekday() for day in wanted.days}
    rosters = diary.rosters(wanted.connection, wanted.location.remote_id, weekdays)
    rosters = [row for row in rosters if wanted.sight.sees_diary_of(row.practitioner_remote_id)]
    if wanted.practitioner:
        rosters = [row for row in rosters if row.practitioner_remote_id == wanted.practitioner.remote_id]
    standing = [entry for entry in entries if not entry.is_cancelled]
    axis = None
    if wanted.view == DAY or wanted.practitioner:
        axis = layout.axis_of(wanted.days, wanted.zone, standing, _hours(rosters))
    columns = _of_day(wanted, entries, rosters, axis) if wanted.view == DAY else _of_week(wanted, entries, axis)
    columns = _with_away(wanted, columns, {row.practitioner_remote_id for row in rosters if row.hours}, axis)
    return {"wanted": wanted, "columns": columns, "axis": axis, "total": len(standing)}


def _hours(rosters: Iterable[RosterDay]) -> list[tuple[time, time]]:
    return [
        (time.fromisoformat(opens), time.fromisoformat(closes))
        for row in rosters
        for opens, closes in row.hours
        if opens < closes < "24"
    ]


def _of_day(wanted: Wanted, entries: list[Entry], rosters: list[RosterDay], axis: layout.Axis | None) -> list[Column]:
    """A column for each practitioner who works here on this weekday or has somebody booked."""
    working = {row.practitioner_remote_id for row in rosters if row.hours}
    booked = {entry.practitioner_id: entry.practitioner_name for entry in entries}
    shown = [
        (row.remote_id, row.name, row)
        for row in wanted.practitioners
        if row == wanted.practitioner or row.remote_id in working or row.remote_id in booked
        if wanted.practitioner in (None, row)
    ]
    known = {remote_id for remote_id, _, _ in shown}
    gone = sorted((name, remote_id) for remote_id, name in booked.items() if remote_id not in known)
    everybody = [*shown, *((remote_id, name or "No practitioner", None) for name, remote_id in gone)]
    return [
        _column(
            wanted,
            f"p{remote_id}",
            name,
            wanted.query(view=WEEK, practitioner=row),
            f"{name}’s week" if row else "The week",
            wanted.day,
            [entry for entry in entries if entry.practitioner_id == remote_id],
            axis,
            row,
        )
        for remote_id, name, row in everybody
    ]


def _with_away(wanted: Wanted, columns: list[Column], working: set[str], axis: layout.Axis | None) -> list[Column]:
    """The columns with when their practitioners take no bookings: of everybody's week, those who work here."""
    if wanted.practitioner:
        working = {wanted.practitioner.remote_id}
    elif wanted.view == DAY:
        working = {column.key.removeprefix("p") for column in columns}
    since, until = diary.day_bounds(wanted.days[0], wanted.days[-1], wanted.zone)
    stretches = diary.blocked(wanted.connection, since, until, practitioner_ids=working)
    if not stretches:
        return columns
    if wanted.view == DAY:
        return [
            replace(column, away=_away(wanted, wanted.day, axis, each))
            for column in columns
            for each in [[one for one in stretches if column.key == f"p{one.practitioner_id}"]]
        ]
    return [
        replace(column, away=_away(wanted, day, axis, stretches))
        for column, day in zip(columns, wanted.days, strict=True)
    ]


def _away(wanted: Wanted, day: date, axis: layout.Axis | None, stretches: list[Blocked]) -> tuple[Away, ...]:
    since, until = diary.day_bounds(day, day, wanted.zone)
    found = []
    for one in stretches:
        if one.starts_at >= until or one.ends_at <= since:
            continue
        place = axis.cover(one, day) if axis is not None else None
        if axis is not None and place is None:
            continue  # Before or after what is shown of the day.
        begins = one.starts_at.astimezone(wanted.zone) if one.starts_at > since else None
        ends = one.ends_at.astimezone(wanted.zone) if one.ends_at < until else None
        found.append(Away(one, begins, ends, place))
    return tuple(found)


def _of_week(wanted: Wanted, entries: list[Entry], axis: layout.Axis | None) -> list[Column]:
    by_day: dict[date, list[Entry]] = {day: [] for day in wanted.days}
    for entry in entries:
        by_day[entry.starts_at.astimezone(wanted.zone).date()].append(entry)
    return [
        _column(
            wanted,
            f"d{day.isoformat()}",
            f"{day:%a} {day.day} {day:%b}",
            wanted.query(view=DAY, day=day),
            "Open this day",
            day,
            by_day[day],
            axis,
            wanted.practitioner,
        )
        for day in wanted.days
    ]


def _column(
    wanted: Wanted,
    key: str,
    title: str,
    address: str,
    more: str,
    day: date,
    entries: list[Entry],
    axis: layout.Axis | None,
    practitioner: Practitioner | None,
) -> Column:
    standing = [entry for entry in entries if not entry.is_cancelled]
    places: Sequence[layout.Place | None] = [None] * len(standing)
    if axis is not None:
        places = layout.in_lanes([axis.place(entry, day) for entry in standing])
    book = {"day": day.isoformat(), "location": wanted.location.remote_id}
    if practitioner is not None:
        book["practitioner"] = practitioner.remote_id
    return Column(
        key=key,
        title=title,
        address=address,
        more=more,
        is_today=day == wanted.today,
        standing=tuple(Standing(entry, place) for entry, place in zip(standing, places, strict=True)),
        cancelled=tuple(entry for entry in entries if entry.is_cancelled),
        away=(),
        now=axis.now(timezone.now(), day) if axis is not None else None,
        book=urlencode(book) if wanted.may_book and day >= wanted.today and wanted.connection.is_active else "",
    )
