"""The places, people and rules of the practice: everything that exists before the first patient walks in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from pms_sandbox.stamps import stamp
from pms_sandbox.world import names
from pms_sandbox.world.calendar import Diary, LocalDays, Windows
from pms_sandbox.world.model import World
from pms_sandbox.world.settings import practice_settings

CLASS_SIZE = 8
_PLACES = (
    ("City", "1 Harbour St", "Port Demo", "2113"),
    ("Northside", "88 Ridge Rd", "North Testley", "2060"),
    ("Bayview", "5 Ferry Pde", "Example Bay", "2099"),
    ("Hilltop", "240 Station St", "Fiction Heights", "2071"),
)
# name, minutes, seats, category, online, telehealth, lead hours, colour, price
_TYPES: tuple[tuple[str, int, int, str, bool, bool, int | None, str, str], ...] = (
    ("Initial consultation", 45, 1, "Physiotherapy", True, False, None, "#3B82F6", "120.0"),
    ("Standard consultation", 30, 1, "Physiotherapy", True, False, None, "#10B981", "95.0"),
    ("Long consultation", 60, 1, "Physiotherapy", True, False, 24, "#8B5CF6", "150.0"),
    ("Telehealth follow-up", 30, 1, "Telehealth", True, True, 4, "#F59E0B", "80.0"),
    ("Clinical Pilates class", 60, CLASS_SIZE, "Classes", True, False, None, "#EC4899", "35.0"),
    ("Hydrotherapy assessment", 45, 1, "Hydrotherapy", True, False, 48, "#06B6D4", "110.0"),
    ("WorkCover report", 30, 1, "Administration", False, False, None, "#6B7280", "210.0"),
)
_HOURS: tuple[Windows, ...] = (
    ((480, 720), (765, 1005)),
    ((540, 750), (810, 1020)),
    ((600, 780), (840, 1140)),
    ((420, 660), (690, 900)),
    ((540, 780),),
)
_ZONE_LABELS = {
    "Australia/Sydney": "Sydney",
    "Australia/Melbourne": "Melbourne",
    "Pacific/Auckland": "Auckland",
}


@dataclass
class Practice:
    """What the history needs to know while it fills the diaries."""

    world: World
    rng: Random
    days: LocalDays
    today: date
    born: int
    businesses: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    diaries: dict[str, Diary] = field(default_factory=dict)
    offers: dict[str, frozenset[str]] = field(default_factory=dict)
    working: list[str] = field(default_factory=list)

    def add(self, name: str, fields: dict[str, Any], created: int | None = None, updated: int | None = None) -> str:
        """Store a record of the founding time, or of the given instants (Unix seconds)."""
        made = self.born if created is None else created
        id_ = self.world.mint.new(made)
        created_at = stamp(made)
        row = {"id": id_, **fields, "created_at": created_at}
        row["updated_at"] = created_at if updated is None else stamp(updated)
        self.world.collections[name].rows[id_] = row
        return id_

    def minutes(self, type_id: str) -> int:
        return int(self.world["appointment_types"].rows[type_id]["duration_in_minutes"])


def zone_label(zone: str) -> str:
    """The vendor's short label of a time zone."""
    return _ZONE_LABELS.get(zone, zone.rsplit("/", 1)[-1].replace("_", " "))


def found_practice(world: World, rng: Random, today: date, patients: int, subdomain: str) -> Practice:
    """Settings, locations, types, practitioners with rosters, and blocked time."""
    days = LocalDays(world.zone)
    born = days.seconds(today - timedelta(days=3 * 365 + 60), 600)
    practice = Practice(world, rng, days, today, born)
    _add_types(practice)
    _add_places(practice, 2 if patients < 1200 else 3 if patients < 3500 else 4)
    count = 5 if patients <= 500 else 5 + round((patients - 500) * 17 / 4500)
    for number in range(count):
        _add_practitioner(practice, number, count)
    _add_former_practitioner(practice)
    _add_staff(practice)
    _add_blocks(practice)
    _add_lists(practice)
    world.settings = practice_settings(world.account_id, world.name, subdomain, list(practice.working))
    return practice


def _add_types(practice: Practice) -> None:
    for name, minutes, seats, category, online, telehealth, lead, colour, price in _TYPES:
        id_ = practice.add(
            "appointment_types",
            {
                "name": name,
                "category": category,
                "description": f"{minutes} minutes",
                "color": colour,
                "duration_in_minutes": minutes,
                "max_attendees": seats,
                "show_in_online_bookings": online,
                "online_bookings_lead_time_hours": lead,
                "online_payments_enabled": False,
                "online_payments_mode": "optional",
                "telehealth_enabled": telehealth,
            },
        )
        practice.types[name] = id_
        item = practice.add(
            "billable_items",
            {"name": name, "item_code": f"P{minutes}", "item_type": "Service", "price": price},
        )
        practice.add("appointment_type_billable_items", {"appointment_type_id": id_, "billable_item_id": item})
    practice.add(
        "appointment_types",
        {
            "name": "Dry needling (old)",
            "category": "Physiotherapy",
            "color": "#999999",
            "duration_in_minutes": 30,
            "max_attendees": 1,
            "show_in_online_bookings": True,
            "archived_at": stamp(practice.born + 200 * 86_400),
        },
    )


