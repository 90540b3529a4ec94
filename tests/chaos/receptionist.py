"""Somebody at the front desk who does anything, and remembers what the vendor would announce of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pms_sandbox.testing import RunningSandbox
from tests.worlds import related

BOOKINGS = "individual_appointments"
CLASSES = "group_appointments"
SEATS = "attendees"
BLOCKS = "unavailable_blocks"
Edit = dict[str, Any]
#: In days from now.
SOON = (1, 2, 5, 9, 20, -1, -10)
ABOUT_THE_EDGE = (
    timedelta(days=3),
    timedelta(days=1),
    timedelta(minutes=15),
    timedelta(),
    timedelta(minutes=-15),
    timedelta(days=-1),
    timedelta(days=-40),
)


@dataclass(frozen=True)
class Wish:
    """What is done to the ``pick``-th record of its kind; ``other`` settles what else there is to choose."""

    what: str
    pick: int
    other: int


@dataclass
class Announcement:
    kind: str
    record: str
    number: int


@dataclass
class Receptionist:
    """Knows the ids of what there is; the world itself is the sandbox's."""

    sandbox: RunningSandbox
    world: dict[str, list[Edit]]
    now: datetime
    edge: datetime
    """Where what the mirror keeps begins."""
    ids: dict[str, list[str]] = field(init=False)
    archived: set[str] = field(default_factory=set)
    """Bookings and seats that were archived at some time."""
    deleted: set[str] = field(default_factory=set)
    announced: list[Announcement] = field(default_factory=list)
    edits_made: int = 0

    def __post_init__(self) -> None:
        self.ids = {name: [record["id"] for record in self.world[name]] for name in self.world}
        for name in (BOOKINGS, CLASSES, SEATS):
            self.archived |= {record["id"] for record in self.world[name] if record["archived_at"]}
        kinds = [record["id"] for record in self.world["appointment_types"]]
        self._seats = {record["id"]: related(record, "booking") for record in self.world[SEATS]}
        self._kind = {name: related(self.world[name][0], "appointment_type") for name in (BOOKINGS, CLASSES)}
        self._kinds = kinds

    def does(self, wish: Wish) -> None:
        edits = self.plan(wish)
        if edits:
            self.note(edits, self.sandbox.edit(edits))

    def plan(self, wish: Wish) -> list[Edit]:
        """The edits of a wish; none when there is nothing to do it to."""
        self.edits_made += 1
        return ACTS[wish.what](self, wish)

    def note(self, edits: list[Edit], ids: list[str | None]) -> None:
        """These were carried out: what there is now, and what would be announced of it."""
        for edit, id_ in zip(edits, ids, strict=True):
            name, op = edit["collection"], edit["op"]
            assert id_ is not None
            if op == "create":
                self.ids[name].append(id_)
                if name == SEATS:
                    self._seats[id_] = edit["fields"]["booking_id"]
            elif op == "delete":
                self._forget(name, id_)
            elif op == "archive":
                self.archived.add(id_)
                self.archived |= {seat for seat, booking in self._seats.items() if booking == id_}
            self._announce(name, op, id_)

    def _forget(self, name: str, id_: str) -> None:
        self.ids[name].remove(id_)
        self.deleted.add(id_)
        if name in (BOOKINGS, CLASSES):
            for seat in [seat for seat, booking in self._seats.items() if booking == id_]:
                if seat in self.ids[SEATS]:
                    self._forget(SEATS, seat)
                self.deleted.add(seat)

    def _announce(self, name: str, op: str, id_: str) -> None:
        about = {"patients": "patient", BOOKINGS: "appointment", CLASSES: "appointment"}.get(name)
        if about is None:
            return
        what = {"create": "created", "delete": "deleted", "archive": "deleted", "merge": "deleted"}.get(op, "updated")
        self.announced.append(Announcement(f"{about}.{what}", id_, len(self.announced)))

    # -- choosing --------------------------------------------------------------------------------------------------

    def one(self, name: str, number: int) -> str | None:
        there = self.ids[name]
        return there[number % len(there)] if there else None

    def start(self, number: int) -> datetime:
        """Mostly soon; sometimes so long ago that the mirror does not keep it, or about at that edge."""
        if number % 5 < 3:
            day = self.now + timedelta(days=SOON[number % len(SOON)])
            return day.replace(minute=15 * (number % 4), second=0, microsecond=0)
        return self.edge + ABOUT_THE_EDGE[number % len(ABOUT_THE_EDGE)]


def _of(name: str, op: str, fields: Callable[[Receptionist, Wish], Edit] | None = None) -> Any:
    def act(desk: Receptionist, wish: Wish) -> list[Edit]:
        id_ = desk.one(name, wish.pick)
        if id_ is None:
            return []
        return [{"op": op, "collection": name, "id": id_} | ({"fields": fields(desk, wish)} if fields else {})]

    return act


def _new(name: str, fields: Callable[[Receptionist, Wish], Edit]) -> Any:
    return lambda desk, wish: [{"op": "create", "collection": name, "fields": fields(desk, wish)}]


