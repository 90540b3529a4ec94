"""The invented practice: the same for the same seed, and believable (no double booking, no real phone number)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pms_sandbox.cliniko.encode import show
from pms_sandbox.clock import Clock
from pms_sandbox.options import Options
from pms_sandbox.sandbox import generate_worlds
from pms_sandbox.world.model import STORED_ONLY, World

DAY = date(2026, 5, 4)
ZONE = ZoneInfo("Australia/Sydney")
FICTION = re.compile(r"^61(49157\d{4}|[2378](5550|7010)\d{4})$")


def make(**options: Any) -> World:
    chosen = Options(today=DAY, **options)
    return generate_worlds(chosen, Clock(chosen.today, chosen.time_zone))["main"]


@pytest.fixture(scope="module")
def practice() -> World:
    return make(patients=500)


def everything(world: World) -> dict[str, Any]:
    return {name: collection.rows for name, collection in world.collections.items()}


def test_the_same_seed_gives_the_same_world_and_another_does_not():
    first = make(patients=60, seed=11)
    assert everything(first) == everything(make(patients=60, seed=11))
    assert everything(first) != everything(make(patients=60, seed=12))


def test_size_and_spread_at_500_patients(practice):
    assert len(practice["patients"].rows) == 500
    assert len(practice["businesses"].rows) == 2
    assert sum(row["active"] for row in practice["practitioners"].rows.values()) == 5
    starts = sorted(row["starts_at"] for row in practice["individual_appointments"].rows.values())
    assert 4800 < len(starts) < 7500
    older = sum(start < "2024-05-04" for start in starts)
    assert 0 < older < 0.06 * len(starts)
    ahead = sum(start > "2026-05-04" for start in starts)
    assert ahead > 100
    assert starts[-1] < "2026-06-17"
    per_patient = Counter(row["patient_id"] for row in practice["individual_appointments"].rows.values())
    assert max(per_patient.values()) > 3 * len(starts) / 500, "a few patients come very often"


def test_one_of_each_is_switched_off_for_online_bookings(practice):
    for name in ("businesses", "practitioners", "appointment_types"):
        rows = [row for row in practice[name].rows.values() if row.get("active", True) and not row.get("archived_at")]
        assert sum(not row["show_in_online_bookings"] for row in rows) == 1


def test_nobody_is_double_booked_and_visits_lie_within_rosters(practice):
    hours = defaultdict(list)
    for row in practice["daily_availabilities"].rows.values():
        for window in row["availabilities"]:
            key = (row["practitioner_id"], row["business_id"], row["day_of_week"])
            hours[key].append((window["starts_at"], window["ends_at"]))
    diaries = defaultdict(list)
    for name in ("individual_appointments", "group_appointments"):
        for row in practice[name].rows.values():
            diaries[row["practitioner_id"]].append((row["starts_at"], row["ends_at"]))
            start, end = (datetime.fromisoformat(row[key]).astimezone(ZONE) for key in ("starts_at", "ends_at"))
            assert start.minute % 15 == 0
            key = (row["practitioner_id"], row["business_id"], start.isoweekday() % 7)
            assert any(a <= f"{start:%H:%M}" and f"{end:%H:%M}" <= b for a, b in hours[key])
    for spans in diaries.values():
        spans.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_nothing_is_stamped_in_the_future_or_before_its_creation(practice):
    now = practice.clock.stamp()
    for name in ("patients", "individual_appointments", "attendees", "group_appointments", "invoices"):
        for row in practice[name].rows.values():
            assert row["created_at"] <= row["updated_at"] <= now


def test_ids_are_unique_and_grow_with_time(practice):
    ids = [id_ for name, held in practice.collections.items() if name != "bookings" for id_ in held.rows]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"\d{19}", id_) for id_ in ids)
    rows = sorted(practice["individual_appointments"].rows.values(), key=lambda row: row["id"])
    created = [row["created_at"] for row in rows]
    assert created == sorted(created)


def test_phone_numbers_are_fictional_and_variously_typed(practice):
    numbers = [phone for row in practice["patients"].rows.values() for phone in row["patient_phone_numbers"]]
    assert all(FICTION.match(phone["normalized_number"]) for phone in numbers)
    styles = {re.sub(r"\d", "9", phone["number"]) for phone in numbers}
    assert len(styles) >= 6
    households = Counter(phone["normalized_number"] for phone in numbers)
    assert sum(count > 1 for count in households.values()) > 10
    without = [row for row in practice["patients"].rows.values() if not row["patient_phone_numbers"]]
    assert without


def test_mail_addresses_are_example_ones(practice):
    for name in ("patients", "users"):
        for row in practice[name].rows.values():
            assert row.get("email") is None or re.search(r"@example\.(org|com)$", row["email"])


def test_people_are_archived_merged_and_deleted(practice):
    rows = practice["patients"].rows.values()
    merged = [row for row in rows if row.get("merged_at")]
    assert merged
    for row in merged:
        assert row["archived_at"] == row["merged_at"]
        assert row["merged_with_patient_id"] in practice["patients"].rows
        assert not practice["individual_appointments"].having("patient_id", row["id"])
    assert sum(bool(row.get("archived_at")) for row in rows) > len(merged) + 2
    assert practice["deleted_patients"].rows


def test_visits_end_in_every_way(practice):
    past = [row for row in practice["individual_appointments"].rows.values() if row["starts_at"] < "2026-05-03"]
    shares = {
        "cancelled": sum("cancelled_at" in row for row in past) / len(past),
        "dna": sum(bool(row.get("did_not_arrive")) for row in past) / len(past),
        "arrived": sum(bool(row.get("patient_arrived")) for row in past) / len(past),
    }
    assert 0.05 < shares["cancelled"] < 0.12
    assert 0.02 < shares["dna"] < 0.08
    assert shares["arrived"] > 0.75


def test_every_individual_appointment_has_exactly_one_attendee(practice):
    seats = Counter(row["booking_id"] for row in practice["attendees"].rows.values())
    assert all(seats[id_] == 1 for id_ in practice["individual_appointments"].rows)
    groups = practice["group_appointments"].rows
    assert groups
    assert all(3 <= seats[id_] <= 8 for id_ in groups)


@pytest.mark.parametrize("seed", [7, 8])
def test_characters_are_there_whatever_the_seed(seed):
    world = make(patients=60, seed=seed)
    held = {character["label"]: character for character in world.characters}
    assert set(held) == {"returning", "family", "archived", "deceased", "merged", "no_mobile", "accented"}
    patients = world["patients"].rows
    digits = {
        label: {
            phone["normalized_number"]
            for id_ in character["patient_ids"]
            for phone in patients[id_]["patient_phone_numbers"]
        }
        for label, character in held.items()
    }
    assert digits["returning"] == {"61491570006"}
    assert digits["family"] == {"61491570156"}
    assert digits["no_mobile"] == {"61255500199"}
    assert len(held["family"]["patient_ids"]) == 3
    others = [row for id_, row in patients.items() if id_ not in held["returning"]["patient_ids"]]
    assert not any("61491570006" in str(row["patient_phone_numbers"]) for row in others)
    loser, survivor = held["merged"]["patient_ids"]
    assert patients[loser]["merged_with_patient_id"] == survivor
    assert patients[held["deceased"]["patient_ids"][0]]["archived_at"]
    visits = world["individual_appointments"].having("patient_id", held["returning"]["patient_ids"][0])
    who = world["practitioners"].rows[visits[-1]["practitioner_id"]]
    assert who["show_in_online_bookings"]
    assert {world["appointment_types"].rows[row["appointment_type_id"]]["name"] for row in visits} == {
        "Standard consultation"
    }
    assert len(visits) == 8
    assert all(row["patient_arrived"] for row in visits)


def test_another_zone_moves_the_whole_practice():
    world = make(patients=20, time_zone="Pacific/Auckland")
    assert {row["time_zone_identifier"] for row in world["businesses"].rows.values()} == {"Pacific/Auckland"}


def test_what_the_second_vendor_has_changes_nothing_of_what_the_first_shows():
    alone, both = make(patients=60, vendor="cliniko"), make(patients=60, vendor="both")
    assert alone.mint.serial == both.mint.serial
    for name in alone.collections.keys() - STORED_ONLY - {"bookings"}:
        shown = [[show(world, name, row, "") for row in world[name].rows.values()] for world in (alone, both)]
        assert shown[0] == shown[1], name
    assert not any(alone[name].rows for name in STORED_ONLY)


def test_there_are_about_four_bills_a_patient(practice):
    assert 1600 < len(practice["bills"].rows) < 2600
    billed = {entry["appointment_id"] for row in practice["bills"].rows.values() for entry in row["entries"]}
    assert billed == {row["appointment_id"] for row in practice["billed_visits"].rows.values()}
    came = [row for row in practice["individual_appointments"].rows.values() if row.get("patient_arrived")]
    assert 0.85 * len(came) < len(billed) < len(came)
    assert len(practice["treatment_cases"].rows) >= 500
    assert practice["treatment_notes"].rows
    assert practice["waiting_list"].rows
