from __future__ import annotations

from datetime import date

import pytest

from routiq.frontdesk.wishes import Choice
from routiq.robyn.understanding.identity import read_birth_date, read_name, read_phone
from routiq.robyn.understanding.names import name_by_words, name_practitioners, same_name
from routiq.robyn.understanding.words import normalise
from tests.robyn.desks import MENU, MONDAY

PEOPLE = (*MENU.practitioners, Choice("p3", "Dr Renée O'Brien"), Choice("p4", "Mina Singh"))


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("with Oliver", ("p2",)),
        ("I'd like to see Dr Stone", ("p2",)),
        ("with Mina Patel", ("p1",)),
        ("with Mina", ("p1", "p4")),
        ("with Renee", ("p3",)),
        ("with Olivar please", ("p2",)),
        ("Thursday morning", ()),
        ("with my mum", ()),
    ],
)
def test_practitioners_are_named(said: str, ids: tuple[str, ...]) -> None:
    assert name_practitioners(normalise(said), PEOPLE) == ids


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("an initial please", ("t1",)),
        ("follow-up", ("t2",)),
        ("a followup", ("t2",)),
        ("a massage", ("t3",)),
        ("an appointment", ()),
    ],
)
def test_types_are_named_by_their_own_words(said: str, ids: tuple[str, ...]) -> None:
    assert name_by_words(normalise(said), MENU.appointment_types) == ids


def test_types_that_fit_alike_are_all_given() -> None:
    types = (Choice("a", "Physiotherapy Initial"), Choice("b", "Physiotherapy Standard"), Choice("c", "Massage"))
    assert name_by_words("physio", types) == ("a", "b")


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("not the massage", ("t1", "t2")),
        ("no, not massage, the follow up", ("t2",)),
        ("anything but an initial consultation", ("t2", "t3")),
        ("the follow up rather than the massage", ("t2",)),
        ("I'm not sure about massage", ("t3",)),
    ],
)
def test_a_type_that_is_refused_is_not_meant(said: str, ids: tuple[str, ...]) -> None:
    assert name_by_words(normalise(said), MENU.appointment_types) == ids


def test_a_location_that_is_refused_is_not_meant() -> None:
    assert name_by_words("anywhere but northside", MENU.locations) == ("l1",)


def test_locations_are_named() -> None:
    assert name_by_words("at northside", MENU.locations) == ("l2",)


def test_identity_is_never_read_by_resemblance() -> None:
    assert same_name("ZOË", "zoe")
    assert not same_name("Zoe", "Zoey")
    assert not same_name("", "")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("It's for Tom", "tom"),
        ("my name is Jane Citizen", "jane citizen"),
        ("Mary-Anne", "mary anne"),
        ("yes", ""),
    ],
)
def test_a_name_is_taken_without_its_filling(said: str, name: str) -> None:
    assert read_name(normalise(said)) == name


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("2/4/1990", date(1990, 4, 2)),
        ("2nd of April 1990", date(1990, 4, 2)),
        ("April 2 90", date(1990, 4, 2)),
        ("02041990", date(1990, 4, 2)),
        ("2 April '90", date(1990, 4, 2)),
        ("31/2/1990", None),
        ("1/1/2050", None),
        ("no idea", None),
    ],
)
def test_a_date_of_birth_is_read_day_first(said: str, born: date | None) -> None:
    assert read_birth_date(normalise(said), MONDAY.date()) == born


def test_a_phone_number_may_be_spoken() -> None:
    assert read_phone(normalise("oh four one two double three four five six seven")) == "0412334567"
    assert read_phone(normalise("oh four nine one five seven treble oh six")) == "0491570006"
    assert read_phone(normalise("1234")) == ""


def test_a_word_that_every_place_has_in_its_name_names_none_of_them() -> None:
    places = (Choice("l1", "Harbour Physiotherapy - City"), Choice("l2", "Harbour Physiotherapy - Northside"))
    assert name_by_words("does your physio do dry needling", places) == ()
    assert name_by_words("the physio in the city", places) == ("l1",)
    assert name_by_words("harbour", places, expected=True) == ("l1", "l2"), "asked which, both are left"
