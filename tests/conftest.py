"""What every test may use. The database is real, and the product runs in it as the role that cannot bypass
row-level security; only the tables' clearing between tests is done by their owner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client, TransactionTestCase

from routiq.practices.models import Membership, Person, Practice
from routiq.practices.people import create_practice
from routiq.practices.tenancy import acting_for
from tests import clearing, migrated


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment: None) -> None:
    migrated.copy_or_migrate()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        # Tests that commit are cleaned up by truncating, which the product itself never may.
        owner.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO routiq_app")
        if owner.info.server_version >= 17_00_00:
            # What the server's own housekeeping does in time, a test that asks for plans does at once.
            owner.execute("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO routiq_app")
    if clearing.is_possible():
        TransactionTestCase._fixture_teardown = lambda self: clearing.clear()  # type: ignore[method-assign]


PASSWORD = "a long enough password"


def make_practice(name: str = "Harbour Street Physiotherapy", **fields: Any) -> tuple[Practice, Person]:
    """A live practice and its owner."""
    number = Person.objects.count() + 1
    owner = Person.objects.create_person(f"owner{number}@clinic.example", PASSWORD, name="Olive Owner")
    practice = create_practice(name, owner=owner)
    with acting_for(practice.pk):
        Practice.objects.filter(pk=practice.pk).update(**{"status": Practice.Status.LIVE, **fields})
        practice.refresh_from_db()
    return practice, owner


@pytest.fixture
def practice_and_owner(db: None) -> tuple[Practice, Person]:
    return make_practice()


@pytest.fixture
def practice(practice_and_owner: tuple[Practice, Person]) -> Iterator[Practice]:
    """A live practice in Sydney, in force for the whole test."""
    practice = practice_and_owner[0]
    with acting_for(practice.pk):
        yield practice


@pytest.fixture
def owner(practice_and_owner: tuple[Practice, Person]) -> Person:
    return practice_and_owner[1]


@pytest.fixture
def other_practice(db: None) -> Practice:
    """Somebody else's practice: nothing of it may ever be seen."""
    return make_practice("Someone Else Podiatry")[0]


@pytest.fixture
def client_in(owner: Person, practice: Practice) -> Client:
    """A browser session of the owner, working for ``practice``."""
    client = Client()
    client.force_login(owner)
    session = client.session
    session["practice"] = practice.pk
    session.save()
    assert Membership.objects.filter(person=owner).exists()
    return client


from tests.carriers import twilio  # noqa: E402, F401
from tests.keywatch import key_watch  # noqa: E402, F401
from tests.pools import two_sessions  # noqa: E402, F401
from tests.sandboxes import connection, sandbox, shared_sandbox, synced  # noqa: E402, F401
from tests.systems import at, mirrored, system  # noqa: E402, F401
