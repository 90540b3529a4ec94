"""A first sync, kept. The first test of a process that wants a mirrored practice has it synced; those after it get
the same rows written back for their own practice, which takes a twentieth of the time.

What a sync wrote is every row with a transaction younger than its beginning. Rows it changed are changed the same
way; rows it added are added with new ids. The sandbox's world is the same after each reset for as long as its day is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from psycopg import sql
from psycopg.rows import dict_row

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.practices.models import Practice
from routiq.sync import engine
from routiq.sync.models import SyncRun
from tests import clearing

_SCHEMA = "kept"


@dataclass(frozen=True)
class _Table:
    """What a sync wrote to one table."""

    model: type[models.Model]
    copy: sql.Identifier
    changed: list[tuple[Any, list[str]]]
    """Of rows that were there before: their key, and which columns are different now."""
    lowest: int | None
    """The least id among the rows that were added, where the database gives the ids."""
    highest: int | None


@dataclass(frozen=True)
class _Kept:
    began: datetime
    ended: datetime
    practice: int
    connection: int
    run: int
    tables: list[_Table]


_kept: dict[tuple[str, str, str, date], _Kept] = {}


def first_sync(connection: Connection, sandbox: RunningSandbox, carry: Callable[[], engine.Ended]) -> None:
    """As after ``carry``, which does the sync that is open on ``connection``."""
    if not clearing.is_possible():
        assert carry() is engine.Ended.DONE
        return
    run = SyncRun.objects.get(connection=connection, state=SyncRun.State.RUNNING)
    today = datetime.fromisoformat(sandbox.clock()["now"]).astimezone(connection.practice.zone).date()
    which = (connection.vendor, sandbox.base_url, str(connection.practice.zone), today)
    kept = _kept.get(which)
    if kept is not None:
        _write_back(kept, connection, run)
        return
    before = {table: _rows(table) for table in clearing.filled()}
    began, mark = _one("SELECT clock_timestamp(), pg_current_xact_id()::text::bigint")
    assert carry() is engine.Ended.DONE
    tables = [_keep(f"{connection.vendor}_{len(_kept)}", model, mark, before) for model in _written_since(mark)]
    (ended,) = _one("SELECT clock_timestamp()")
    _kept[which] = _Kept(began, ended, connection.practice_id, connection.pk, run.pk, tables)


def _one(query: str) -> Any:
    return clearing.administrator().execute(query).fetchone()


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _rows(table: str) -> dict[Any, dict[str, Any]]:
    key = _models()[table]._meta.pk.column
    with clearing.administrator().cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
    return {row[key]: row for row in found}


_SINCE = sql.SQL("SELECT * FROM {} WHERE xmin::text::bigint >= {}")


def _written_since(mark: int) -> list[type[models.Model]]:
    """The models with rows of that age, those that others refer to first."""
    names = [
        table
        for table in clearing.filled()
        if clearing.administrator().execute(_SINCE.format(sql.Identifier(table), mark)).fetchone()
    ]
    return [model for table, model in _models().items() if table in names]


def _keep(name: str, model: type[models.Model], mark: int, before: dict[str, dict[Any, dict[str, Any]]]) -> _Table:
    table, key = model._meta.db_table, model._meta.pk.column
    copy = sql.Identifier(_SCHEMA, f"{name}_{table}")
    session = clearing.administrator()
    session.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(_SCHEMA)))
    session.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(copy))
    session.execute(sql.SQL("CREATE TABLE {} AS ").format(copy) + _SINCE.format(sql.Identifier(table), mark))
    known = before.get(table, {})
    now = _rows(table)
    changed = [
        (row_key, [name for name, value in now[row_key].items() if value != row[name]])
        for row_key, row in known.items()
    ]
    lowest = highest = None
    if isinstance(model._meta.pk, models.AutoField):
        lowest, highest = session.execute(
            sql.SQL("SELECT min({0}), max({0}) FROM {1} WHERE {0} <> ALL(%s)").format(sql.Identifier(key), copy),
            [list(known)],
        ).fetchone() or (None, None)
    return _Table(model, copy, [each for each in changed if each[1]], lowest, highest)


def _write_back(kept: _Kept, connection: Connection, run: SyncRun) -> None:
    session = clearing.administrator()
    same = {
        Practice: (kept.practice, connection.practice_id),
        Connection: (kept.connection, connection.pk),
        SyncRun: (kept.run, run.pk),
    }
    with session.transaction():
        further = {table.model: _make_room(table) for table in kept.tables if table.lowest is not None}
        (now,) = _one("SELECT clock_timestamp()")
        moved = _Moved(kept, same, further, now - kept.ended)
        for table in kept.tables:
            name = sql.Identifier(table.model._meta.db_table)
            key = sql.Identifier(table.model._meta.pk.column)
            fields = list(table.model._meta.local_concrete_fields)
            for row_key, columns in table.changed:
                own = same[table.model][1] if table.model in same else row_key
                session.execute(
                    sql.SQL("UPDATE {} SET {} FROM {} kept WHERE {} = %s AND kept.{} = %s").format(
                        name,
                        sql.SQL(", ").join(
                            sql.SQL("{} = {}").format(sql.Identifier(field.column), moved.value(field))
                            for field in fields
                            if field.column in columns
                        ),
                        table.copy,
                        sql.SQL(".").join((name, key)),
                        key,
                    ),
                    [own, row_key],
                )
            session.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} kept WHERE kept.{} <> ALL(%s)").format(
                    name,
                    sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
                    sql.SQL(", ").join(moved.value(field) for field in fields),
                    table.copy,
                    key,
                ),
                [[row_key for row_key, _ in table.changed]],
            )


def _make_room(table: _Table) -> int:
    """How much further the ids of the added rows lie this time."""
    assert table.lowest is not None
    assert table.highest is not None
    name, key = table.model._meta.db_table, table.model._meta.pk.column
    session = clearing.administrator()
    row = session.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [name, key]).fetchone()
    assert row is not None
    session.execute(
        "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, key, row[0] + table.highest - table.lowest]
    )
    return int(row[0]) - table.lowest


@dataclass(frozen=True)
class _Moved:
    """Kept values, as they are for another practice and a later time."""

    kept: _Kept
    same: dict[type[models.Model], tuple[int, int]]
    further: dict[type[models.Model], int]
    later: timedelta

    def value(self, field: models.Field[Any, Any]) -> sql.Composable:
        column = sql.SQL("kept.{}").format(sql.Identifier(field.column))
        target = field.remote_field.model if field.remote_field else field.model if field.primary_key else None
        if target in self.same:
            return sql.Literal(self.same[target][1])
        if target in self.further:
            return sql.SQL("{} + {}").format(column, self.further[target])
        if isinstance(field, models.DateTimeField):
            began, ended = sql.Literal(self.kept.began), sql.Literal(self.kept.ended)
            moved = sql.SQL("CASE WHEN {0} BETWEEN {1} AND {2} THEN {0} + {3} ELSE {0} END")
            return moved.format(column, began, ended, sql.Literal(self.later))
        return column
