"""The key as people paste it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routiq.pms.cliniko.keys import normalise_key
from routiq.pms.errors import KeyRejected

KEY = "MS0yMjAxMDk1NjI4OTk5ODg4Nzc3LWFiY2RlZmdoaWprbG1ub3A"
AROUND = [" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u3000", "\x00"]


@pytest.mark.parametrize(
    ("ending", "shard"),
    [("au1", "au1"), ("au5", "au5"), ("uk2", "uk2"), ("ca1", "ca1"), ("eu1", "eu1"), ("us1", "us1"), ("AU4", "au4")],
)
def test_the_end_of_the_key_names_the_shard_even_one_that_no_list_has(ending: str, shard: str) -> None:
    assert normalise_key(f"{KEY}-{ending}", "") == (f"{KEY}-{ending}", shard)


def test_only_the_last_hyphen_counts() -> None:
    assert normalise_key(f"AB-cd-{KEY}-au2", "") == (f"AB-cd-{KEY}-au2", "au2")


def test_a_key_without_an_end_is_an_old_one_on_the_first_shard() -> None:
    assert normalise_key(KEY, "") == (KEY, "au1")
    assert normalise_key(KEY, "au1") == (KEY, "au1")
    assert normalise_key("abcdefgh-ijklmnop", "") == ("abcdefgh-ijklmnop", "au1")


@given(st.lists(st.sampled_from(AROUND)).map("".join), st.lists(st.sampled_from(AROUND)).map("".join))
def test_whatever_is_invisible_around_the_key_is_dropped(before: str, behind: str) -> None:
    assert normalise_key(f"{before}{KEY}-au2{behind}", "au2") == (f"{KEY}-au2", "au2")


@pytest.mark.parametrize("blank", [" ", "\n", "\u00a0", "\u200b"])
def test_a_key_broken_by_spaces_is_explained_before_any_call(blank: str) -> None:
    with pytest.raises(KeyRejected) as refused:
        normalise_key(f"{KEY[:10]}{blank}{KEY[10:]}-au2", "au2")
    assert refused.value.code == "KeyRejected.spaces"
    assert "spaces" in refused.value.message


def test_a_selection_that_disagrees_with_the_key_names_both_shards() -> None:
    with pytest.raises(KeyRejected) as refused:
        normalise_key(f"{KEY}-au3", "au2")
    assert refused.value.code == "KeyRejected.wrong_shard"
    assert "au3" in refused.value.message
    assert "au2" in refused.value.message
    assert "Other (from the key)" in refused.value.advice


def test_a_key_whose_end_was_lost_is_told_so_when_another_shard_was_selected() -> None:
    with pytest.raises(KeyRejected) as refused:
        normalise_key(KEY, "au4")
    assert refused.value.cause == "wrong_shard"
    assert "-au4" in refused.value.advice


@pytest.mark.parametrize(
    "text",
    ["", "  ", "secret", "https://au1.cliniko.com", "me@example.org", "abc:defghij-au1", "pässwörter-au1", "-" * 20],
)
def test_what_cannot_be_a_key_is_refused_before_any_call(text: str) -> None:
    with pytest.raises(KeyRejected) as refused:
        normalise_key(text, "")
    assert refused.value.cause == "malformed"
    assert "New API Key" in refused.value.advice


@given(st.text(max_size=60))
def test_a_refusal_never_repeats_what_was_pasted(text: str) -> None:
    refused = None
    try:
        normalise_key(f"Zq7{text}", "au2")
    except KeyRejected as error:
        refused = error
    if refused is not None:
        assert f"Zq7{text}" not in f"{refused.message} {refused.advice} {refused.evidence}"
