"""What a caller may hear, by what they have shown (V5)."""

from __future__ import annotations

from datetime import date

import pytest

from routiq.connections.models import Connection
from routiq.frontdesk.identity import Identity, Tier, by_number, show
from routiq.frontdesk.people import recognise_caller
from routiq.mirror.models import Patient

MARGARET = {"first_name": "Margaret", "last_name": "Okafor", "date_of_birth": date(1961, 3, 14)}

pytestmark = pytest.mark.usefixtures("synced")


def test_a_number_alone_is_worth_a_first_name() -> None:
    identity = by_number(recognise_caller("0491 570 006"))
    assert (identity.tier, identity.greeting, identity.may_see_bookings) == (Tier.GREETED, "Maggie", False)


@pytest.mark.parametrize("number", ["", "0491 570 156", "0491 570 157", "0491 570 158", "0491 570 110 99"])
def test_a_number_that_is_nobodys_or_several_peoples_greets_nobody(number: str) -> None:
    identity = by_number(recognise_caller(number))
    assert (identity.tier, identity.greeting, identity.patient) == (Tier.NOBODY, "", None)


@pytest.mark.parametrize("first", ["Margaret", "maggie", " MARGARET "])
@pytest.mark.parametrize("number", ["0491 570 006", "0491 570 156", ""])
def test_name_and_day_of_birth_show_who_it_is_from_any_number(first: str, number: str, patient: str) -> None:
    identity = show(by_number(recognise_caller(number)), **{**MARGARET, "first_name": first})
    assert identity.may_see_bookings
    assert identity.patient is not None
    assert identity.patient.remote_id == patient


def test_accents_need_not_be_said() -> None:
    said = {"first_name": "Jose-Maria", "last_name": "O'Brien-Nunez", "date_of_birth": date(1979, 11, 30)}
    assert show(Identity(), **said).may_see_bookings


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_name": "Maud"},
        {"last_name": "Okafort"},
        {"date_of_birth": date(1961, 3, 15)},
        {"date_of_birth": None},
        {"first_name": ""},
        {"first_name": "", "last_name": ""},
    ],
)
def test_whatever_was_wrong_the_answer_is_the_same(wrong: dict[str, object]) -> None:
    greeted = by_number(recognise_caller("0491 570 006"))
    assert show(greeted, **{**MARGARET, **wrong}) == Identity(Tier.GREETED, greeted.patient, wrong=1)


def test_after_three_tries_a_person_takes_over_and_nothing_counts_any_more() -> None:
    identity = Identity()
    for _ in range(3):
        assert not identity.is_for_a_person
        identity = show(identity, **{**MARGARET, "date_of_birth": date(1961, 3, 15)})
    assert identity.is_for_a_person
    assert show(identity, **MARGARET) == identity


def test_who_is_archived_merged_or_removed_is_shown_to_be_nobody() -> None:
    for changes in ({"status": "inactive"}, {"status": "active", "merged_into": "1"}):
        Patient.objects.filter(last_name="Okafor", first_name="Margaret").update(**changes)
        assert not show(Identity(), **MARGARET).may_see_bookings


def test_two_of_one_name_and_birthday_cannot_be_told_apart_by_it(synced: Connection) -> None:
    row = Patient.objects.get(phones__e164="+61491570006")
    row.pk, row.remote_id = None, "1999999999999999998"
    row.save(force_insert=True)
    identity = show(Identity(), **MARGARET)
    assert (identity.tier, identity.patient, identity.wrong) == (Tier.NOBODY, None, 1)
