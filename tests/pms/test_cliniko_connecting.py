"""Proving a key: whose it is, or why not and what to do."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.errors import KeyRejected, NotPermitted, PmsError, RateLimited, VendorUnavailable
from routiq.pms.gateway import Gateway, Lane
from routiq.pms.pacing import BudgetRules, LocalPace
from routiq.pms.registry import vendor, vendors


def test_a_good_key_says_whose_it_is_in_two_requests(sandbox: RunningSandbox, clinic: Any) -> None:
    account = clinic.gateway.check()
    there = sandbox.control("GET", "world?only=users")
    assert (account.id, account.name) == (there["account"]["id"], there["account"]["name"])
    assert account.country_code == "AU"
    assert account.time_zone == "Australia/Sydney"
    assert account.is_administrator
    assert account.user_id in {user["id"] for user in there["collections"]["users"]}
    assert [entry["path"] for entry in sandbox.requests()] == ["user", "settings/public"]


@pytest.mark.parametrize("label", ["receptionist", "practitioner"])
def test_a_key_of_another_role_is_not_enough_and_the_role_is_named(label: str, open_clinic: Any) -> None:
    with pytest.raises(NotPermitted) as refused:
        open_clinic(label).gateway.check()
    assert refused.value.code == "NotPermitted.not_administrator"
    assert f"“{label}”" in refused.value.advice


def test_a_revoked_key_names_both_causes_the_likelier_first(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.revoke("admin")
    with pytest.raises(KeyRejected) as refused:
        clinic.gateway.check()
    advice = refused.value.advice
    assert refused.value.code == "KeyRejected.not_accepted"
    assert advice.index("revoked") < advice.index("shard")
    assert "au2" in advice
    assert "New API Key" in advice


def test_a_key_on_the_wrong_shard_names_the_shard_that_was_asked(open_clinic: Any) -> None:
    with pytest.raises(KeyRejected) as refused:
        open_clinic(region="au4").gateway.check()
    assert "au4" in refused.value.advice


def test_a_missing_right_is_explained(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="empty403")
    with pytest.raises(NotPermitted) as refused:
        clinic.gateway.check()
    assert refused.value.code == "NotPermitted.forbidden"


def test_a_host_that_takes_no_connection_is_explained(open_clinic: Any) -> None:
    with pytest.raises(VendorUnavailable) as failed:
        open_clinic(base_url="http://127.0.0.1:9/v1").gateway.check()
    assert failed.value.code == "VendorUnavailable.unreachable"
    assert "au2" in failed.value.advice


def test_a_host_that_does_not_exist_is_explained(open_clinic: Any) -> None:
    with pytest.raises(VendorUnavailable) as failed:
        open_clinic(base_url="http://api.{shard}.cliniko.invalid/v1").gateway.check()
    assert failed.value.code == "VendorUnavailable.unknown_host"
    assert "api.au2.cliniko.invalid" in failed.value.message


def test_every_reason_has_its_own_words(sandbox: RunningSandbox, open_clinic: Any) -> None:
    told: list[PmsError] = []
    normalise = vendor("cliniko").normalise_key
    key = sandbox.key("admin")
    for pasted, region in ((f"{key[:9]} {key[9:]}", "au2"), (key, "au4"), ("nothing", "")):
        with pytest.raises(KeyRejected) as rejected:
            normalise(pasted, region)
        told.append(rejected.value)
    tries = [
        lambda: open_clinic(region="au4").gateway.check(),
        lambda: open_clinic("receptionist").gateway.check(),
        lambda: open_clinic(base_url="http://127.0.0.1:9/v1").gateway.check(),
    ]
    for attempt in tries:
        with pytest.raises(PmsError) as failed:
            attempt()
        told.append(failed.value)
    sandbox.fault(kind="empty403")
    with pytest.raises(PmsError) as failed:
        open_clinic().gateway.check()
    told.append(failed.value)
    sandbox.clear_faults()
    sandbox.fault(kind="status", status=429, reset_seconds=30)
    with pytest.raises(PmsError) as failed:
        open_clinic().gateway.check()
    told.append(failed.value)
    assert len({error.code for error in told}) == len(told)
    assert len({error.message for error in told}) == len(told)
    assert len({error.advice for error in told}) == len(told)
    assert not [error for error in told if key in f"{vars(error)}"]


def test_a_check_is_over_within_five_seconds_when_cliniko_is_slow(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="slow", delay_ms=20_000, times=None)
    started = time.monotonic()
    with pytest.raises(VendorUnavailable) as failed:
        clinic.gateway.check()
    assert time.monotonic() - started < 5
    assert failed.value.cause == "timeout"


def test_a_check_with_no_budget_left_is_answered_at_once(sandbox: RunningSandbox, open_clinic: Any) -> None:
    clinic = open_clinic(rules=BudgetRules(5, 60.0))
    for _ in range(5):
        with clinic.pace.admit(Lane.LIVE):
            pass
    with pytest.raises(RateLimited):
        clinic.gateway.check()
    assert clinic.time.naps == []
    assert sandbox.requests() == []


def test_every_request_says_who_we_are(sandbox: RunningSandbox, clinic: Any) -> None:
    clinic.gateway.check()
    for entry in sandbox.requests():
        assert entry["user_agent"].startswith("Routiq/")
        assert entry["user_agent"].endswith("(desk@example.org)")


def test_a_cliniko_that_insists_on_knowing_us_lets_us_in(open_clinic: Any) -> None:
    with running_sandbox(patients=60, seed=7, today="2026-05-04", strict_ua=True) as strict:
        for contact in ("desk@example.org", ""):
            clinic = open_clinic(key=strict.key("admin"), base_url=strict.cliniko_url, contact=contact)
            assert clinic.gateway.check().is_administrator


def test_the_pasted_key_leads_to_the_account(sandbox: RunningSandbox) -> None:
    cliniko = vendor("cliniko")
    key, region = cliniko.normalise_key(f"\u200b {sandbox.key('admin')} \n", "")
    gateway: Gateway = cliniko.open(key=key, region=region, pace=LocalPace(), base_url=sandbox.cliniko_url)
    assert gateway.check().is_administrator
    gateway.close()


@pytest.mark.parametrize("region", ["", "au1.evil.example/", "AU1", "australia", "au1/..", "au123"])
def test_a_region_that_is_no_shard_never_becomes_a_host(region: str) -> None:
    with pytest.raises(ValueError):
        vendor("cliniko").open(key="abcdefgh", region=region, pace=LocalPace())


def test_cliniko_itself_is_asked_at_its_shard_and_only_encrypted() -> None:
    from routiq.pms.cliniko.gateway import BASE_URL

    assert BASE_URL.startswith("https://api.{shard}.cliniko.com")


def test_the_registry_knows_what_there_is() -> None:
    assert "cliniko" in [known.name for known in vendors()]
    with pytest.raises(KeyError):
        vendor("nobody")


def test_what_cliniko_can_is_said_without_asking_its_name(clinic: Any) -> None:
    able = clinic.gateway.capabilities
    assert (able.has_regions, able.offers_webhooks, able.has_service_matrix, able.has_conflict_check) == (True,) * 4
    assert not able.reads_treatment_notes
    assert not able.reads_invoices
    assert vendor("cliniko").capabilities == able
