"""What a record must satisfy: small frozen conditions that compile to a test on a row.

Rows are sparse dicts; a field that a row does not hold has the collection's default. Ids and stamps are text of
fixed width, so comparing text compares numbers and instants.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Test = Callable[[Row], bool]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
RANGE_OPS = frozenset(_COMPARE)


@dataclass(frozen=True)
class Condition:
    """One requirement. ``op`` is a comparison, or ``in``, ``not_in``, ``null``, ``not_null``, ``has``, ``match``.

    ``value`` is hashable: a scalar, a frozenset for ``in``/``not_in``, a pattern's text for ``match``.
    """

    field: str
    op: str
    value: Any = None


def compile_condition(condition: Condition, default: Any) -> Test:
    """A function that tells if a row meets the condition; null never meets a comparison."""
    field, op, value = condition.field, condition.op, condition.value
    if op == "null":
        return lambda row: row.get(field, default) is None
    if op == "not_null":
        return lambda row: row.get(field, default) is not None
    if op == "in":
        return lambda row: _folded(row.get(field, default)) in value
    if op == "not_in":
        return lambda row: _folded(row.get(field, default)) not in value
    if op == "has" and field == "patient_ids":
        # the union of bookings is asked for a person, who may be a class's or an appointment's (spec 3.3)
        return lambda row: value in (row.get(field) or ()) or row.get("patient_id") == value
    if op == "has":
        return lambda row: value in (row.get(field, default) or ())
    if op == "match":
        pattern = re.compile(value, re.IGNORECASE | re.DOTALL)

        def matches(row: Row) -> bool:
            held = row.get(field, default)
            return held is not None and pattern.fullmatch(held) is not None

        return matches
    compare = _COMPARE[op]

    def compares(row: Row) -> bool:
        held = row.get(field, default)
        return held is not None and compare(held, value)

    return compares


def _folded(value: Any) -> Any:
    """Text is compared without regard to case, as the vendor's database does."""
    return value.casefold() if isinstance(value, str) else value
