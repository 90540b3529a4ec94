"""When Cliniko stumbles, refuses, or is not Cliniko at all."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.errors import (
    KeyRejected,
    NotPermitted,
    PmsError,
    RateLimited,
    VendorChanged,
)
from routiq.pms.gateway import Selection, Stream
from routiq.pms.pacing import BudgetRules
from tests.passing import PASSING


def test_an_empty_403_is_a_missing_right_and_asked_only_once(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="empty403", times=None)
    with pytest.raises(NotPermitted) as refused:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert "administrator" in refused.value.advice
    assert len(sandbox.requests()) == 1


def test_a_key_revoked_in_the_middle_of_a_walk_is_told_at_once(sandbox: RunningSandbox, clinic: Any) -> None:
    page = clinic.gateway.fetch(Stream.APPOINTMENTS, Selection())
    sandbox.revoke("admin")
    sandbox.clear_requests()
    with pytest.raises(KeyRejected) as refused:
        clinic.gateway.fetch(Stream.APPOINTMENTS, Selection(), page.next_cursor)
    assert refused.value.code == "KeyRejected.not_accepted"
    assert len(sandbox.requests()) == 1


def test_a_redirect_is_not_followed(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="redirect", host=sandbox.base_url)
    with pytest.raises(VendorChanged) as refused:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.cause == "redirect"
    assert len(sandbox.requests()) == 1


def test_a_next_page_at_another_host_is_refused(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="foreign_next")
    with pytest.raises(VendorChanged) as refused:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.cause == "foreign_host"


@pytest.mark.parametrize("key", ["updated_at", "id", "total_entries"])
def test_a_record_without_what_it_must_have_is_a_changed_vendor(
    key: str, sandbox: RunningSandbox, clinic: Any
) -> None:
    sandbox.fault(kind="missing_key", key=key, times=None)
    with pytest.raises(VendorChanged) as refused:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.code == "VendorChanged.shape"
    assert key in refused.value.evidence
    assert len(sandbox.requests()) == 1


def test_a_record_without_what_it_may_lack_is_read(sandbox: RunningSandbox, clinic: Any) -> None:
    for key in ("merged_with_patient", "email", "patient_phone_numbers"):
        sandbox.fault(kind="missing_key", key=key)
    assert len(clinic.gateway.fetch(Stream.PATIENTS, Selection()).records) == 100


def test_names_in_any_script_come_through(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="mixed_unicode")
    first = clinic.gateway.fetch(Stream.PATIENTS, Selection()).records[0]
    assert first.first_name.startswith("Zo\u00eb")


def test_a_filter_that_cliniko_no_longer_knows_is_a_changed_vendor(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="status", status=400)
    with pytest.raises(VendorChanged):
        clinic.gateway.fetch(Stream.PATIENTS, Selection())


def test_background_waits_out_the_limit_and_fails_for_nothing(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="status", status=429, times=8)
    assert len(clinic.all(Stream.PATIENTS)) == len(sandbox.world("patients")["patients"])
    assert sum(clinic.time.naps) >= 8


def test_background_gives_up_on_a_limit_that_lasts_ten_minutes(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="status", status=429, times=None)
    with pytest.raises(RateLimited) as limited:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert limited.value.until.timestamp() > 0
    assert 500 <= sum(clinic.time.naps) <= 620


def test_a_person_is_not_kept_waiting_for_the_limit(sandbox: RunningSandbox, clinic: Any) -> None:
    sandbox.fault(kind="status", status=429, reset_seconds=30)
    with pytest.raises(RateLimited):
        clinic.gateway.has_conflict("1201506400000028732")
    assert sum(clinic.time.naps) <= 2
    with pytest.raises(RateLimited):
        clinic.gateway.check()
    assert len(sandbox.requests()) == 1


def test_the_moment_the_vendor_names_is_when_all_go_on(open_clinic: Any) -> None:
    options = {"patients": 60, "seed": 7, "today": "2026-05-04", "rate_limit": 3, "rate_window": 30.0}
    with running_sandbox(**options) as strict:
        clinic = open_clinic(key=strict.key("admin"), base_url=strict.cliniko_url)
        assert strict.server is not None
        clinic.time.while_asleep = strict.server.sandbox.limiter.reset
        assert len(clinic.all(Stream.ATTENDANCES)) == len(strict.world("attendees")["attendees"])
        refused = [entry for entry in strict.requests() if entry["status"] == 429]
        # What sleeps a fraction of a second more is our clock, which does not run while the sandbox's does.
        held = [nap for nap in clinic.time.naps if nap > 1]
        assert len(held) == len(refused) > 3
        assert all(20 < nap <= 31 for nap in held)


def test_our_own_budget_keeps_the_vendor_from_ever_saying_stop(sandbox: RunningSandbox, open_clinic: Any) -> None:
    clinic = open_clinic(rules=BudgetRules(10, 60.0))
    started = clinic.time.now
    clinic.all(Stream.ATTENDANCES)
    asked = len(sandbox.requests())
    assert asked > 10
    assert clinic.time.now - started >= (asked / 8 - 1) * 60


def test_an_error_holds_no_key_no_name_and_no_address(sandbox: RunningSandbox, clinic: Any) -> None:
    someone = sandbox.world("patients")["patients"][0]
    secrets = (sandbox.key("admin"), someone["last_name"], someone["email"], "Authorization", someone["id"])
    for fault in (*PASSING, {"kind": "empty403"}, {"kind": "foreign_next"}, {"kind": "missing_key", "key": "id"}):
        sandbox.clear_faults()
        sandbox.fault(times=None, **fault)
        with pytest.raises(PmsError) as failed:
            clinic.gateway.fetch(Stream.PATIENTS, Selection(ids=(someone["id"],)))
        error: BaseException | None = failed.value
        while error is not None:
            told = f"{error!r} {vars(error)} {''.join(traceback.format_exception_only(error))}"
            assert not [secret for secret in secrets if secret in told]
            error = error.__cause__ or error.__context__


def test_the_log_tells_what_was_asked_and_never_of_whom(
    sandbox: RunningSandbox, clinic: Any, caplog: pytest.LogCaptureFixture
) -> None:
    someone = sandbox.world("individual_appointments")["individual_appointments"][0]
    telemetry = logging.getLogger("routiq.pms")
    telemetry.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "routiq.pms"):
            clinic.gateway.fetch(Stream.PATIENTS, Selection(ids=(someone["id"],)))
            clinic.gateway.has_conflict(someone["id"])
    finally:
        telemetry.removeHandler(caplog.handler)
    ours = [record.getMessage() for record in caplog.records if record.name == "routiq.pms"]
    assert ours[0].startswith("GET /patients 200 ")
    assert ours[-1].startswith("GET /individual_appointments/{id}/conflicts 200 ")
    assert ours[-1].endswith(" ms live")
    for record in caplog.records:
        assert someone["id"] not in record.getMessage()
        assert sandbox.key("admin") not in record.getMessage()
