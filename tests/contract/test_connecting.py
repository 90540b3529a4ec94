"""How every vendor's key is checked, and what is said of it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import KeyRejected, NotOffered, PmsError, RateLimited, VendorUnavailable
from routiq.pms.gateway import Selection, Stream
from tests.contract.conftest import Clinic

PASSING = [{"kind": "html200"}, {"kind": "truncated"}, {"kind": "drop_before"}, {"kind": "status", "status": 503}]


def test_a_key_says_whose_it_is(clinic: Clinic) -> None:
    account = clinic.gateway.check()
    assert 0 < len(account.id) <= 64
    assert account.name
    assert account.time_zone == "" or ZoneInfo(account.time_zone)


def test_two_keys_of_one_account_are_known_as_such_and_no_others(open_clinic: Callable[..., Clinic]) -> None:
    mine, spare, other = (open_clinic(which).gateway.check().id for which in ("key", "spare", "other"))
    same = open_clinic().vendor.same_account
    assert same(mine, mine)
    assert same(mine, spare)
    assert not same(mine, other)


def test_a_key_is_taken_as_people_paste_it(clinic: Clinic) -> None:
    key, region = clinic.vendor.normalise_key(f"\u200b \n{clinic.key}\t\u00a0", "")
    assert (key, region) == clinic.vendor.normalise_key(key, region)
    assert key == clinic.key
    assert bool(region) == clinic.can.has_regions


@pytest.mark.parametrize("pasted", ["", "   ", "hello", "two words of text", "https://example.org/?a=b"])
def test_what_is_no_key_is_explained_before_any_call(pasted: str, clinic: Clinic, sandbox: RunningSandbox) -> None:
    sandbox.clear_requests()
    with pytest.raises(KeyRejected) as refused:
        clinic.vendor.normalise_key(pasted, "")
    assert refused.value.cause
    assert clinic.can.label in refused.value.advice
    assert sandbox.requests() == []


def test_a_dead_key_is_told_at_once_and_wherever_it_is_used(
    clinic: Clinic, dead_key: Callable[[], object], sandbox: RunningSandbox
) -> None:
    page = clinic.gateway.fetch(Stream.APPOINTMENTS, Selection())
    dead_key()
    asks: tuple[Callable[[], object], ...] = (
        clinic.gateway.check,
        lambda: clinic.gateway.fetch(Stream.APPOINTMENTS, Selection(), page.next_cursor),
        lambda: clinic.gateway.find_patients(first_name="A", last_name="B", date_of_birth=date(1990, 1, 1)),
    )
    for ask in asks:
        with pytest.raises(KeyRejected) as refused:
            ask()
        assert refused.value.code == "KeyRejected.not_accepted"
        assert refused.value.advice


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: str(fault["kind"]))
def test_what_passes_is_waited_out_and_what_stays_is_the_vendors_trouble(
    fault: dict[str, object], clinic: Clinic, sandbox: RunningSandbox
) -> None:
    sandbox.fault(times=2, **fault)
    assert clinic.gateway.fetch(Stream.PATIENTS, Selection()).records
    sandbox.fault(times=None, **fault)
    with pytest.raises(VendorUnavailable) as failed:
        clinic.gateway.fetch(Stream.PATIENTS, Selection())
    assert failed.value.temporary
    assert failed.value.vendor == clinic.can.vendor


def test_a_person_is_not_kept_waiting_for_a_limit(clinic: Clinic, sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="status", status=429, reset_seconds=30, times=None)
    with pytest.raises(RateLimited):
        clinic.gateway.check()
    assert sum(clinic.naps) <= 2
    sandbox.clear_faults()


def test_webhooks_are_there_or_plainly_not(clinic: Clinic) -> None:
    if clinic.can.offers_webhooks:
        assert clinic.vendor.guide.webhook_help
        return
    with pytest.raises(NotOffered):
        clinic.gateway.subscribe("http://127.0.0.1:9/hooks/0f1e2d3c4b5a")
    assert clinic.gateway.subscriptions() == []
    clinic.gateway.unsubscribe("999")
    assert not clinic.vendor.guide.webhook_help


def test_the_guide_says_what_pages_need(clinic: Clinic) -> None:
    guide = clinic.vendor.guide
    assert (guide.vendor, guide.label) == (clinic.vendor.name, clinic.vendor.label)
    assert bool(guide.regions) == clinic.can.has_regions
    for words in (guide.prerequisites, guide.key_steps, guide.key_help, guide.no_times_help, guide.permissions):
        assert words
    assert guide.rotate_steps
    assert guide.label in guide.disconnect_warning
    assert all(step.title and step.lines for step in (*guide.key_steps, *guide.online_booking_steps))
    scopes = {switch.scope for switch in guide.switches}
    assert {"practitioner", "location"} <= scopes <= {"account", "practitioner", "location", "appointment_type"}
    assert all(switch.label and switch.path for switch in guide.switches)


def test_the_key_and_the_patients_are_in_no_address_error_or_log_line(
    clinic: Clinic, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    someone = next(patient for patient in clinic.all(Stream.PATIENTS) if patient.email)
    secrets = (clinic.key, someone.last_name, someone.email, someone.id)
    told = [repr(clinic.gateway)]
    telemetry = logging.getLogger("routiq.pms")
    telemetry.addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "routiq.pms")
    sandbox.clear_requests()
    try:
        clinic.gateway.check()
        clinic.gateway.find_patients(first_name=someone.first_name, last_name=someone.last_name, date_of_birth=None)
        for fault in (*PASSING, {"kind": "empty403"}, {"kind": "status", "status": 404}):
            sandbox.clear_faults()
            sandbox.fault(times=None, **fault)
            with pytest.raises(PmsError) as failed:
                clinic.gateway.fetch(Stream.PATIENTS, Selection(ids=(someone.id,)))
            error: BaseException | None = failed.value
            while error is not None:
                told.append(f"{error!r} {vars(error)} {''.join(traceback.format_exception_only(error))}")
                error = error.__cause__ or error.__context__
    finally:
        telemetry.removeHandler(caplog.handler)
    told += [record.getMessage() for record in caplog.records]
    assert any(" ms " in line for line in told)
    assert not [line for line in told for secret in secrets if secret in line]
    asked = sandbox.requests()
    assert asked
    assert not [entry for entry in asked if clinic.key in f"{entry['path']} {entry['query']}"]
