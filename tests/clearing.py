"""Clearing the database after a test that commits.

Django would truncate every table and then write its content types and permissions again, which takes longer than most
tests. Here only the rows that are there go, by one superuser's session that no policy and no foreign key holds up.
"""

from __future__ import annotations

import atexit
import os
from functools import cache

import psycopg
from django.db import connection
from psycopg import sql

from routiq import embedded

#: Written by migrations, the same for every test.
_KEPT = {"django_content_type", "django_migrations", "auth_permission"}


def is_possible() -> bool:
    """In the embedded server, whose superuser answers on the socket; in a server that somebody named, maybe not."""
    return os.environ["DATABASE_OWNER_URL"].startswith(f"postgresql://{embedded.OWNER}@/")


@cache
def administrator() -> psycopg.Connection:
    owner = os.environ["DATABASE_OWNER_URL"]
    session = psycopg.connect(owner.replace(f"{embedded.OWNER}@", "postgres@"), autocommit=True)
    atexit.register(session.close)
    session.execute("SET session_replication_role = replica")
    return session


@cache
def _which() -> sql.Composed:
    """Names the tables that have rows."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT)
    return sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    )


def filled() -> list[str]:
    """The tables that have rows."""
    return [table for (table,) in administrator().execute(_which(), prepare=True).fetchall()]


def clear() -> None:
    session = administrator()
    with session.transaction():
        for table in filled():
            session.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
