"""All tables that belong to practices, found by themselves: a new one can be forgotten nowhere."""

from __future__ import annotations

from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection as database

from routiq.practices.models import PracticeOwned
from routiq.practices.tenancy import current_practice_id


def owned_models() -> list[type[PracticeOwned]]:
    """Every kind of row that belongs to a practice, each table once; what refers to others comes before them."""
    models = [model for model in apps.get_models() if issubclass(model, PracticeOwned) and not model._meta.proxy]
    order: TopologicalSorter[type[PracticeOwned]] = TopologicalSorter()
    for model in models:
        order.add(model)
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target in models and target is not model:
                order.add(target, model)
    return list(order.static_order())


def count(model: type[PracticeOwned]) -> int:
    """How many rows of this kind the practice in force has."""
    return model._default_manager.filter(practice_id=current_practice_id()).count()


def delete_some(model: type[PracticeOwned], most: int) -> int:
    """Delete at most so many rows of this kind of the practice in force, and nothing that refers to them."""
    table = database.ops.quote_name(model._meta.db_table)
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE practice_id = %s AND ctid = ANY(ARRAY("
            f"SELECT ctid FROM {table} WHERE practice_id = %s LIMIT %s))",
            [current_practice_id(), current_practice_id(), most],
        )
        return int(cursor.rowcount)
