"""Proving a key: what is asked, in which order, and what a person is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms import nookal as nookal_package
from routiq.pms.errors import KeyRejected, VendorUnavailable
from routiq.pms.gateway import Selection, Stream
from routiq.pms.nookal.gateway import BASE_URL
from routiq.pms.nookal.keys import same_account

UNKNOWN = "00000000-0000-4000-8000-00000000AbCd"


def asked(sandbox: RunningSandbox) -> list[str]:
    return [entry["path"] for entry in sandbox.requests()]


def test_the_key_is_verified_first_then_its_locations_and_practitioners_are_read(
    sandbox: RunningSandbox, nookal: Any
) -> None:
    account = nookal.gateway.check()
    assert asked(sandbox) == ["verify", "getLocations", "getPractitioners"]
    assert {entry["method"] for entry in sandbox.requests()} == {"POST"}
    places = sandbox.world("businesses")["businesses"]
    assert account.time_zone == "Australia/Sydney"
    assert account.country_code == "AU"
    assert account.name.endswith(f" and {len(places) - 1} more")
    assert 0 < len(account.id) <= 64


@pytest.mark.parametrize("label", ["nookal-off", ""])
def test_a_disabled_key_and_an_unknown_one_are_told_what_to_check(
    label: str, sandbox: RunningSandbox, open_nookal: Any
) -> None:
    clinic = open_nookal(label, **({} if label else {"key": UNKNOWN}))
    with pytest.raises(KeyRejected) as refused:
        clinic.gateway.check()
    assert refused.value.code == "KeyRejected.not_accepted"
    assert "Status is Enabled" in refused.value.advice
    assert "30 seconds" in refused.value.advice
    assert asked(sandbox) == ["verify"]


def test_a_key_that_was_enabled_again_works_after_half_a_minute(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.control("PATCH", "keys/nookal", {"enabled": False})
    sandbox.control("PATCH", "keys/nookal", {"enabled": True})
    with pytest.raises(KeyRejected):
        nookal.gateway.check()
    sandbox.clock(advance_seconds=31)
    assert nookal.gateway.check().id


def test_a_key_without_any_location_is_told_to_tick_them(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.control("PATCH", "keys/nookal", {"locations": []})
    with pytest.raises(KeyRejected) as refused:
        nookal.gateway.check()
    assert refused.value.code == "KeyRejected.no_locations"
    assert "tick every location" in refused.value.advice


def test_a_key_of_the_same_account_is_known_even_with_fewer_locations(nookal: Any, open_nookal: Any) -> None:
    account = nookal.gateway.check()
    assert same_account(account.id, open_nookal("nookal-spare").gateway.check().id)
    assert same_account(account.id, open_nookal("nookal-one").gateway.check().id)
    assert not same_account(account.id, open_nookal("nookal-other").gateway.check().id)


def test_a_key_sees_only_the_locations_that_are_ticked_for_it(sandbox: RunningSandbox, open_nookal: Any) -> None:
    clinic = open_nookal("nookal-one")
    (place,) = clinic.all(Stream.LOCATIONS)
    visits = clinic.all(Stream.APPOINTMENTS)
    assert visits
    assert {visit.location_id for visit in visits} == {place.id}


def test_a_key_that_dies_in_the_middle_of_a_walk_is_told_from_other_trouble(
    sandbox: RunningSandbox, nookal: Any
) -> None:
    page = nookal.gateway.fetch(Stream.APPOINTMENTS, Selection())
    sandbox.control("PATCH", "keys/nookal", {"enabled": False})
    sandbox.clear_requests()
    with pytest.raises(KeyRejected) as refused:
        nookal.gateway.fetch(Stream.APPOINTMENTS, Selection(), page.next_cursor)
    assert refused.value.code == "KeyRejected.not_accepted"
    assert asked(sandbox) == ["getAppointments", "verify"]


def test_a_check_that_gets_no_answer_is_over_soon(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="slow", delay_ms=8000, times=None)
    with pytest.raises(VendorUnavailable) as failed:
        nookal.gateway.check()
    assert failed.value.code == "VendorUnavailable.timeout"
    assert "Nookal" in failed.value.advice


def test_only_the_documented_interface_is_there_to_be_asked() -> None:
    """Version 2 at the vendor's own host; the undocumented version 3 is never called."""
    assert BASE_URL == "https://api.nookal.com/production/v2"
    for module in sorted(Path(nookal_package.__path__[0]).glob("*.py")):
        code = module.read_text().lower()
        assert "graphql" not in code, module.name
        assert not re.search(r"\bv3\b", code), module.name