def _add_places(practice: Practice, count: int) -> None:
    everywhere = [id_ for name, id_ in practice.types.items() if name != "Hydrotherapy assessment"]
    for number, (label, street, suburb, post_code) in enumerate(_PLACES[:count]):
        full = f"{practice.world.name} - {label}"
        practice.businesses.append(
            practice.add(
                "businesses",
                {
                    "business_name": practice.world.name,
                    "display_name": full,
                    "label": full,
                    "address_1": street,
                    "city": suburb,
                    "state": "NSW",
                    "post_code": post_code,
                    "country": "Australia",
                    "country_code": "AU",
                    "contact_information": f"Ph (02) 5550 01{number:02d}",
                    "business_registration_name": "ABN",
                    "business_registration_value": "00 000 000 000",
                    "email_reply_to": "desk@example.com",
                    "show_in_online_bookings": number != count - 1,
                    "appointment_reminders_enabled": True,
                    "appointment_type_ids": list(practice.types.values()) if number == 0 else list(everywhere),
                    "time_zone": zone_label(practice.world.zone),
                    "time_zone_identifier": practice.world.zone,
                },
            )
        )


def _week(practice: Practice, number: int) -> dict[int, list[tuple[str, Windows]]]:
    """Which location on which weekday; about a third work at a second place on one of their days."""
    rng, places = practice.rng, practice.businesses
    # Two practitioners in three belong to a location open for online bookings, so that there is something to offer.
    home = places[0] if number < 2 else places[number % len(places)] if number % 3 else places[0]
    size = 5 if number == 0 else rng.choice((3, 4, 4, 5))
    chosen = sorted(rng.sample(range(5), size)) if size < 5 else list(range(5))
    if rng.random() < 0.25:
        chosen.append(5)
    hours = rng.choice(_HOURS[:4])
    week: dict[int, list[tuple[str, Windows]]] = {}
    elsewhere = places[(places.index(home) + 1) % len(places)] if number % 3 == 1 and number else None
    for place, weekday in enumerate(chosen):
        where = elsewhere if elsewhere and place == len(chosen) - 1 else home
        week[weekday] = [(where, _HOURS[4] if weekday == 5 else hours)]
    return week


def _add_practitioner(practice: Practice, number: int, count: int) -> None:
    rng = practice.rng
    given, family = rng.choice(names.GIVEN[:60]), rng.choice(names.FAMILY)
    hidden = number == count - 1
    user = _add_user(practice, given, family, "practitioner" if number else "administrator", number)
    skipped: set[str] = set()
    if number % 3 == 2:
        skipped.add("Telehealth follow-up")
    if number % 2 == 1:
        skipped.add("Clinical Pilates class")
    if number % 4 != 0:
        skipped.add("Hydrotherapy assessment")
    if number % 5 == 3:
        skipped.add("Long consultation")
    offered = [id_ for name, id_ in practice.types.items() if name not in skipped]
    week = _week(practice, number)
    id_ = _practitioner_row(practice, user, given, family, offered, week, hidden=hidden, active=True)
    for weekday, sessions in week.items():
        for business, windows in sessions:
            practice.add(
                "daily_availabilities",
                {
                    # 0 is Sunday (spec 3.10, the newer reading)
                    "day_of_week": (weekday + 1) % 7,
                    "availabilities": [
                        {"starts_at": f"{a // 60:02d}:{a % 60:02d}", "ends_at": f"{b // 60:02d}:{b % 60:02d}"}
                        for a, b in windows
                    ],
                    "business_id": business,
                    "practitioner_id": id_,
                },
            )
    practice.diaries[id_] = Diary(week)
    practice.offers[id_] = frozenset(offered)
    practice.working.append(id_)


def _practitioner_row(
    practice: Practice,
    user: str,
    given: str,
    family: str,
    offered: list[str],
    week: dict[int, list[tuple[str, Windows]]],
    *,
    hidden: bool,
    active: bool,
) -> str:
    places = sorted({business for sessions in week.values() for business, _ in sessions})
    return practice.add(
        "practitioners",
        {
            "first_name": given,
            "last_name": family,
            "label": f"{given} {family}",
            "display_name": f"{given} {family}",
            "designation": practice.rng.choice(("Physiotherapist", "Physiotherapist", "Senior Physiotherapist")),
            "description": f"{given} looks after necks, knees and everything between.",
            "active": active,
            "show_in_online_bookings": not hidden,
            "user_id": user,
            "default_appointment_type_id": offered[0],
            "appointment_type_ids": offered,
            "business_ids": places,
        },
    )


