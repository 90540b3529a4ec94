"""Telling genuine deliveries from forged ones, by the Standard Webhooks specification."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pms_sandbox.webhooks import sign
from routiq.pms.standard_webhooks import Forged, Verified, is_secret, verify

NOW = 1_777_860_000
ID = "msg_2Lh9KRb0pzN4"
BODY = b'{"type": "patient.updated"}'


def secret_of(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


OLD, NEW, FOREIGN = (secret_of(bytes([number]) * 24) for number in (1, 2, 3))

keys = st.binary(min_size=1, max_size=64).map(secret_of)
ids = st.text("ABCxyz0189_-", min_size=1, max_size=100)


def signed(secret: str = NEW, id_: str = ID, moment: int = NOW, body: bytes = BODY) -> dict[str, str]:
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, id_, moment, body),
    }


def reason(headers: dict[str, str], body: bytes = BODY, secrets: Sequence[str] = (NEW,), now: float = NOW) -> str:
    with pytest.raises(Forged) as refused:
        verify(headers, body, secrets, now)
    return refused.value.reason


def flipped(data: bytes, place: int, bit: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def test_the_example_of_the_reference_libraries_is_genuine() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert verify(headers, b'{"test": 2432232314}', [secret], 1614265330).id == headers["webhook-id"]


@given(keys, ids, st.binary(max_size=200))
def test_what_was_signed_with_a_live_secret_is_genuine(secret: str, id_: str, body: bytes) -> None:
    genuine = verify(signed(secret, id_, NOW, body), body, [secret], NOW)
    assert genuine == Verified(id_, datetime.fromtimestamp(NOW, UTC))


@given(st.binary(min_size=1, max_size=200), st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_of_the_body_is_a_forgery(body: bytes, place: int, bit: int) -> None:
    assert reason(signed(body=body), flipped(body, place, bit)) == "bad_signature"


@given(st.integers(0), st.integers(0, 7), st.sampled_from(["webhook-id", "webhook-timestamp"]))
def test_a_flipped_bit_of_id_or_timestamp_is_a_forgery(place: int, bit: int, name: str) -> None:
    headers = signed()
    changed = flipped(headers[name].encode(), place, bit).decode("latin-1")
    # Blanks around a header are no part of it; that is how HTTP carries them.
    assume(changed.strip() != headers[name])
    assert reason({**headers, name: changed}) in {
        "no_id",
        "no_timestamp",
        "too_old",
        "from_the_future",
        "bad_signature",
    }


@given(st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_of_the_signature_is_a_forgery(place: int, bit: int) -> None:
    headers = signed()
    changed = flipped(headers["webhook-signature"].encode(), place, bit).decode("latin-1")
    assert reason({**headers, "webhook-signature": changed}) in {"no_signature", "bad_signature"}


@given(st.integers(-300, 300))
def test_five_minutes_either_way_are_let_pass(seconds: int) -> None:
    verify(signed(moment=NOW + seconds), BODY, [NEW], NOW)


@given(st.integers(301, 10**9))
def test_a_stamp_further_off_is_refused_even_when_signed(seconds: int) -> None:
    assert reason(signed(moment=NOW - seconds)) == "too_old"
    assert reason(signed(moment=NOW + seconds)) == "from_the_future"


def test_the_window_can_be_chosen() -> None:
    headers = signed(moment=NOW - 301)
    assert verify(headers, BODY, [NEW], NOW, tolerance=301).id == ID


@pytest.mark.parametrize("used", [OLD, NEW])
def test_while_secrets_change_either_is_good(used: str) -> None:
    assert verify(signed(used), BODY, [NEW, OLD], NOW).id == ID


def test_a_retired_secret_is_good_no_more() -> None:
    assert reason(signed(OLD), secrets=[NEW]) == "bad_signature"


def test_one_good_signature_among_several_is_enough() -> None:
    headers = signed()
    right, wrong = headers["webhook-signature"], sign(FOREIGN, ID, NOW, BODY)
    headers["webhook-signature"] = f"v1a,ed25519text {wrong}  {right}"
    assert verify(headers, BODY, [OLD, NEW], NOW).id == ID


def test_a_signature_of_another_version_proves_nothing() -> None:
    headers = signed()
    for version in ("v1a", "v2", "V1", ""):
        other = headers["webhook-signature"].replace("v1", version)
        assert reason({**headers, "webhook-signature": other}) == "no_signature"


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("webhook-id", ["", "  ", "a.b", "a b", "a\x00b", "ä", "x" * 101], "no_id"),
        ("webhook-timestamp", ["", "now", "-5", "1e9", "1.5", "١٢٣", "9" * 12], "no_timestamp"),
        ("webhook-signature", ["", " ", "v1", "abcdef"], "no_signature"),
        ("webhook-signature", ["v1,", "v1,ä", "v1,\udce4", "v1,v1,x", "v1,===="], "bad_signature"),
    ],
)
def test_what_is_missing_or_odd_is_named(name: str, values: list[str], expected: str) -> None:
    headers = signed()
    for value in values:
        assert reason({**headers, name: value}) == expected
    del headers[name]
    assert reason(headers).startswith("no_")


def test_names_of_headers_may_be_written_in_any_case() -> None:
    shouted = {name.upper(): value for name, value in signed().items()}
    assert verify(shouted, BODY, [NEW], NOW).id == ID


def test_without_a_secret_nothing_is_genuine() -> None:
    assert reason(signed(), secrets=[]) == "bad_signature"


@pytest.mark.parametrize("none", ["", "whsec_", "whsec_?", "whsec_abc", "c2VjcmV0", "whsec_ä", "whsec_ YWJj"])
def test_what_is_no_secret_verifies_nothing_and_stands_in_nobodys_way(none: str) -> None:
    assert not is_secret(none)
    everybodys = signed(secret_of(b""))
    assert reason(everybodys, secrets=[none]) == "bad_signature"
    assert verify(signed(), BODY, [none, NEW], NOW).id == ID


def test_parts_cannot_be_moved_over_the_full_stops_between_them() -> None:
    headers = signed(body=b"7.rest")
    moved = {**headers, "webhook-id": f"{ID}.{NOW}", "webhook-timestamp": "7"}
    with pytest.raises(Forged):
        verify(moved, b"rest", [NEW], 7)
