"""Makes a whole practice from (seed, patients, day): the same three give the same records, ids and keys."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from pms_sandbox.clock import Clock
from pms_sandbox.ids import IdMint
from pms_sandbox.stamps import stamp
from pms_sandbox.world.characters import add_characters
from pms_sandbox.world.history import Historian, add_classes, fill_classes
from pms_sandbox.world.ledger import add_ledger
from pms_sandbox.world.model import World
from pms_sandbox.world.paperwork import add_paperwork
from pms_sandbox.world.people import Registry
from pms_sandbox.world.practice import Practice, found_practice

MAIN_NAME = "Harbour Street Physiotherapy"
OTHER_NAME = "Ridgeline Podiatry"
OTHER_PATIENTS = 24
ARCHIVED = 0.035
MERGED = 0.008
DELETED = 0.006


def main_world(patients: int, seed: int, clock: Clock, zone: str, *, ledger: bool = True) -> World:
    """The practice under test, with its characters; ``ledger`` adds what only the second vendor shows."""
    rng = Random(f"practice/{seed}")
    world = _generate(MAIN_NAME, "harbour-street", patients, rng, clock, zone, characters=True)
    return _finished(world, Random(f"ledger/{seed}") if ledger else None, IdMint(1_500_000))


def other_world(seed: int, clock: Clock, zone: str, *, ledger: bool = True) -> World:
    """A small second account on the same shard; a key of the one must never show the other."""
    rng = Random(f"other/{seed}")
    world = _generate(OTHER_NAME, "ridgeline", OTHER_PATIENTS, rng, clock, zone, characters=False)
    return _finished(world, Random(f"other ledger/{seed}") if ledger else None, IdMint(1_950_000))


def _finished(world: World, rng: Random | None, mint: IdMint) -> World:
    if rng is not None:
        add_ledger(world, rng, mint)
    world.snapshot()
    return world


def _generate(
    name: str, subdomain: str, patients: int, rng: Random, clock: Clock, zone: str, *, characters: bool
) -> World:
    today = clock.today()
    # the two accounts' ids must not meet
    mint = IdMint(0 if characters else 1_200_000)
    born = int(clock.now()) - 3 * 366 * 86_400 - 61 * 86_400
    world = World(mint.new(born), name, zone, clock, mint, {})
    practice = found_practice(world, rng, today, patients, subdomain)
    if characters:
        add_characters(practice)
    sessions = add_classes(practice, max(2, patients // 600))
    extra = len(world["patients"].rows)
    ids = _add_patients(practice, Registry(rng, today), max(20, patients - extra))
    fill_classes(practice, sessions, ids[: max(12, patients // 40)])
    _retire_some(practice, ids)
    add_paperwork(practice)
    world["bookings"].load(
        world["individual_appointments"].rows | world["group_appointments"].rows | world["unavailable_blocks"].rows
    )
    return world


def _add_patients(practice: Practice, registry: Registry, count: int) -> list[str]:
    """Draw the patients and give each their visits; the first ones have been there from the beginning."""
    historian = Historian(practice)
    ids = []
    founders = max(12, count // 40)
    for number in range(count):
        fields = registry.draw()
        first = historian.first_contact()
        booked = practice.days.seconds(first, 540) - practice.rng.randint(10, 14) * 86_400
        if number < founders:
            booked = practice.born + number * 900
        created = min(booked, historian.now - practice.rng.randint(3600, 400_000))
        changed = created
        if practice.rng.random() < 0.35:
            changed = min(created + int(practice.rng.expovariate(1 / 9_000_000)), historian.now - 600)
        id_ = practice.add("patients", fields, max(created, practice.born), max(changed, practice.born))
        historian.visits(id_, first)
        ids.append(id_)
    return ids


def _retire_some(practice: Practice, ids: list[str]) -> None:
    """Archive, merge and truly delete a few, as years of front-desk work leave them."""
    rng, world = practice.rng, practice.world
    now = int(world.clock.now())
    patients = world["patients"].rows
    booked = {row["patient_id"] for row in world["individual_appointments"].rows.values() if _ahead(row, now)}
    quiet = [id_ for id_ in ids[max(12, len(ids) // 40) :] if id_ not in booked]
    rng.shuffle(quiet)
    archived = quiet[: round(len(ids) * ARCHIVED)]
    merged = quiet[len(archived) : len(archived) + max(1, round(len(ids) * MERGED))]
    for id_ in archived:
        when = stamp(now - rng.randint(3600, 500 * 86_400))
        when = max(when, patients[id_]["updated_at"])
        patients[id_] = {**patients[id_], "archived_at": when, "updated_at": when}
    resting = set(quiet)
    survivors = [id_ for id_ in ids if id_ not in resting] or ids
    for id_ in merged:
        merge_rows(practice, id_, rng.choice(survivors), now - rng.randint(3600, 300 * 86_400))
    for _ in range(max(1, round(len(ids) * DELETED))):
        created = practice.born + rng.randint(0, 600) * 86_400
        gone = world.mint.new(created)
        deleted_at = stamp(min(now - 60, created + rng.randint(40, 500) * 86_400))
        world["deleted_patients"].rows[gone] = {
            "id": gone,
            "deleted_at": deleted_at,
            "created_at": stamp(created),
            "updated_at": deleted_at,
        }


def merge_rows(practice: Practice, loser: str, survivor: str, when: int) -> None:
    """Archive the loser and hand its visits to the survivor (spec 3.1)."""
    patients = practice.world["patients"].rows
    text = max(stamp(when), patients[loser]["updated_at"])
    patients[loser] = {
        **patients[loser],
        "archived_at": text,
        "merged_at": text,
        "merged_with_patient_id": survivor,
        "updated_at": text,
    }
    moved = {"patient_id": survivor}
    for name in ("individual_appointments", "attendees"):
        rows: dict[str, dict[str, Any]] = practice.world[name].rows
        for id_ in [id_ for id_, row in rows.items() if row.get("patient_id") == loser]:
            rows[id_] = {**rows[id_], **moved, "updated_at": max(text, rows[id_]["updated_at"])}


def _ahead(row: dict[str, Any], now: int) -> bool:
    return str(row["starts_at"]) > stamp(now - int(timedelta(days=30).total_seconds()))
