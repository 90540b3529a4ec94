"""Was it true? The calls and answers of an interleaving against a diary in which one thing happens after the other.

What stands in the vendor's diary, in our copy and in the journal at the end must be explained by some order of the
writes that were made, an order in which nothing comes before what had ended when it was asked for. And every answer
must be true of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routiq.frontdesk.models import SlotHold, StaffTask, Write
from routiq.mirror.models import Appointment
from tests.races.players import Done, stands
from tests.races.scripts import Cast
from tests.worlds import related

Place = tuple[str, datetime, datetime]
"""A practitioner's time."""
Diary = dict[str, Place]
"""What stands, by its id."""
_KEPT = {"booked": "booked", "done": "done", "taken": "slot_taken", "refused": "not_allowed"}
_FOR_EVER = float("inf")


@dataclass(frozen=True)
class Effect:
    """Something that changed the diary, at one instant between its two times."""

    began: float
    ended: float
    what: str
    appointment: str
    place: Place | None
    ours: bool
    words: str


@dataclass
class After:
    """How everything stands when nothing is open any more."""

    rows: dict[str, dict[str, Any]]
    """The vendor's, by id."""
    writes: dict[str, Write]
    """By intent."""
    mirror: dict[str, Appointment]
    tasks: dict[Any, set[str]]

    @classmethod
    def read(cls, rows: list[dict[str, Any]]) -> After:
        tasks: dict[Any, set[str]] = defaultdict(set)
        for write_id, kind in StaffTask.objects.values_list("write", "kind"):
            tasks[write_id].add(kind)
        return cls(
            {row["id"]: row for row in rows},
            {write.intent_key: write for write in Write.objects.all()},
            {row.remote_id: row for row in Appointment.objects.all()},
            tasks,
        )

    def diary(self) -> Diary:
        return {id_: _place(row) for id_, row in self.rows.items() if stands(row)}


def faults_of(cast: Cast, done: list[Done], after: After) -> list[str]:
    """What is wrong; nothing when all is as promised."""
    return [
        *_left_open(after),
        *_twice(after),
        *_answers(done, after),
        *_reasons(cast, done),
        *_copy(done, after),
        *_order(cast, done, after),
    ]


def _left_open(after: After) -> Iterator[str]:
    for write in after.writes.values():
        if write.is_open:
            yield f"{write.intent_key} is {write.state} for ever"
    if SlotHold.objects.exists():
        yield "a time is held for nobody"


def _twice(after: After) -> Iterator[str]:
    """No time is sold twice, no patient is in two places by our doing, no intent is made twice (B1, B6, B9)."""
    # A move that was refused has put nothing anywhere: it stands where staff have put it.
    ours = {
        write.appointment_remote_id
        for write in after.writes.values()
        if write.kind == "booking" or (write.kind == "move" and write.state != "refused")
    }
    told = {
        write.appointment_remote_id
        for write in after.writes.values()
        if StaffTask.Kind.CHECK_BOOKING in after.tasks[write.pk]
    }
    standing = sorted((row for row in after.rows.values() if stands(row)), key=lambda row: row["id"])
    for number, one in enumerate(standing):
        for other in standing[number + 1 :]:
            pair = {one["id"], other["id"]}
            if not _overlap(_place(one), _place(other)) or not pair & ours or pair & told:
                continue
            if related(one, "practitioner") == related(other, "practitioner"):
                yield f"double booking: {sorted(pair)}"
            elif related(one, "patient") == related(other, "patient") and pair <= ours:
                yield f"one patient in two places: {sorted(pair)}"
    for write in after.writes.values():
        made = [row["id"] for row in after.rows.values() if write.reference in (row["notes"] or "")]
        if len(made) > 1:
            yield f"{write.intent_key} made {made}"


def _answers(done: list[Done], after: After) -> Iterator[str]:
    """What was said is what is (B7), the same intent gets the same answer (B6), and whoever was left without one is
    told by somebody (B5)."""
    for one in (each for each in done if each.call.key):
        write = after.writes.get(one.call.key)
        if one.outcome == "uncertain" and not one.write:
            continue  # "It is being done already."
        if write is None:
            if one.outcome not in ("not_allowed", "vendor_down", "died"):
                yield f"{one.call} was answered {one.outcome}, and nothing is known of it"
            continue
        kept = _KEPT.get(write.state, "vendor_down")
        if one.outcome not in ("uncertain", "died", kept) and one.write:
            yield f"{one.call} was answered {one.outcome}, and is {write.state}"
        if one.outcome in ("booked", "done") and one.appointment != write.appointment_remote_id:
            yield f"{one.call} was answered with {one.appointment}, not {write.appointment_remote_id}"
        heard = any(each.outcome == kept for each in done if each.call.key == one.call.key)
        if not heard and not after.tasks[write.pk]:
            yield f"{one.call} ended {write.state}, and nobody is told"


