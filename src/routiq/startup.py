"""What must be true before the product serves; each failure says what to do."""

from __future__ import annotations

from django.db import DatabaseError, connection

from routiq.environment import SettingError


def check_database_role() -> None:
    """Row-level security binds only a role that cannot bypass it (law 5)."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            row = cursor.fetchone()
    except DatabaseError as error:
        raise SettingError("DATABASE_URL", f"the database cannot be reached: {error}".strip()) from None
    if row is None or row[0]:
        raise SettingError(
            "DATABASE_URL",
            "names a role that can bypass row-level security. Create a plain role for the product "
            "(CREATE ROLE routiq_app LOGIN NOSUPERUSER NOBYPASSRLS) and give the owner's URL as DATABASE_OWNER_URL",
        )


def check_restored() -> None:
    """What a backup shows as under way must be closed first; otherwise it would be done a second time."""
    from routiq.backups.servers import MARK

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [MARK])
        (is_open,) = cursor.fetchone()
    if is_open:
        raise SystemExit("routiq: a restore into this database is not finished: run `routiq restore` again")


def check_keyring() -> None:
    from routiq.connections.secrets import keyring

    keyring()


def check_migrations() -> None:
    """A database that is behind the code fails at the first query; better to say so."""
    from routiq.migrations_runner import outstanding

    missing = outstanding()
    if missing:
        raise SystemExit(f"routiq: the database lacks {missing} migrations: run `routiq migrate`")
