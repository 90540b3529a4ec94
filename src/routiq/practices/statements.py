"""Statements that are run so often that Django would need as long to write them as the database to answer: for every
page of a sync, on every line of a conversation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import psycopg
from django.db import connection as database
from django.db.models import Model

M = TypeVar("M", bound=Model)


def keep_plans() -> None:
    """From now on the session of this thread keeps the plan of a statement that asks for it from its first run on."""
    database.ensure_connection()
    assert database.connection is not None
    database.connection.prepare_threshold = 1


def execute(statement: str, values: Mapping[str, Any], *, keep_plan: bool) -> list[tuple[Any, ...]]:
    """Run a statement that answers with rows, in the transaction in force if there is one.

    ``keep_plan``, heeded after :func:`keep_plans`, is for statements whose best plan does not depend on how much the
    tables hold. Raises Django's database errors.
    """
    with database.cursor(), database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        return cursor.execute(statement, values, prepare=keep_plan).fetchall()


def columns(model: type[Model], table: str, related: str = "", *, without: Collection[str] = ()) -> str:
    """The columns of a model that a statement calls ``table``, to be read by :func:`rows_of`; as ``related`` where
    the statement joins it."""
    prefix = f"{related}." if related else ""
    wanted = (field.column for field in model._meta.concrete_fields if field.column not in without)
    return ", ".join(f'{table}.{column} AS "{prefix}{column}"' for column in wanted)


def rows_of(model: type[M], statement: str, values: Mapping[str, Any], **related: type[Model]) -> list[M]:
    """What a statement answers, as rows of a model; ``related`` are the models behind its foreign keys that were
    joined (:func:`columns`). What else it answers the rows have as attributes; a column that it does not answer is
    read when it is needed, as ever."""
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        return [_row_of(model, dict(zip(names, row, strict=True)), related) for row in cursor.fetchall()]


def _row_of(model: type[M], answered: dict[str, Any], related: Mapping[str, type[Model]]) -> M:
    found = _taken_out(model, answered)
    for name, other in related.items():
        setattr(found, name, _taken_out(other, answered, f"{name}."))
    for name, value in answered.items():
        setattr(found, name, value)
    return found


def _taken_out(model: type[M], answered: dict[str, Any], prefix: str = "") -> M:
    named = [(field, f"{prefix}{field.column}") for field in model._meta.concrete_fields]
    fields = [(field, name) for field, name in named if name in answered]
    columns = [_as_field(field, answered.pop(name)) for field, name in fields]
    found: M = model.from_db(database.alias, [field.attname for field, _ in fields], columns)
    return found


def _as_field(field: Any, value: Any) -> Any:
    for convert in field.get_db_converters(database):
        value = convert(value, None, database)
    return value
