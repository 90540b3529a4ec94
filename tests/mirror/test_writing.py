from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routiq.connections.models import Connection
from routiq.mirror.models import Appointment, Patient, PatientPhone
from routiq.mirror.queries import patients
from routiq.mirror.writing import write, write_all
from routiq.pms.records import AppointmentRecord, DeletionRecord, PatientRecord, PatientStatus, PhoneNumber
from routiq.practices.models import Practice

NOON = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
def link(practice: Practice) -> Connection:
    return Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")


def person(number: int = 1, *, version: int = 0, **fields: object) -> PatientRecord:
    return PatientRecord(
        **{
            "id": str(1408210033445566778 + number),
            "updated_at": NOON + timedelta(seconds=version),
            "first_name": "Zoë",
            "last_name": "O’Brien-Nguyễn",
            "date_of_birth": date(1987, 2, 14),
            "phones": (PhoneNumber(number="0491 570 006", e164="+61491570006", kind="mobile"),),
            **fields,
        }
    )


def test_a_nineteen_digit_id_is_kept_to_the_last_digit(link: Connection) -> None:
    write(link, [person()], NOON)
    assert Patient.objects.get().remote_id == "1408210033445566779"


def test_an_unchanged_record_is_not_written_again(link: Connection) -> None:
    assert write(link, [person()], NOON) == 1
    assert write(link, [person()], NOON + timedelta(hours=1)) == 0


def test_an_older_version_never_overwrites_a_newer_one(link: Connection) -> None:
    write(link, [person(version=5, email="new@example.org")], NOON)
    assert write(link, [person(version=3, email="old@example.org")], NOON + timedelta(minutes=1)) == 0
    assert Patient.objects.get().email == "new@example.org"


def test_within_one_second_the_later_answer_wins(link: Connection) -> None:
    write(link, [person(email="first@example.org")], NOON)
    assert write(link, [person(email="second@example.org")], NOON + timedelta(seconds=1)) == 1
    assert write(link, [person(email="first@example.org")], NOON) == 0
    assert Patient.objects.get().email == "second@example.org"


def test_nothing_is_stored_for_a_connection_that_is_gone(link: Connection) -> None:
    Connection.objects.filter(pk=link.pk).delete()
    assert write(link, [person()], NOON) == 0
    assert not Patient.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_connection_cannot_go_while_a_page_of_it_is_stored(practice: Practice) -> None:
    link = Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")
    with transaction.atomic():
        write(link, [person()], NOON)
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as other:
            other.execute("SELECT set_config('routiq.practice', %s, false)", [str(practice.pk)])
            other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("DELETE FROM connections_connection WHERE id = %s", [link.pk])
    assert Patient.objects.filter(connection=link).exists()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), repeats=st.lists(st.integers(0, 4), max_size=3))
def test_versions_in_any_order_and_repeated_end_in_the_newest(
    link: Connection, order: list[int], repeats: list[int]
) -> None:
    Patient.objects.all().delete()
    for version in [*order, *repeats]:
        write(link, [person(version=version, city=f"City {version}")], NOON)
    assert Patient.objects.get().city == "City 4"


def test_the_same_record_twice_in_a_page_is_its_newer_version(link: Connection) -> None:
    write(link, [person(version=1, city="New"), person(version=0, city="Old")], NOON)
    assert Patient.objects.get().city == "New"


def test_of_several_answers_each_row_is_as_old_as_the_one_that_brought_it(link: Connection) -> None:
    later = NOON + timedelta(seconds=1)
    first = [person(1, email="first@example.org"), person(2)]
    assert write_all(link, [(first, NOON), ([], NOON), ([person(1, email="later@example.org")], later)]) == 2
    found = {row.remote_id[-1]: (row.email, row.seen_at) for row in Patient.objects.all()}
    assert found == {"9": ("later@example.org", later), "0": ("", NOON)}

    assert write(link, [person(2, email="between@example.org")], NOON + timedelta(milliseconds=500)) == 1
    assert write(link, [person(1, email="between@example.org")], NOON + timedelta(milliseconds=500)) == 0


def test_phones_follow_the_record(link: Connection) -> None:
    write(link, [person()], NOON)
    other = PhoneNumber(number="(02) 5550 1234", e164="+61255501234", kind="home")
    write(link, [person(version=1, phones=(other,))], NOON)
    assert list(PatientPhone.objects.values_list("e164", "kind")) == [("+61255501234", "home")]


def test_a_deleted_patient_stays_deleted_when_an_older_page_arrives(link: Connection) -> None:
    write(link, [person()], NOON)
    write(link, [DeletionRecord(id=person().id, deleted_at=NOON)], NOON)
    write(link, [person(version=9, city="Late")], NOON)
    assert Patient.objects.get().removed_at == NOON
    assert patients(status="all").rows == ()


def test_an_appointment_that_the_vendor_deleted_is_marked_and_may_come_back(link: Connection) -> None:
    def booking(version: int, deleted: bool) -> AppointmentRecord:
        return AppointmentRecord(
            id="5",
            updated_at=NOON + timedelta(seconds=version),
            starts_at=NOON,
            ends_at=NOON + timedelta(minutes=30),
            patient_id="1",
            practitioner_id="2",
            location_id="3",
            appointment_type_id="4",
            deleted_at=NOON if deleted else None,
        )

    for version, deleted in enumerate([False, True, False]):
        write(link, [booking(version, deleted)], NOON)
        assert (Appointment.objects.get().removed_at is not None) is deleted


@pytest.mark.parametrize(
    "search",
    [
        "zoe",
        "ZOË",
        "nguyen",
        "o’brien",
        "zoe nguyen",
        "0491 570 006",
        "+61491570006",
        "0491570006",
        "570 006",
        "zoe@",
    ],
)
def test_a_patient_is_found_by_what_a_receptionist_types(link: Connection, search: str) -> None:
    write(link, [person(email="zoe@example.org"), person(2, first_name="Ada", last_name="Li", phones=())], NOON)
    assert [row.patient.first_name for row in patients(search=search).rows] == ["Zoë"]


@pytest.mark.parametrize("search", ["nobody", "zoe smith", "9999 9999", "%", "_", "\\"])
def test_what_is_not_there_is_not_found(link: Connection, search: str) -> None:
    write(link, [person()], NOON)
    assert patients(search=search).rows == ()


def test_the_list_pages_forwards_and_backwards_without_gaps_or_repeats(link: Connection) -> None:
    names = [f"Name{number:03}" for number in range(120)]
    random.Random(7).shuffle(names)
    write(link, [person(number, first_name="A", last_name=name) for number, name in enumerate(names)], NOON)
    seen, after, marks = [], "", []
    while True:
        page = patients(after=after, size=50)
        seen += [row.patient.last_name for row in page.rows]
        marks.append(page.previous)
        if page.next is None:
            break
        after = page.next
    assert seen == sorted(names)
    assert marks[0] is None
    back = patients(before=marks[-1] or "", size=50)
    assert [row.patient.last_name for row in back.rows] == sorted(names)[50:100]


def test_archived_merged_and_deceased_are_hidden_until_asked_for(link: Connection) -> None:
    write(
        link,
        [
            person(1),
            person(2, status=PatientStatus.INACTIVE),
            person(3, status=PatientStatus.DECEASED),
            person(4, status=PatientStatus.INACTIVE, merged_into=person(1).id),
        ],
        NOON,
    )
    assert [len(patients(status=status).rows) for status in ("active", "archived", "all")] == [1, 3, 4]