def _reasons(cast: Cast, done: list[Done]) -> Iterator[str]:
    """A time is taken only where somebody else wanted it or had it; nothing is refused for no reason."""
    first = list(_beginning(cast).values())
    for one in done:
        if one.outcome not in ("slot_taken", "not_allowed") or one.call.what == "cancel":
            continue
        if one.call.appointment < 0 and not _had_booked(one, done):
            continue  # There is nothing to move.
        wanted = [_of_time(cast, one.call.time)]
        if one.call.what == "move" and one.call.appointment >= 0:
            # It needs the time that it leaves as well, until it is certain.
            wanted.append(_of_time(cast, cast.standing_times[one.call.appointment]))
        others = [each for each in done if each.call.key != one.call.key or each.call.what == "edit"]
        times = [each.call.time for each in others if each.call.what in ("book", "move")]
        times += [each.time for each in others if each.time >= 0]
        there = [*first, *(_of_time(cast, time) for time in times)]
        busy = any(_overlap(wish, place) for wish in wanted for place in there)
        same = [each for each in others if each.call.what in ("move", "cancel", "edit")]
        if one.outcome == "slot_taken" and not busy:
            yield f"{one.call} was answered slot_taken, and nobody else wanted it"
        if one.outcome == "not_allowed" and not (busy or same) and "at this time already" not in one.message:
            yield f"{one.call} was refused for no reason: {one.message}"


def _had_booked(one: Done, done: list[Done]) -> bool:
    same = (each for each in done if each.call.patient == one.call.patient and each.ended <= one.began)
    return any(each.outcome == "booked" for each in same)


def _copy(done: list[Done], after: After) -> Iterator[str]:
    """Our copy has what we did at once; of what staff did it learns by looking."""
    theirs = {one.appointment for one in done if one.call.what == "edit"}
    for id_, row in after.rows.items():
        copy = after.mirror.get(id_)
        if id_ in theirs or (copy is None and not stands(row)):
            continue
        if copy is None:
            yield f"{id_} is not in our copy"
            continue
        copied = copy.status != "cancelled" and copy.removed_at is None
        if copied != stands(row) or (
            copied and (copy.practitioner_remote_id, copy.starts_at, copy.ends_at) != _place(row)
        ):
            yield f"{id_} differs: {copy.status} {copy.starts_at}, vendor {row['starts_at']} {row['cancelled_at']}"


def _order(cast: Cast, done: list[Done], after: After) -> Iterator[str]:
    """Is there an order? Tried one after the other, each only after all that had ended before it began."""
    effects = list(_effects(cast, done, after))
    end = after.diary()
    seen: set[tuple[frozenset[int], frozenset[tuple[str, Place]]]] = set()

    def goes_on(left: frozenset[int], diary: Diary) -> bool:
        if not left:
            return diary == end
        state = (left, frozenset(diary.items()))
        if state in seen:
            return False
        seen.add(state)
        first = min(effects[each].ended for each in left)
        for each in left:
            if effects[each].began <= first:
                then = _apply(effects[each], diary)
                if then is not None and goes_on(left - {each}, then):
                    return True
        return False

    beginning = _beginning(cast)
    if not goes_on(frozenset(range(len(effects))), beginning):
        yield "no order explains it: " + "; ".join(
            f"{effect.what} {effect.appointment} [{effect.words}]" for effect in effects
        )


def _apply(effect: Effect, diary: Diary) -> Diary | None:
    """The diary after it, or ``None`` where it cannot happen now."""
    held = diary.get(effect.appointment)
    rest = {id_: place for id_, place in diary.items() if id_ != effect.appointment}
    if effect.place is None:
        return rest
    if effect.what == "move" and held is None:
        # Staff may move what we take back afterwards; we move only what stands.
        return None if effect.ours else diary
    if effect.ours and any(place[0] == effect.place[0] and _overlap(place, effect.place) for place in rest.values()):
        return None
    return {**rest, effect.appointment: effect.place}


def _effects(cast: Cast, done: list[Done], after: After) -> Iterator[Effect]:
    """What was moved and moved back stands where it had stood, wherever staff had put it meanwhile: no vendor
    lets us say which state it was that we meant to change."""
    for one in done:
        if one.call.what == "edit" and one.outcome != "nothing":
            place = _of_time(cast, one.time) if one.time >= 0 else None
            yield Effect(one.began, one.ended, one.outcome, one.appointment, place, False, str(one.call))
    for key, write in after.writes.items():
        if write.state == "taken" and write.kind == "move" and write.sent_at is not None:
            before = write.asked["before"]
            start, end = (datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at"))
            place: Place | None = (before["practitioner_id"], start, end)
            asked = min(one.began for one in done if one.call.key == key)
            yield Effect(asked, _FOR_EVER, "move", write.appointment_remote_id, place, False, f"{key}, moved back")
        if write.state not in ("booked", "done"):
            continue
        calls = [one for one in done if one.call.key == key]
        answered = [one.ended for one in calls if one.outcome in ("booked", "done")]
        place = None
        if write.kind != "cancellation":
            assert write.starts_at is not None
            assert write.ends_at is not None
            place = (write.practitioner_remote_id, write.starts_at, write.ends_at)
        yield Effect(
            min(one.began for one in calls),
            min(answered, default=_FOR_EVER),
            {"booking": "book", "move": "move"}.get(write.kind, "cancel"),
            write.appointment_remote_id,
            place,
            True,
            key,
        )


def _beginning(cast: Cast) -> Diary:
    return {id_: _of_time(cast, time) for id_, time in zip(cast.standing, cast.standing_times, strict=True)}


def _of_time(cast: Cast, number: int) -> Place:
    offer = cast.times[number]
    return (offer.practitioner_id, offer.starts_at, offer.ends_at)


def _place(row: dict[str, Any]) -> Place:
    start, end = (datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at"))
    return (related(row, "practitioner"), start, end)


def _overlap(one: Place, other: Place) -> bool:
    return one[1] < other[2] and other[1] < one[2]
