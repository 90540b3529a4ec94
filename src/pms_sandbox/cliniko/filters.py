"""The ``q[]`` grammar: ``FIELD:OPERATORVALUE`` to conditions, strictly, with the vendor's 400 texts (spec 2.4).

Also ``sort`` and ``order`` (2.3), and the default hiding of archived and cancelled records (2.5).
"""

from __future__ import annotations

import re

from pms_sandbox.cliniko import fields
from pms_sandbox.conditions import Condition
from pms_sandbox.http import Query, bad_request
from pms_sandbox.stamps import parse_day, parse_stamp
from pms_sandbox.store import Sort

_PARTS = re.compile(r"^([^:]*):(!\?|\?|>=|<=|!=|~~|=|>|<|~|\*)?(.*)$", re.DOTALL)
_DATE_STARS = re.compile(r"^[\d*]{4}-[\d*]{2}-[\d*]{2}$")
_OPERATORS: dict[str, frozenset[str]] = {
    fields.DATE: frozenset({"=", ">=", ">", "<=", "<", "?", "!?"}),
    fields.TIME: frozenset({">=", ">", "<=", "<", "?", "!?", "*"}),
    fields.NUMBER: frozenset({"=", "!=", ">=", ">", "<=", "<", "?", "!?"}),
    fields.ID: frozenset({"=", "!=", ">=", ">", "<=", "<", "?", "!?"}),
    fields.TEXT: frozenset({"=", "!=", "~", "~~", "?", "!?"}),
    fields.SWITCH: frozenset({"=", "!="}),
    fields.ARRAY: frozenset({"~"}),
}
_ARTICLE = {fields.ID: "number", fields.TIME: "date time"}


def filter_texts(query: Query) -> list[str]:
    """Every ``q[]``; of the older bare ``q`` only the last one (spec 2.4)."""
    legacy = [value for name, value in query if name == "q"][-1:]
    return legacy + [value for name, value in query if name == "q[]"]


def parse_filters(resource: str, texts: list[str]) -> list[Condition]:
    """Conditions for all filters, or a 400 naming the first bad one.

    ``archived_at:*`` asks for nothing; it yields a condition with op ``any`` that :func:`with_hiding` takes out.
    """
    return [_parse(resource, text) for text in texts]


def _parse(resource: str, text: str) -> Condition:
    match = _PARTS.match(text)
    name = (match[1] if match else text).strip()
    kind = fields.FILTERS[resource].get(name)
    if kind is None:
        raise bad_request(f"{name} is not filterable")
    operator, value = (match[2] or "", match[3]) if match else ("", "")
    if kind == fields.DATE and _DATE_STARS.match(operator + value):
        operator, value = "=", operator + value  # the guides show the starred form without an operator
    if not operator:
        raise bad_request(f"Filter operator for {name} is missing")
    if operator not in _OPERATORS[kind]:
        raise bad_request(f"Filter operator {operator} for {name} is not supported")
    column = fields.ALIASES.get(resource, {}).get(name, name)
    if operator in ("?", "!?", "*"):
        if value:
            raise bad_request(f"Filter operator {operator} for {name} takes no value")
        return Condition(column, {"?": "not_null", "!?": "null", "*": "any"}[operator])
    return _typed(column, name, kind, operator, value)


def _typed(column: str, name: str, kind: str, operator: str, value: str) -> Condition:
    if kind in (fields.ID, fields.NUMBER):
        return _number(column, name, kind, operator, value)
    if kind == fields.TIME:
        moment = parse_stamp(value)
        if moment is None:
            raise _wrong(name, kind)
        return Condition(column, operator, moment)
    if kind == fields.DATE:
        return _date(column, name, operator, value)
    if kind == fields.SWITCH:
        if value not in ("true", "false"):
            raise _wrong(name, kind)
        return Condition(column, "in" if operator == "=" else "not_in", frozenset({value == "true"}))
    if kind == fields.ARRAY:
        return Condition(column, "has", value)
    if operator in ("=", "!="):
        return Condition(column, "in" if operator == "=" else "not_in", frozenset({value.casefold()}))
    if operator == "~":
        return Condition(column, "match", f".*{re.escape(value)}.*")
    return Condition(column, "match", ".*".join(re.escape(part) for part in value.split("%")))


def _number(column: str, name: str, kind: str, operator: str, value: str) -> Condition:
    parts = value.split(",") if operator == "=" else [value]
    if not all(re.fullmatch(r"\s*\d{1,40}\s*", part) for part in parts):
        raise _wrong(name, kind)
    numbers = [int(part) for part in parts]
    if kind == fields.NUMBER:
        held: list[str] | list[int] = numbers
    else:
        held = [str(number) for number in numbers]
    if operator in ("=", "!="):
        return Condition(column, "in" if operator == "=" else "not_in", frozenset(held))
    if kind == fields.NUMBER:
        return Condition(column, operator, numbers[0])
    # nineteen digits, so that text order is number order; anything longer lies above every id
    padded = str(numbers[0]).zfill(19)
    return Condition(column, operator, padded if len(padded) == 19 else "~")


def _date(column: str, name: str, operator: str, value: str) -> Condition:
    if operator == "=" and "*" in value and _DATE_STARS.match(value):
        return Condition(column, "match", value.replace("*", r"\d"))
    if parse_day(value) is None:
        raise _wrong(name, fields.DATE)
    if operator == "=":
        return Condition(column, "in", frozenset({value}))
    return Condition(column, operator, value)


def _wrong(name: str, kind: str) -> Exception:
    return bad_request(f"Filter value for {name} must be a {_ARTICLE.get(kind, kind)}")


def with_hiding(resource: str, conditions: list[Condition], *, cancelled_visible: bool) -> list[Condition]:
    """Add what a list leaves out by default, unless a filter on that very stamp asks for it."""
    named = {condition.field for condition in conditions}
    kept = [condition for condition in conditions if condition.op != "any"]
    if resource in fields.ARCHIVABLE and not named & {"archived_at", "deleted_at"}:
        kept.append(Condition("archived_at", "null"))
        kept.append(Condition("deleted_at", "null"))
    if resource in fields.CANCELLABLE and "cancelled_at" not in named and not cancelled_visible:
        kept.append(Condition("cancelled_at", "null"))
    return kept


def parse_sort(resource: str, query: Query) -> Sort:
    """``sort=a,b:desc`` with the older ``order``; the default is oldest first."""
    wanted = next((value for name, value in reversed(query) if name == "sort"), "")
    order = next((value for name, value in reversed(query) if name == "order"), "asc")
    if order not in ("asc", "desc"):
        raise bad_request("order must be asc or desc")
    known = set(fields.FILTERS[resource]) | set(fields.SORTABLE.get(resource, ()))
    result = []
    for part in wanted.split(",") if wanted else ["created_at"]:
        name, _, direction = part.strip().partition(":")
        if name not in known:
            raise bad_request(f"{name} is not sortable")
        if direction not in ("", "asc", "desc"):
            raise bad_request(f"Sort direction for {name} must be asc or desc")
        column = fields.ALIASES.get(resource, {}).get(name, name)
        result.append((column, (direction or order) == "desc"))
    return tuple(result)
