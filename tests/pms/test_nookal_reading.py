"""Every stream of the same practice, read as Nookal and compared with what the sandbox holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.pms.errors import VendorChanged
from routiq.pms.gateway import Selection, Stream
from routiq.pms.records import AppointmentStatus, PatientStatus

TODAY = datetime(2026, 5, 4, tzinfo=UTC)


def utc(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp).replace(microsecond=0) if stamp else None


def rows_of(sandbox: RunningSandbox, name: str) -> list[dict[str, Any]]:
    """The rows of a collection as the sandbox itself holds them, whatever a vendor shows of them."""
    assert sandbox.server is not None
    return list(sandbox.server.sandbox.worlds["main"][name].rows.values())


def forms(sandbox: RunningSandbox, path: str) -> list[dict[str, str]]:
    return [entry["params"] for entry in sandbox.requests() if entry["path"] == path]


def test_locations_practitioners_and_services(sandbox: RunningSandbox, nookal: Any) -> None:
    places = {place.id: place for place in nookal.all(Stream.LOCATIONS)}
    assert places.keys() == {row["id"] for row in rows_of(sandbox, "businesses")}
    assert {place.time_zone for place in places.values()} <= {"Australia/Sydney", "Australia/Perth"}
    people = {person.id: person for person in nookal.all(Stream.PRACTITIONERS)}
    assert people.keys() == {row["id"] for row in rows_of(sandbox, "practitioners")}
    for row in rows_of(sandbox, "practitioners"):
        person = people[row["id"]]
        assert (person.first_name, person.last_name) == (row["first_name"] or "", row["last_name"] or "")
        assert person.active == row.get("active", True)
        assert person.online or not person.active
    kinds = {kind.id: kind for kind in nookal.all(Stream.APPOINTMENT_TYPES)}
    for row in rows_of(sandbox, "appointment_types"):
        is_class = (row.get("max_attendees") or 1) > 1
        kind = kinds[f"class-{row['id']}" if is_class else row["id"]]
        assert (kind.name, kind.duration_minutes) == (row["name"], row["duration_in_minutes"])
        assert kind.max_attendees == (0 if is_class else 1)


def test_who_does_what_where_is_read_from_the_matrix(sandbox: RunningSandbox, nookal: Any) -> None:
    places = {row["id"]: row for row in rows_of(sandbox, "businesses")}
    people = {row["id"]: row for row in rows_of(sandbox, "practitioners")}
    offers = nookal.all(Stream.OFFERINGS)
    assert offers
    for offer in offers:
        assert offer.appointment_type_id in places[offer.location_id]["appointment_type_ids"]
        assert set(offer.practitioner_ids) == {
            who
            for who, row in people.items()
            if row.get("active", True)
            and offer.location_id in row["business_ids"]
            and offer.appointment_type_id in row["appointment_type_ids"]
        }


@pytest.mark.parametrize("status", [403, 404])
def test_without_the_matrix_the_locations_of_both_decide(status: int, sandbox: RunningSandbox, nookal: Any) -> None:
    sandbox.fault(kind="status", status=status, path="getServiceMatrix", times=None)
    people = {row["id"]: row for row in rows_of(sandbox, "practitioners")}
    for offer in nookal.all(Stream.OFFERINGS):
        assert set(offer.practitioner_ids) == {
            who for who, row in people.items() if row.get("active", True) and offer.location_id in row["business_ids"]
        }
    asked = len(forms(sandbox, "getServiceMatrix"))
    nookal.all(Stream.OFFERINGS)
    assert len(forms(sandbox, "getServiceMatrix")) == asked == 1


def test_every_patient_comes_the_dead_and_the_archived_too(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"]: row for row in rows_of(sandbox, "patients")}
    found = {patient.id: patient for patient in nookal.all(Stream.PATIENTS)}
    assert found.keys() == rows.keys()
    for number, row in rows.items():
        patient = found[number]
        assert (patient.first_name, patient.last_name) == (row["first_name"] or "", row["last_name"] or "")
        assert str(patient.date_of_birth or "") == (row["date_of_birth"] or "")
        assert patient.updated_at == utc(row["updated_at"])
        dead, gone = row.get("deceased_at"), row.get("archived_at")
        expected = PatientStatus.DECEASED if dead else PatientStatus.INACTIVE if gone else PatientStatus.ACTIVE
        assert patient.status is expected
    assert {patient.status for patient in found.values()} == set(PatientStatus)
    assert any(phone.e164 for patient in found.values() for phone in patient.phones)


def test_pages_have_a_hundred_and_say_how_many_are_still_to_come(sandbox: RunningSandbox, nookal: Any) -> None:
    total = len(rows_of(sandbox, "patients"))
    first = nookal.gateway.fetch(Stream.PATIENTS, Selection())
    assert len(first.records) == 100
    assert total > 100
    left = []
    for page in nookal.pages(Stream.APPOINTMENTS):
        left.append(page.remaining)
    assert left[0] == 100 * (len(left) - 2) + left[-2]
    assert left[-1] == 0
    asked = [*forms(sandbox, "getPatients"), *forms(sandbox, "getAppointments")]
    assert {form["page_length"] for form in asked} == {"100"}


def test_the_dead_are_asked_for_even_where_the_plain_list_leaves_them_out(open_nookal: Any) -> None:
    with running_sandbox(patients=130, seed=7, today="2026-05-04", nookal_deceased_listed=False) as silent:
        clinic = open_nookal(key=silent.key("nookal"), base_url=silent.nookal_url)
        rows = rows_of(silent, "patients")
        assert {patient.id for patient in clinic.all(Stream.PATIENTS)} == {row["id"] for row in rows}


def test_every_appointment_of_every_status_comes(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"]: row for row in rows_of(sandbox, "individual_appointments")}
    standing = {number for number, row in rows.items() if not row.get("deleted_at")}
    found = {visit.id: visit for visit in nookal.all(Stream.APPOINTMENTS)}
    assert standing <= found.keys() <= rows.keys()
    for number, visit in found.items():
        row = rows[number]
        assert visit.starts_at == utc(row["starts_at"])
        assert visit.ends_at == utc(row["ends_at"])
        assert visit.patient_id == row["patient_id"]
        assert visit.practitioner_id == row["practitioner_id"]
        assert visit.location_id == row["business_id"]
        assert visit.appointment_type_id == row["appointment_type_id"]
        if row.get("cancelled_at"):
            assert visit.status is AppointmentStatus.CANCELLED
            assert visit.cancelled_at == utc(row["cancelled_at"])
        elif row.get("did_not_arrive"):
            assert visit.status is AppointmentStatus.DNA
        else:
            assert visit.status is not AppointmentStatus.CANCELLED
    assert {visit.status for visit in found.values()} == set(AppointmentStatus)
    assert any(visit.completed for visit in found.values())


@pytest.mark.parametrize(("first", "days"), [(0, 7), (-30, 30), (0, 1)])
def test_a_window_is_half_open_and_to_the_minute(first: int, days: int, sandbox: RunningSandbox, nookal: Any) -> None:
    start = TODAY + timedelta(days=first, hours=1, minutes=30)
    end = start + timedelta(days=days)
    rows = rows_of(sandbox, "individual_appointments")
    every = {visit.id for visit in nookal.all(Stream.APPOINTMENTS)}
    expected = {row["id"] for row in rows if start <= (utc(row["starts_at"]) or TODAY) < end} & every
    found = nookal.all(Stream.APPOINTMENTS, Selection(starts_from=start, starts_before=end))
    assert {visit.id for visit in found} == expected
    (form,) = {
        (form["date_from"], form["date_to"]) for form in forms(sandbox, "getAppointments") if "date_to" in form
    }
    assert form[0] <= form[1]


def test_a_window_without_an_end_has_none(sandbox: RunningSandbox, nookal: Any) -> None:
    found = nookal.all(Stream.APPOINTMENTS, Selection(starts_from=TODAY))
    assert found
    assert min(visit.starts_at for visit in found) >= TODAY
    assert all("date_to" not in form for form in forms(sandbox, "getAppointments"))


def test_changes_are_asked_for_a_day_further_back_in_utc(sandbox: RunningSandbox, nookal: Any) -> None:
    someone = rows_of(sandbox, "patients")[3]
    since = datetime(2040, 1, 2, 3, 4, 5, tzinfo=UTC)
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "patients",
                "id": someone["id"],
                "fields": {"last_name": "Okonkwo", "updated_at": "2040-01-01T12:00:00Z"},
            }
        ]
    )
    (changed,) = {patient.id for patient in nookal.all(Stream.PATIENTS, Selection(updated_since=since))}
    assert changed == someone["id"]
    assert {form["last_modified"] for form in forms(sandbox, "getPatients")} == {"2040-01-01 03:04:05"}


def test_a_patient_is_found_by_id_the_dead_too(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = rows_of(sandbox, "patients")
    dead = next(row["id"] for row in rows if row.get("deceased_at"))
    living = next(row["id"] for row in rows if not row.get("deceased_at") and not row.get("archived_at"))
    found = nookal.all(Stream.PATIENTS, Selection(ids=(dead, living, "999")))
    assert {patient.id for patient in found} == {dead, living}


def test_appointments_are_found_by_id_among_their_patients(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = rows_of(sandbox, "individual_appointments")[:3]
    ids, whose = tuple(row["id"] for row in rows), tuple(row["patient_id"] for row in rows)
    found = nookal.all(Stream.APPOINTMENTS, Selection(ids=(*ids, "999"), patient_ids=(*whose, whose[0])))
    assert {visit.id for visit in found} == set(ids)
    assert len(forms(sandbox, "getAppointments")) == len(set(whose))


def test_without_a_patient_an_appointment_is_looked_for_among_all(sandbox: RunningSandbox, nookal: Any) -> None:
    last = rows_of(sandbox, "individual_appointments")[-1]
    (found,) = nookal.all(Stream.APPOINTMENTS, Selection(ids=(last["id"],)))
    assert found.id == last["id"]


@pytest.mark.parametrize(
    ("stream", "selection"),
    [
        (Stream.ROSTERS, Selection()),
        (Stream.BOOKING_RULES, Selection()),
        (Stream.PATIENTS, Selection(starts_from=TODAY)),
        (Stream.PATIENTS, Selection(ids=("1",), updated_since=TODAY)),
        (Stream.PATIENTS, Selection(ids=("1 OR 1",))),
        (Stream.PATIENTS, Selection(class_ids=("1",))),
        (Stream.APPOINTMENTS, Selection(patient_ids=("1",))),
        (Stream.OFFERINGS, Selection(ids=("1",))),
        (Stream.APPOINTMENTS, Selection(updated_since=datetime(2026, 5, 4))),
    ],
)
def test_what_cannot_be_selected_is_never_asked_for(
    stream: Stream, selection: Selection, sandbox: RunningSandbox, nookal: Any
) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        nookal.gateway.fetch(stream, selection)
    assert forms(sandbox, "getPatients") == forms(sandbox, "getAppointments") == []


def test_the_key_stands_in_the_body_and_no_address_has_a_query(sandbox: RunningSandbox, nookal: Any) -> None:
    nookal.gateway.check()
    nookal.all(Stream.PATIENTS)
    assert {entry["query"] or "" for entry in sandbox.requests()} == {""}
    assert {entry["method"] for entry in sandbox.requests()} == {"POST"}


def test_more_promised_and_nothing_sent_is_a_changed_vendor(sandbox: RunningSandbox, nookal: Any) -> None:
    first = nookal.gateway.fetch(Stream.APPOINTMENTS, Selection())
    assert first.next_cursor is not None
    beyond = first.next_cursor.replace('"page":2', '"page":9999,"rounds":3')
    with pytest.raises(VendorChanged) as refused:
        nookal.gateway.fetch(Stream.APPOINTMENTS, Selection(), beyond)
    assert refused.value.cause == "list"


# Classes


def test_every_class_with_every_seat(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"]: row for row in rows_of(sandbox, "group_appointments") if not row.get("archived_at")}
    found = {session.id: session for session in nookal.all(Stream.CLASSES)}
    assert found.keys() == rows.keys()
    for number, row in rows.items():
        assert found[number].starts_at == utc(row["starts_at"])
        assert found[number].appointment_type_id == f"class-{row['appointment_type_id']}"
        assert (found[number].deleted_at is None) == (not row.get("cancelled_at"))
    some = tuple(sorted(rows))[:12]
    seats = [row for row in rows_of(sandbox, "attendees") if row["booking_id"] in some and not row.get("archived_at")]
    read = nookal.all(Stream.ATTENDANCES, Selection(class_ids=some))
    assert seats
    assert {seat.id for seat in read} == {f"{row['booking_id']}-{row['patient_id']}" for row in seats}
    assert {(seat.class_id, seat.patient_id) for seat in read} == {
        (row["booking_id"], row["patient_id"]) for row in seats
    }


def test_classes_of_a_window(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = [row for row in rows_of(sandbox, "group_appointments") if not row.get("archived_at")]
    end = TODAY + timedelta(days=7, hours=5)
    found = nookal.all(Stream.CLASSES, Selection(starts_from=TODAY, starts_before=end))
    assert found
    assert {session.id for session in found} == {
        row["id"] for row in rows if TODAY <= (utc(row["starts_at"]) or end) < end
    }


def test_what_has_changed_among_classes_is_read_again_from_the_day_before(
    sandbox: RunningSandbox, nookal: Any
) -> None:
    rows = [row for row in rows_of(sandbox, "group_appointments") if not row.get("archived_at")]
    start = TODAY - timedelta(days=1)
    found = nookal.all(Stream.CLASSES, Selection(updated_since=TODAY))
    assert {session.id for session in found} == {
        row["id"] for row in rows if (utc(row["starts_at"]) or TODAY) >= start
    }
    near = {session.id for session in found if session.starts_at < TODAY + timedelta(days=14)}
    seats = nookal.all(Stream.ATTENDANCES, Selection(updated_since=TODAY))
    assert {seat.class_id for seat in seats} <= near
    assert {form["appt_id"] for form in forms(sandbox, "getClassParticipants")} == near


def test_a_walk_over_seats_goes_on_where_it_was_left(sandbox: RunningSandbox, nookal: Any, open_nookal: Any) -> None:
    whole = {seat.id for seat in nookal.all(Stream.ATTENDANCES, Selection(updated_since=TODAY))}
    met, cursor = set(), None
    while True:
        page = open_nookal().gateway.fetch(Stream.ATTENDANCES, Selection(updated_since=TODAY), cursor)
        met |= {seat.id for seat in page.records}
        cursor = page.next_cursor
        if cursor is None:
            break
    assert met == whole


def test_seats_and_classes_are_found_by_id(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"] for row in rows_of(sandbox, "group_appointments") if not row.get("archived_at")}
    seat = next(row for row in rows_of(sandbox, "attendees") if row["booking_id"] in rows)
    wanted = f"{seat['booking_id']}-{seat['patient_id']}"
    (found,) = nookal.all(Stream.ATTENDANCES, Selection(ids=(wanted, f"{seat['booking_id']}-999")))
    assert found.id == wanted
    (session,) = nookal.all(Stream.CLASSES, Selection(ids=(seat["booking_id"], "999")))
    assert session.id == seat["booking_id"]


# Waiting list and invoices


def test_the_waiting_list(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"]: row for row in rows_of(sandbox, "waiting_list")}
    found = {entry.id: entry for entry in nookal.all(Stream.WAITING_LIST)}
    assert found.keys() == rows.keys()
    assert found
    for number, row in rows.items():
        assert found[number].patient_id == row["patient_id"]
        assert found[number].practitioner_ids == tuple(row.get("practitioner_ids") or ())
    since = max(entry.updated_at for entry in found.values()) + timedelta(hours=24)
    late = nookal.all(Stream.WAITING_LIST, Selection(updated_since=since))
    assert 0 < len(late) < len(found)
    assert forms(sandbox, "getWaitingList")[-1]["lastmodified"]


def test_every_invoice_with_its_payments_the_void_ones_too(sandbox: RunningSandbox, nookal: Any) -> None:
    rows = {row["id"]: row for row in rows_of(sandbox, "bills")}
    someone = next(row for row in rows.values() if not row.get("voided_at") and row["payments"])
    sandbox.edit(
        [
            {
                "op": "update",
                "collection": "bills",
                "id": someone["id"],
                "fields": {"voided_at": "2026-05-04T00:00:00Z"},
            }
        ]
    )
    found = {invoice.id: invoice for invoice in nookal.all(Stream.INVOICES)}
    assert found.keys() == rows.keys()
    assert found[someone["id"]].void
    for number, row in rows.items():
        invoice = found[number]
        assert invoice.void == (number == someone["id"] or bool(row.get("voided_at")))
        assert len(invoice.payments) == len(row["payments"])
        assert (invoice.patient_id, invoice.number) == (row["patient_id"], row["number"])
        assert invoice.total - invoice.paid == invoice.outstanding
    assert any(invoice.outstanding for invoice in found.values())
    (changed,) = nookal.all(Stream.INVOICES, Selection(ids=(someone["id"],)))
    assert changed.void
