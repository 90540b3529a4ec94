"""Statements that are run for every page of a sync: sent apart from their values, and planned once a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection as database


def keep_plans() -> None:
    """From now on the session of this thread keeps the plans of statements that ask for it."""
    database.ensure_connection()
    assert database.connection is not None
    database.connection.prepare_threshold = 1


def execute(statement: str, values: Mapping[str, Any], *, keep_plan: bool) -> list[tuple[Any, ...]]:
    """Run a statement that answers with rows, in the transaction in force if there is one.

    Django would write the values into the statement's text. ``keep_plan``, heeded after :func:`keep_plans`, is for
    statements whose best plan does not depend on how much the tables hold. Raises Django's database errors.
    """
    with database.cursor(), database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        return cursor.execute(statement, values, prepare=keep_plan).fetchall()