def _add_former_practitioner(practice: Practice) -> None:
    user = _add_user(practice, "Neville", "Fitzgerald", "practitioner", 90, active=False)
    week = {0: [(practice.businesses[0], _HOURS[0])]}
    types = list(practice.types.values())[:2]
    _practitioner_row(practice, user, "Neville", "Fitzgerald", types, week, hidden=False, active=False)


def _add_user(practice: Practice, given: str, family: str, role: str, number: int, active: bool = True) -> str:
    return practice.add(
        "users",
        {
            "first_name": given,
            "last_name": family,
            "email": f"{names.mail_local_part(given, family, number)}@example.com",
            "role": role,
            "active": active,
            "user_active": active,
            "phone_numbers": [],
            "time_zone": zone_label(practice.world.zone),
            "time_zone_identifier": practice.world.zone,
        },
    )


def _add_staff(practice: Practice) -> None:
    _add_user(practice, "Robin", "Achterberg", "administrator", 91)
    _add_user(practice, "Dorothy", "Le", "receptionist", 92)
    _add_user(practice, "Marcus", "Peña", "bookkeeper", 93)


def _add_blocks(practice: Practice) -> None:
    """Leave, meetings and one-off hours; closed in the diary before anything is booked."""
    rng, world = practice.rng, practice.world
    leave = practice.add("unavailable_block_types", {"name": "Annual leave", "color": "#FDBA74"})
    meeting = practice.add(
        "unavailable_block_types", {"name": "Meeting", "color": "#FDE68A", "duration_in_minutes": 60}
    )
    world["unavailable_block_types"].rows[leave]["duration_in_minutes"] = 480
    latest = int(world.clock.now()) - 3600
    for who, diary in practice.diaries.items():
        for _ in range(6):
            offset, length = rng.randint(-1050, 56), rng.randint(3, 10)
            if who == practice.working[0] and -12 <= offset <= 35:
                continue  # the characters' practitioner is there in the coming weeks, whatever the seed
            first = practice.today + timedelta(days=offset)
            _add_block(practice, who, diary, first, first + timedelta(days=length), leave, "Leave", latest)
        for week in range(-104, 7, 4):
            day = diary.next_working_day(practice.today + timedelta(days=7 * week + rng.randint(0, 4)))
            business, windows = diary.week[day.weekday()][0]
            start = windows[0][1] - 60
            diary.close(day, start, start + 60)
            created = min(practice.days.seconds(day, start) - 14 * 86_400, latest - rng.randint(0, 86_400))
            fields = {
                "starts_at": practice.days.stamp(day, start),
                "ends_at": practice.days.stamp(day, start + 60),
                "notes": "Team meeting",
                "business_id": business,
                "practitioner_id": who,
                "unavailable_block_type_id": meeting,
            }
            if rng.random() < 0.05:
                fields["archived_at"] = fields["deleted_at"] = stamp(created + 3600)
                practice.add("unavailable_blocks", fields, created, created + 3600)
            else:
                practice.add("unavailable_blocks", fields, created)
        _add_extra_hours(practice, who, diary)


def _add_block(
    practice: Practice, who: str, diary: Diary, first: date, end: date, kind: str, notes: str, latest: int
) -> None:
    day = first
    while day < end:
        diary.close(day)
        day += timedelta(days=1)
    business = next(iter(diary.week.values()))[0][0]
    created = min(practice.days.seconds(first, 540) - 30 * 86_400, latest)
    practice.add(
        "unavailable_blocks",
        {
            "starts_at": stamp(practice.days.start(first)),
            "ends_at": stamp(practice.days.start(end)),
            "notes": notes,
            "business_id": business,
            "practitioner_id": who,
            "unavailable_block_type_id": kind,
        },
        max(created, practice.born),
    )


def _add_extra_hours(practice: Practice, who: str, diary: Diary) -> None:
    """One coming day outside the roster on which this practitioner is there after all."""
    day = practice.today + timedelta(days=practice.rng.randint(3, 30))
    while diary.works(day):
        day += timedelta(days=1)
    practice.add(
        "availability_blocks",
        {
            "starts_at": practice.days.stamp(day, 540),
            "ends_at": practice.days.stamp(day, 720),
            "business_id": next(iter(diary.week.values()))[0][0],
            "practitioner_id": who,
        },
        int(practice.world.clock.now()) - 86_400 * practice.rng.randint(1, 20),
    )


def _add_lists(practice: Practice) -> None:
    practice.add("recall_types", {"name": "Return visit"})
    practice.add("recall_types", {"name": "Return visit (soon)"})
    practice.add("taxes", {"name": "GST", "rate": 10.0})
    practice.add("concession_types", {"name": "Pensioner"})
