"""Three years of visits: courses that start weekly and taper, people who drop out, forget, cancel and come back.

Every visit is placed in the practitioner's diary, so the generated world holds no double booking. An individual
appointment comes with its one attendee (spec 3.4).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from pms_sandbox.stamps import seconds, stamp
from pms_sandbox.world.practice import CLASS_SIZE, Practice

AHEAD_DAYS = 42
MEAN_VISITS = 24.5
_SPREAD = 0.95
_REASONS = (10, 20, 30, 31, 40, 50, 50, 60, 60)
_GAPS = (7, 7, 7, 10, 14, 14, 21, 28, 28, 42)


class Historian:
    """Fills diaries for one practice. ``now`` is Unix seconds; nothing is created or changed after it."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.rng: Random = practice.rng
        self.now = int(practice.world.clock.now())
        self.rows = practice.world["individual_appointments"].rows
        self.attendees = practice.world["attendees"].rows
        self.mint = practice.world.mint
        types = practice.types
        self.initial = types["Initial consultation"]
        self.follow_ups = [
            (types["Standard consultation"], 0.80),
            (types["Long consultation"], 0.90),
            (types["Telehealth follow-up"], 0.98),
            (types["WorkCover report"], 1.0),
        ]
        self.minutes = {type_id: practice.minutes(type_id) for type_id in types.values()}

    def first_contact(self) -> date:
        """When a patient first came: evenly over two years, a few in the year before, some only booked yet."""
        rng, today = self.rng, self.practice.today
        if rng.random() < 0.05:
            return today - timedelta(days=rng.randint(730, 1070))
        return today - timedelta(days=max(-12, round(729 * (1 - rng.random() ** 1.35)) - 12))

    def visits(self, patient_id: str, first: date) -> int:
        """Give the patient courses of treatment from ``first`` on; returns how many visits were booked."""
        rng = self.rng
        wanted = max(1, int(rng.lognormvariate(0, _SPREAD) * MEAN_VISITS / 1.57))
        who = self._practitioner()
        day, made, in_course = first, 0, 0
        last = self.practice.today + timedelta(days=AHEAD_DAYS)
        booked_at = self.practice.days.seconds(first, 600) - rng.randint(0, 9) * 86_400 - rng.randint(0, 30_000)
        wanted_minute = rng.choice((510, 570, 630, 690, 780, 840, 900, 960, 1080))
        while made < wanted and day <= last:
            type_id = self.initial if in_course == 0 else self._follow_up(who)
            placed = self.book(patient_id, who, type_id, day, wanted_minute, booked_at)
            if placed is None:
                day += timedelta(days=1)
                continue
            start, kept = placed
            made += 1
            in_course += 1
            if rng.random() < (0.05 if kept else 0.22) or in_course >= 16:
                # the course ends; perhaps another trouble brings them back
                in_course = 0 if rng.random() < 0.5 else 1
                who = who if rng.random() < 0.8 else self._practitioner()
                gap = 30 + int(rng.expovariate(1 / 60))
                booked_at = start + (gap - rng.randint(1, 8)) * 86_400
            else:
                gap = _GAPS[min(in_course - 1, 9)] + rng.choice((0, 0, 0, -1, 1, 2))
                # the next one is made at the desk on the way out
                booked_at = start + rng.randint(1800, 4000)
            day = max(day, date.fromisoformat(stamp(start)[:10])) + timedelta(days=gap)
            if start > self.now and booked_at > self.now:
                booked_at = self.now - rng.randint(600, 500_000)
                if rng.random() < 0.3:
                    break
        return made

    def book(
        self,
        patient_id: str,
        who: str,
        type_id: str,
        day: date,
        minute: int,
        booked_at: int,
        *,
        came: bool = False,
    ) -> tuple[int, bool] | None:
        """One visit on the first working day from ``day``; gives its start and whether the patient came (or will)."""
        diary = self.practice.diaries[who]
        day = diary.next_working_day(day)
        length = self.minutes[type_id]
        place = diary.take(day, length, minute)
        if place is None:
            return None
        business, start_minute = place
        start = self.practice.days.seconds(day, start_minute)
        created = max(min(booked_at, start - 900, self.now - 60), self.practice.born)
        row: dict[str, Any] = {
            "starts_at": stamp(start),
            "ends_at": stamp(start + length * 60),
            "patient_id": patient_id,
            "practitioner_id": who,
            "business_id": business,
            "appointment_type_id": type_id,
        }
        if came:
            row["patient_arrived"], row["_changed"], kept = True, start + 120, True
        else:
            kept = self._outcome(row, start, length, created)
        self._store(row, created)
        return start, kept

    def _outcome(self, row: dict[str, Any], start: int, length: int, created: int) -> bool:
        """Decide what became of the visit; tells if the patient came or is still expected."""
        rng, now = self.rng, self.now
        roll = rng.random()
        past = start < now
        changed: int | None = created
        kept = True
        if roll < 0.085 if past else roll < 0.04:
            latest = min(start - 600, now - 30)
            row["cancelled_at"] = stamp(max(created + 30, latest - int(rng.expovariate(1 / 150_000))))
            row["cancellation_reason"] = rng.choice(_REASONS)
            changed = None
            kept = False
        elif roll < 0.1:
            row["archived_at"] = row["deleted_at"] = stamp(max(created + 40, min(start - 300, now - 20)))
            kept = past
            changed = None
        elif past:
            if roll < 0.145:
                row["did_not_arrive"] = True
                kept = False
            elif roll < 0.985:
                row["patient_arrived"] = True
            changed = min(start + rng.randint(-300, 900), now - 10)
            if rng.random() < 0.3:
                changed = min(start + length * 60 + rng.randint(60, 20_000), now - 10)
        elif rng.random() < 0.15:
            changed = min(created + int(rng.expovariate(1 / 200_000)) + 60, now - 15)
        if rng.random() < 0.14:
            row["online_booking_policy_accepted"] = True
            row["booking_ip_address"] = f"203.0.113.{rng.randint(1, 254)}"
        row["_changed"] = changed
        return kept

    def _store(self, row: dict[str, Any], created: int) -> None:
        changed = row.pop("_changed")
        made = stamp(created)
        updated = row.get("cancelled_at") or row.get("archived_at") or stamp(max(changed, created))
        id_ = self.mint.new(created)
        self.rows[id_] = {"id": id_, **row, "created_at": made, "updated_at": updated}
        attendee_id = self.mint.new(created)
        attendee = {"id": attendee_id, "booking_id": id_, "patient_id": row["patient_id"]}
        for key in ("cancelled_at", "cancellation_reason", "archived_at", "deleted_at"):
            if key in row:
                attendee[key] = row[key]
        for key in ("online_booking_policy_accepted", "booking_ip_address"):
            if key in row:
                attendee[key] = row[key]
        if "patient_arrived" in row:
            attendee["arrived"] = True
        elif "did_not_arrive" in row:
            attendee["arrived"] = False
        attendee["created_at"] = made
        attendee["updated_at"] = updated
        self.attendees[attendee_id] = attendee

    def _practitioner(self) -> str:
        return self.rng.choice(self.practice.working)

    def _follow_up(self, who: str) -> str:
        roll = self.rng.random()
        offered = self.practice.offers[who]
        chosen = next(type_id for type_id, upto in self.follow_ups if roll <= upto)
        return chosen if chosen in offered else self.follow_ups[0][0]


