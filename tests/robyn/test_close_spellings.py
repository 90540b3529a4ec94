"""A slip in the name of a type or a place: asked about, never taken and never passed over."""

from __future__ import annotations

import pytest

from routiq.frontdesk.wishes import Choice, Menu
from routiq.robyn.understanding.names import slips
from routiq.robyn.understanding.words import normalise
from tests.robyn.desks import MENU, MINA, NORTH, InMemoryDesk
from tests.robyn.talks import Talk

TELEHEALTH = Choice("t4", "Telehealth Consultation")
TYPES = (*MENU.appointment_types, TELEHEALTH)


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("can I get a massarge", ("t3",)),
        ("a telehelth one please", ("t4",)),
        ("an inital appointment", ("t1",)),
        ("I got your message", ()),
        ("I'm needing to come in", ()),
        ("a massage", ()),
    ],
)
def test_a_slip_is_near_one(said: str, ids: tuple[str, ...]) -> None:
    meant = set(slips(normalise(said), TYPES).values())
    assert tuple(kind.id for kind in TYPES if meant & set(normalise(kind.name).split())) == ids


def test_a_type_is_asked_about_and_taken_after_a_yes() -> None:
    talk = Talk(agrees_to_type=False)
    assert talk.say("can I get a massarge on Thursday") == "Do you mean Remedial Massage?"
    said = talk.say("yes")
    assert "Remedial Massage" in said
    assert "Thursday 26 November" in said
    assert talk.desk.searches[-1].appointment_type_id == "t3"


def test_after_a_no_the_others_are_asked() -> None:
    talk = Talk(agrees_to_type=False)
    said = talk.says("can I get a massarge on Thursday", "no")
    assert "Initial Consultation" in said
    assert "Massage" not in said


def test_a_place_is_asked_about() -> None:
    talk = Talk(agrees_to_type=False)
    assert talk.say("a massage at Nortside please") == "Do you mean Northside?"
    assert "Do you mean Northside?" in talk.say("wibble")
    talk.say("yes")
    assert talk.desk.searches[-1].location_id == NORTH.id


def test_several_that_are_near_are_asked_apart() -> None:
    kinds = (Choice("a", "Orthotics Fitting"), Choice("b", "Orthotics Review"), Choice("c", "Nail Care"))
    talk = Talk(InMemoryDesk(the_menu=Menu((MINA,), kinds, (NORTH,))), agrees_to_type=False)
    said = talk.say("I need some orthotcs")
    assert "Orthotics Fitting or Orthotics Review" in said


def test_what_was_read_out_may_be_said_with_a_slip() -> None:
    talk = Talk(agrees_to_type=False)
    talk.says("I'd like to come in on Thursday", "no")
    talk.say("the massarge")
    assert talk.desk.searches[-1].appointment_type_id == "t3"


def test_what_it_is_about_already_is_not_asked_about() -> None:
    talk = Talk(agrees_to_type=False)
    talk.says("a massage on Thursday", "the first one")
    assert talk.say("yes, book the massarge").startswith("It is booked")
