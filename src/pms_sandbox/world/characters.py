"""A few people with fixed telephone numbers whom tests, demos and documents can rely on, whatever the seed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pms_sandbox.stamps import stamp
from pms_sandbox.world.history import Historian
from pms_sandbox.world.phones import phone
from pms_sandbox.world.practice import Practice

_HOME = {
    "country": "Australia",
    "country_code": "AU",
    "state": "NSW",
    "city": "Example Bay",
    "post_code": "2099",
}
#: Days on which there is surely room for one consultation.
_SEARCHED = 14


def add_characters(practice: Practice) -> None:
    """Store the characters and list them in ``world.characters``.

    The API has no way to say that a person died: such a record is merely archived (see docs/sandbox.md).
    """
    now = int(practice.world.clock.now())
    returning = _person(practice, "Margaret", "Okafor", "1961-03-14", "0491 570 006", preferred_first_name="Maggie")
    _history(practice, returning)
    _note(
        practice,
        "returning",
        [returning],
        "0491 570 006",
        "active, a regular of a practitioner bookable online",
    )

    shared = "0491 570 156"
    parent = _person(practice, "Hannah", "Smith-Hughes", "1986-07-02", shared)
    children = [
        _person(practice, "Leo", "Smith-Hughes", "2014-01-20", shared, address_1="7 Wattle St"),
        _person(practice, "Matilda", "Smith-Hughes", "2017-10-09", shared, address_1="7 Wattle St"),
    ]
    _note(practice, "family", [parent, *children], shared, "a parent and two children on one mobile")

    _archive(practice, gone := _person(practice, "Trevor", "Bell", "1950-05-05", "0491 570 157"), now - 90 * 86_400)
    _note(practice, "archived", [gone], "0491 570 157", "archived three months ago")
    _archive(
        practice,
        dead := _person(practice, "Dorothy", "Weiß", "1932-12-01", "0491 570 158"),
        now - 30 * 86_400,
    )
    _note(
        practice,
        "deceased",
        [dead],
        "0491 570 158",
        "died; the API shows an archived record and nothing else",
    )

    survivor = _person(practice, "Linh", "Nguyen", "1990-09-09", "0491 570 159")
    loser = _person(practice, "Lin", "Nguyen", "1990-09-09", "0491570159")
    when = stamp(now - 60 * 86_400)
    rows = practice.world["patients"].rows
    rows[loser] |= {
        "archived_at": when,
        "merged_at": when,
        "merged_with_patient_id": survivor,
        "updated_at": when,
    }
    _note(practice, "merged", [loser, survivor], "0491 570 159", "the first id was merged into the second")

    landline = _person(practice, "Neville", "Cox", "1944-04-04", "(02) 5550 0199", kind="Home")
    _note(practice, "no_mobile", [landline], "(02) 5550 0199", "only a landline")
    accented = _person(practice, "José-María", "O'Brien-Núñez", "1979-11-30", "0491 570 110")
    _note(practice, "accented", [accented], "0491 570 110", "accents, a hyphen and an apostrophe")


def _person(
    practice: Practice, given: str, family: str, born: str, number: str, kind: str = "Mobile", **more: Any
) -> str:
    serial = len(practice.world.characters)
    fields = {
        "title": None,
        "first_name": given,
        "last_name": family,
        "date_of_birth": born,
        "email": f"character{serial}.{born[:4]}@example.org",
        "reminder_type": "SMS & Email",
        "receives_confirmation_emails": True,
        "receives_cancellation_emails": True,
        "accepted_sms_marketing": True,
        "accepted_privacy_policy": True,
        "patient_phone_numbers": [phone(number, kind)],
        "address_1": "7 Wattle St",
        **_HOME,
        **more,
    }
    return practice.add("patients", fields, practice.born + 86_400, practice.born + 86_400)


def _history(practice: Practice, patient_id: str) -> None:
    """Eight standard consultations, the last about three weeks ago, with a practitioner who can be booked online. A
    day that is full already makes way for the next one."""
    world = practice.world
    open_places = {id_ for id_, row in world["businesses"].rows.items() if row["show_in_online_bookings"]}
    who = next(
        id_
        for id_ in practice.working
        if world["practitioners"].rows[id_]["show_in_online_bookings"]
        and set(world["practitioners"].rows[id_]["business_ids"]) <= open_places
    )
    historian = Historian(practice)
    for weeks in (30, 29, 28, 26, 24, 12, 6, 3):
        first = practice.today - timedelta(days=7 * weeks)
        made = practice.days.seconds(first, 600) - 5 * 86_400
        kind = practice.types["Standard consultation"]
        days = (first + timedelta(days=number) for number in range(_SEARCHED))
        if not any(historian.book(patient_id, who, kind, day, 600, made, came=True) for day in days):
            raise RuntimeError("no room for the returning patient in two weeks")


def _archive(practice: Practice, patient_id: str, when: int) -> None:
    rows = practice.world["patients"].rows
    rows[patient_id] |= {"archived_at": stamp(when), "updated_at": stamp(when)}


def _note(practice: Practice, label: str, ids: list[str], number: str, about: str) -> None:
    practice.world.characters.append({"label": label, "patient_ids": ids, "phone": number, "about": about})
