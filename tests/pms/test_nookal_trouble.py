"""When Nookal stumbles, answers oddly, or changes its lists while they are read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import PmsError, RateLimited, VendorChanged
from routiq.pms.gateway import Selection, Stream
from tests.passing import PASSING

READ = (
    Stream.LOCATIONS,
    Stream.PRACTITIONERS,
    Stream.APPOINTMENT_TYPES,
    Stream.OFFERINGS,
    Stream.PATIENTS,
    Stream.APPOINTMENTS,
    Stream.CLASSES,
    Stream.WAITING_LIST,
    Stream.INVOICES,
)


def ids(records: list[Any]) -> list[Any]:
    return sorted(getattr(record, "id", record) for record in records)


@pytest.mark.parametrize("kind", ["mixed_types", "numbered_map"])
@pytest.mark.parametrize("stream", READ)
def test_whatever_form_the_values_come_in_the_records_are_the_same(
    stream: Stream, kind: str, sandbox: RunningSandbox, nookal: Any, open_nookal: Any
) -> None:
    expected = nookal.all(stream)
    sandbox.fault(kind=kind, times=None)
    found = open_nookal().all(stream)
    assert found == expected
    assert found


@pytest.mark.parametrize("stream", [stream for stream in READ if stream is not Stream.OFFERINGS])
def test_an_empty_map_where_more_was_promised_is_no_empty_list(
    stream: Stream, sandbox: RunningSandbox, open_nookal: Any
) -> None:
    clinic = open_nookal()
    sandbox.fault(kind="results_list", times=None, path="^get(?!Locations)" if stream is not Stream.LOCATIONS else "")
    with pytest.raises(VendorChanged) as refused:
        clinic.all(stream)
    assert refused.value.cause == "list"


def test_a_redirect_is_not_followed_and_takes_no_key_along(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="redirect", host=sandbox.base_url)
    with pytest.raises(VendorChanged) as refused:
        nookal.gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.cause == "redirect"
    assert len(sandbox.requests()) == 1


@pytest.mark.parametrize(
    ("stream", "key"), [(Stream.PATIENTS, "ID"), (Stream.APPOINTMENTS, "ID"), (Stream.LOCATIONS, "ID")]
)
def test_a_record_without_what_it_must_have_is_a_changed_vendor(
    stream: Stream, key: str, sandbox: RunningSandbox, nookal: Any
) -> None:
    sandbox.fault(kind="missing_key", key=key, times=None)
    with pytest.raises(VendorChanged) as refused:
        nookal.gateway.fetch(stream, Selection())
    assert refused.value.code == "VendorChanged.shape"
    assert key in refused.value.evidence
    assert len(sandbox.requests()) == 1


@pytest.mark.parametrize("key", ["FirstName", "DOB", "Mobile", "DateModified", "deceased", "Notes"])
def test_a_record_without_what_it_may_lack_is_read(key: str, sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="missing_key", key=key, times=None)
    assert len(nookal.gateway.fetch(Stream.PATIENTS, Selection()).records) == 100


def test_an_appointment_without_its_utc_pair_is_read_by_the_wall_clock(
    sandbox: RunningSandbox, nookal: Any, open_nookal: Any
) -> None:
    expected = nookal.all(Stream.APPOINTMENTS)
    for key in ("appointmentStartDateTimeUTC", "appointmentEndDateTimeUTC", "TimeZone"):
        sandbox.fault(kind="missing_key", key=key, path="getAppointments", times=None)
    assert open_nookal().all(Stream.APPOINTMENTS) == expected


def test_names_in_any_script_come_through(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="mixed_unicode")
    assert nookal.gateway.fetch(Stream.PATIENTS, Selection()).records[0].first_name.startswith("Zo\u00eb")


# Limits


def test_background_waits_out_the_limit_and_fails_for_nothing(sandbox: RunningSandbox, nookal: Any) -> None:
    total = len(nookal.all(Stream.PATIENTS))
    sandbox.fault(kind="status", status=429, times=8)
    assert len(nookal.all(Stream.PATIENTS)) == total
    assert sum(nookal.time.naps) >= 8


def test_a_person_is_not_kept_waiting_for_the_limit(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="status", status=429, reset_seconds=30)
    with pytest.raises(RateLimited):
        nookal.gateway.find_patients(first_name="A", last_name="B", date_of_birth=date(1990, 1, 1))
    assert sum(nookal.time.naps) <= 2


# Lists that move


def known_ids(sandbox: RunningSandbox) -> list[str]:
    assert sandbox.server is not None
    return sorted(sandbox.server.sandbox.worlds["main"]["individual_appointments"].rows)


@pytest.mark.parametrize("page", [2, 5])
def test_an_appointment_that_leaves_the_list_between_two_pages_takes_no_other_along(
    page: int, sandbox: RunningSandbox, nookal: Any
) -> None:
    before = {visit.id for visit in nookal.all(Stream.APPOINTMENTS)}
    gone = sorted(before)[3]
    sandbox.clear_requests()
    sandbox.fault(
        kind="edit_before",
        path="getAppointments",
        after=page - 1,
        edits=[{"op": "delete", "collection": "individual_appointments", "id": gone}],
    )
    found = [visit.id for visit in nookal.all(Stream.APPOINTMENTS)]
    assert before - set(found) <= {gone}
    assert len(sandbox.requests()) > page


def test_a_patient_who_joins_the_list_between_two_pages_takes_no_other_along(
    sandbox: RunningSandbox, nookal: Any
) -> None:
    before = {patient.id for patient in nookal.all(Stream.PATIENTS)}
    fields = {"id": "1000000000000000001", "first_name": "New", "last_name": "Comer"}
    sandbox.fault(
        kind="edit_before",
        path="getPatients",
        after=1,
        edits=[{"op": "create", "collection": "patients", "fields": fields}],
    )
    assert before <= {patient.id for patient in nookal.all(Stream.PATIENTS)}


@pytest.mark.parametrize(("after", "times", "shift"), [(1, 1, 1), (2, 2, 1), (3, 1, -1), (1, None, -1)])
def test_pages_that_slip_lose_nobody(
    after: int, times: int | None, shift: int, sandbox: RunningSandbox, nookal: Any
) -> None:
    """Later pages begin a row too late or too early: as if rows had moved, with the count as it was."""
    before = {visit.id for visit in nookal.all(Stream.APPOINTMENTS)}
    sandbox.fault(kind="page_drift", path="getAppointments", after=after, times=times, shift=shift)
    assert {visit.id for visit in nookal.all(Stream.APPOINTMENTS)} == before


def test_pages_that_never_come_right_are_no_end(sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="page_drift", path="getAppointments", times=None, shift=1)
    with pytest.raises(VendorChanged) as refused:
        nookal.all(Stream.APPOINTMENTS)
    assert refused.value.cause == "list"


def test_a_list_whose_count_goes_down_at_each_page_is_read_to_its_end(sandbox: RunningSandbox, nookal: Any) -> None:
    victims = known_ids(sandbox)[:40]
    for number, victim in enumerate(victims):
        sandbox.fault(
            kind="edit_before",
            path="getAppointments",
            after=number,
            edits=[{"op": "delete", "collection": "individual_appointments", "id": victim}],
        )
    found = {visit.id for visit in nookal.all(Stream.APPOINTMENTS)}
    assert len(sandbox.requests()) < 200
    assert len(found) > 1000


def test_no_list_is_ever_shorter_for_an_error_on_the_way(sandbox: RunningSandbox, nookal: Any) -> None:
    """Whatever goes wrong for good, a walk ends in an error or with all there is."""
    for stream in READ:
        expected = len(nookal.all(stream))
        for fault in (*PASSING, {"kind": "status", "status": 403}, {"kind": "status", "status": 404}):
            sandbox.clear_faults()
            sandbox.fault(times=None, after=1, **fault)
            try:
                found = len(nookal.all(stream))
            except PmsError:
                continue
            assert found == expected
        sandbox.clear_faults()