def add_classes(practice: Practice, count: int) -> list[str]:
    """Weekly classes over two years and the coming weeks, still without people; gives the sessions' ids."""
    rng, world = practice.rng, practice.world
    type_id = practice.types["Clinical Pilates class"]
    minutes = practice.minutes(type_id)
    leaders = [who for who in practice.working if type_id in practice.offers[who]]
    sessions = []
    now = int(world.clock.now())
    for number in range(count):
        who = leaders[number % len(leaders)]
        diary = practice.diaries[who]
        weekday = rng.choice(sorted(diary.week))
        monday = practice.today - timedelta(days=practice.today.weekday())
        head: str | None = None
        for week in range(-104, AHEAD_DAYS // 7 + 1):
            day = monday + timedelta(days=7 * week + weekday)
            place = diary.take(day, minutes, 1020 if number % 2 else 540)
            if place is None:
                continue
            business, minute = place
            created = min(practice.days.seconds(day, minute) - 60 * 86_400, now - 3600 * (number + 2))
            fields = {
                "starts_at": practice.days.stamp(day, minute),
                "ends_at": practice.days.stamp(day, minute + minutes),
                "practitioner_id": who,
                "business_id": business,
                "appointment_type_id": type_id,
                "max_attendees": CLASS_SIZE,
                "patient_ids": [],
            }
            if head:
                fields["repeated_from_id"] = head
            id_ = practice.add("group_appointments", fields, max(created, practice.born))
            head = head or id_
            sessions.append(id_)
    return sessions


def fill_classes(practice: Practice, sessions: list[str], patients: list[str]) -> None:
    """Three to eight people in each session, regulars mostly; some cancel, some do not come."""
    rng, world = practice.rng, practice.world
    now = int(world.clock.now())
    groups, attendees = world["group_appointments"].rows, world["attendees"].rows
    for session in sessions:
        group = groups[session]
        start = seconds(group["starts_at"])
        chosen = rng.sample(patients, min(len(patients), rng.randint(3, CLASS_SIZE)))
        present = []
        for patient_id in chosen:
            created = min(start - rng.randint(1, 20) * 86_400, now - rng.randint(900, 90_000))
            updated = created
            attendee: dict[str, Any] = {"booking_id": session, "patient_id": patient_id}
            roll = rng.random()
            if roll < 0.08:
                updated = max(created + 60, min(start - 3600, now - 60))
                attendee |= {"cancelled_at": stamp(updated), "cancellation_reason": rng.choice(_REASONS)}
            elif start < now:
                updated = min(start + 600, now - 5)
                attendee["arrived"] = roll < 0.94
            if "cancelled_at" not in attendee:
                present.append(patient_id)
            id_ = world.mint.new(created)
            attendees[id_] = {
                "id": id_,
                **attendee,
                "created_at": stamp(created),
                "updated_at": stamp(updated),
            }
        groups[session] = {**group, "patient_ids": present}
