from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from routiq.practices import audit
from routiq.practices.models import AuditEntry, Practice, PracticeOwned
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for, current_scope

#: Tables that belong to no practice: who logs in, counts of hashed callers, and Practice itself, which has policies
#: of its own.
GLOBAL = {"practices.Person", "practices.Allowance"}


def our_models() -> list[type]:
    """Of every room, those that are still to come included."""
    rooms = [room for room in apps.get_app_configs() if room.name.startswith("routiq.")]
    return [model for room in rooms for model in room.get_models()]


def test_every_model_belongs_to_a_practice_or_is_known_to_be_global() -> None:
    for model in our_models():
        assert issubclass(model, (PracticeOwned, Practice)) or model._meta.label in GLOBAL, model


@pytest.mark.django_db
def test_every_practice_owned_table_has_forced_row_level_security_with_policies() -> None:
    for model in our_models():
        if model._meta.label in GLOBAL:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s",
                [model._meta.db_table],
            )
            assert cursor.fetchone() == (True, True), model
            cursor.execute(
                "SELECT cmd, qual, with_check FROM pg_policies WHERE tablename = %s", [model._meta.db_table]
            )
            policies = cursor.fetchall()
        assert policies, model
        for command, qual, check in policies:
            guard = f"{qual} {check}"
            assert "routiq_practice()" in guard or (model is Practice and command == "INSERT"), (model, command)


@pytest.mark.django_db
def test_the_product_runs_as_a_role_that_cannot_bypass_the_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner "
            "WHERE o.rolname = current_user AND c.relkind = 'r') FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, 0)


def test_a_query_with_no_filter_sees_only_the_own_practice(practice: Practice, other_practice: Practice) -> None:
    with acting_for(other_practice.pk):
        audit.record(audit.SYSTEM, "theirs")
    audit.record(audit.SYSTEM, "ours")

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT practice_id FROM practices_auditentry")
        assert cursor.fetchall() == [(practice.pk,)]
    assert {entry.action for entry in AuditEntry.objects.all()} == {"practice.created", "ours"}
    assert list(Practice.objects.values_list("pk", flat=True)) == [practice.pk]


def test_without_a_practice_nothing_is_seen(practice_and_owner: tuple[Practice, object]) -> None:
    assert current_scope().practice is None
    assert not AuditEntry.objects.exists()
    assert not Practice.objects.exists()


def test_another_practices_row_cannot_be_written(practice: Practice, other_practice: Practice) -> None:
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        AuditEntry.objects.create(practice_id=other_practice.pk, actor_kind="system", action="intrusion")
    assert AuditEntry.objects.filter(practice_id=other_practice.pk).update(action="changed") == 0


def test_a_rollback_does_not_leave_the_scope_behind(practice: Practice, other_practice: Practice) -> None:
    class Undo(Exception):
        pass

    def look_and_fail() -> None:
        with transaction.atomic(), acting_for(other_practice.pk):
            assert AuditEntry.objects.exists()
            raise Undo

    with pytest.raises(Undo):
        look_and_fail()
    assert {entry.practice_id for entry in AuditEntry.objects.all()} == {practice.pk}


def test_the_directory_lists_practices_and_nothing_of_theirs(practice: Practice, other_practice: Practice) -> None:
    assert set(practice_ids()) >= {practice.pk, other_practice.pk}
