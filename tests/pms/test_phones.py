"""Numbers that are read the quick way are read as the library reads them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routiq.pms import phones

COUNTRIES = ("AU", "NZ", "GB", "SG", "US", "ZA")


@given(
    region=st.sampled_from(COUNTRIES),
    prefix=st.sampled_from(["0", "0", "+61", "+64", "+44 0", "1", "00", ""]),
    first=st.sampled_from("123456789"),
    rest=st.text("0123456789 -.()", min_size=6, max_size=14),
)
@example(region="AU", prefix="0", first="4", rest="91 570 006")
@example(region="NZ", prefix="(0", first="9", rest=") 555 0199")
@example(region="AU", prefix="+61 ", first="4", rest="91-570-006")
def test_the_quick_way_is_the_librarys(region: str, prefix: str, first: str, rest: str) -> None:
    typed = f"{prefix}{first}{rest}"
    assert phones.e164(typed, "", region) == phones._parsed(typed, region)


@pytest.mark.parametrize(
    ("typed", "region"),
    [("0491 570 006", "AU"), ("(02) 5550 1234", "AU"), ("+61 491 570 006", "AU"), ("021 555 019", "NZ")],
)
def test_everyday_numbers_go_the_quick_way(typed: str, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "_parsed", lambda *_: "")
    assert phones.e164(typed, "", region).startswith("+6")