def stamped(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _person(desk: Receptionist, wish: Wish) -> Edit:
    return {
        "first_name": f"Newly{wish.pick % 50}",
        "last_name": ("Ørsted", "O'Neil", "Li", "Nguyễn")[wish.other % 4],
        "date_of_birth": "1980-02-29",
        "patient_phone_numbers": [{"number": f"0491 57{wish.pick % 10} {wish.other % 1000:03}"}],
        "city": version(desk),
    }


def _new_particulars(desk: Receptionist, wish: Wish) -> Edit:
    changed: list[Edit] = [
        {},
        {"patient_phone_numbers": []},
        {"patient_phone_numbers": [{"number": "0491 570 110"}, {"number": "(02) 5550 0199", "phone_type": "Home"}]},
        {"email": None},
        {"preferred_first_name": f"Pip{wish.other % 9}", "date_of_birth": None},
    ]
    return {"city": version(desk)} | changed[wish.other % len(changed)]


def version(desk: Receptionist) -> str:
    """Written into a field, it tells which of two copies is the later one."""
    return f"v{desk.edits_made}"


def _booking(desk: Receptionist, wish: Wish) -> Edit:
    return {
        "patient_id": desk.one("patients", wish.pick) or desk.world["patients"][0]["id"],
        "practitioner_id": desk.one("practitioners", wish.other),
        "business_id": desk.one("businesses", wish.other),
        "appointment_type_id": desk._kind[BOOKINGS],
        "starts_at": stamped(desk.start(wish.other)),
    }


def _moved(desk: Receptionist, wish: Wish) -> Edit:
    start = desk.start(wish.other)
    return {
        "starts_at": stamped(start),
        "ends_at": stamped(start + timedelta(minutes=30)),
        "practitioner_id": desk.one("practitioners", wish.other),
    }


def _class_moved(desk: Receptionist, wish: Wish) -> Edit:
    start = desk.start(wish.other)
    return {"starts_at": stamped(start), "ends_at": stamped(start + timedelta(minutes=45))}


def _class(desk: Receptionist, wish: Wish) -> Edit:
    return {
        "practitioner_id": desk.one("practitioners", wish.other),
        "business_id": desk.one("businesses", wish.other),
        "appointment_type_id": desk._kind[CLASSES],
        "starts_at": stamped(desk.start(wish.other)),
        "max_attendees": 3 + wish.pick % 5,
    }


def _block(desk: Receptionist, wish: Wish) -> Edit:
    start = desk.start(wish.other)
    return {
        "practitioner_id": desk.one("practitioners", wish.pick),
        "business_id": desk.one("businesses", wish.other),
        "starts_at": stamped(start),
        "ends_at": stamped(start + timedelta(hours=1 + 30 * (wish.pick % 3))),
        "notes": "Team meeting",
    }


def _merge(desk: Receptionist, wish: Wish) -> list[Edit]:
    loser, into = desk.one("patients", wish.pick), desk.one("patients", wish.other)
    if loser is None or into is None or loser == into:
        return []
    return [{"op": "merge", "collection": "patients", "id": loser, "fields": {"into": into}}]


def _seat(desk: Receptionist, wish: Wish) -> list[Edit]:
    session, patient = desk.one(CLASSES, wish.pick), desk.one("patients", wish.other)
    if session is None or patient is None:
        return []
    return [{"op": "create", "collection": SEATS, "fields": {"booking_id": session, "patient_id": patient}}]


ACTS: dict[str, Callable[[Receptionist, Wish], list[Edit]]] = {
    "welcome a patient": _new("patients", _person),
    "change a patient": _of("patients", "update", _new_particulars),
    "archive a patient": _of("patients", "archive"),
    "bring a patient back": _of("patients", "unarchive"),
    "merge two patients": _merge,
    "delete a patient": _of("patients", "delete"),
    "book": _new(BOOKINGS, _booking),
    "move a booking": _of(BOOKINGS, "update", _moved),
    "cancel a booking": _of(BOOKINGS, "cancel"),
    "archive a booking": _of(BOOKINGS, "archive"),
    "bring a booking back": _of(BOOKINGS, "unarchive"),
    "delete a booking": _of(BOOKINGS, "delete"),
    "note an arrival": _of(BOOKINGS, "arrive"),
    "note that nobody came": _of(BOOKINGS, "dna"),
    "leave open who came": _of(BOOKINGS, "undecided"),
    "give a booking to another patient": _of(
        BOOKINGS,
        "update",
        lambda desk, wish: {"patient_id": desk.one("patients", wish.other) or desk.world["patients"][0]["id"]},
    ),
    "plan a class": _new(CLASSES, _class),
    "move a class": _of(CLASSES, "update", _class_moved),
    "archive a class": _of(CLASSES, "archive"),
    "bring a class back": _of(CLASSES, "unarchive"),
    "delete a class": _of(CLASSES, "delete"),
    "give a seat": _seat,
    "cancel a seat": _of(SEATS, "cancel"),
    "note who came to a class": _of(SEATS, "arrive"),
    "take a seat away": _of(SEATS, "delete"),
    "archive a seat": _of(SEATS, "archive"),
    "close a stretch": _new(BLOCKS, _block),
    "move a closed stretch": _of(BLOCKS, "update", _block),
    "archive a closed stretch": _of(BLOCKS, "archive"),
    "bring a closed stretch back": _of(BLOCKS, "unarchive"),
    "delete a closed stretch": _of(BLOCKS, "delete"),
    "rename a practitioner": _of(
        "practitioners", "update", lambda desk, wish: {"first_name": f"Renamed{wish.other % 5}"}
    ),
    "let a practitioner go": _of("practitioners", "update", lambda desk, wish: {"active": bool(wish.other % 2)}),
    "switch a practitioner online or off": _of(
        "practitioners", "update", lambda desk, wish: {"show_in_online_bookings": bool(wish.other % 2)}
    ),
    "switch a location online or off": _of(
        "businesses", "update", lambda desk, wish: {"show_in_online_bookings": bool(wish.other % 2)}
    ),
    "change a type": _of(
        "appointment_types",
        "update",
        lambda desk, wish: {
            "duration_in_minutes": 15 * (1 + wish.other % 4),
            "online_bookings_lead_time_hours": (None, 0, 24)[wish.other % 3],
        },
    ),
}
