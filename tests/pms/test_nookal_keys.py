"""The key as people paste it, and how two keys of one account are known as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routiq.pms.errors import KeyRejected
from routiq.pms.nookal.keys import normalise_key, proof_of, same_account

KEY = "7B1d04aE-92c3-4F5b-8e61-0aD9c37f5E12"
AROUND = [" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u3000", "\x00"]

names = st.sets(st.text("abcdefgh 0123456789", min_size=1, max_size=12), min_size=1, max_size=14)


def test_a_key_stays_as_it_is_and_has_no_region() -> None:
    assert normalise_key(KEY, "") == (KEY, "")
    assert normalise_key(KEY, "au2") == (KEY, "")


@given(st.lists(st.sampled_from(AROUND)).map("".join), st.lists(st.sampled_from(AROUND)).map("".join))
def test_whatever_is_invisible_around_the_key_is_dropped(before: str, behind: str) -> None:
    assert normalise_key(f"{before}{KEY}{behind}", "") == (KEY, "")


@pytest.mark.parametrize(
    ("pasted", "cause"),
    [
        ("", "malformed"),
        ("\u200b \n", "malformed"),
        ("Bearer", "malformed"),
        (KEY[:-1], "malformed"),
        (KEY.replace("-", ""), "malformed"),
        (f"{KEY}-au2", "malformed"),
        (KEY.replace("4F5b", "4F5 b"), "spaces"),
        (f"{KEY} {KEY}", "spaces"),
    ],
)
def test_what_is_no_key_is_explained_before_any_call(pasted: str, cause: str) -> None:
    with pytest.raises(KeyRejected) as refused:
        normalise_key(pasted, "")
    assert refused.value.code == f"KeyRejected.{cause}"
    assert "Nookal" in refused.value.advice
    assert KEY not in repr(refused.value)


def test_another_scope_and_other_staff_are_still_the_same_account() -> None:
    before = proof_of(["1 harbour", "2 hill"], ["5 maya lund", "6 tom reid"])
    assert same_account(before, before)
    assert same_account(before, proof_of(["2 hill", "3 bay"], ["6 tom reid", "9 ana silva"]))


@pytest.mark.parametrize(
    ("locations", "practitioners"),
    [
        (["1 another clinic"], ["5 maya lund"]),
        (["1 harbour"], ["5 ben ito"]),
        ([], ["5 maya lund"]),
    ],
)
def test_somebody_elses_account_is_told_apart(locations: list[str], practitioners: list[str]) -> None:
    mine = proof_of(["1 harbour", "2 hill"], ["5 maya lund", "6 tom reid"])
    assert not same_account(mine, proof_of(locations, practitioners))


def test_an_account_without_staff_yet_is_known_by_its_locations() -> None:
    assert same_account(proof_of(["1 harbour"], []), proof_of(["1 harbour"], ["5 maya lund"]))
    assert not same_account(proof_of(["1 harbour"], []), proof_of(["1 hill"], []))


@given(names, names)
def test_the_proof_fits_where_it_is_stored_and_knows_itself(locations: set[str], practitioners: set[str]) -> None:
    proof = proof_of(locations, practitioners)
    assert len(proof) <= 64
    assert same_account(proof, proof_of(sorted(locations), sorted(practitioners)))
