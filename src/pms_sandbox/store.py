"""Records in memory, with sorted views that stay right while records change.

A row is never changed in place: an edit puts a new dict under the same id. A snapshot is therefore a shallow copy,
and restoring the generated world costs next to nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from pms_sandbox.conditions import RANGE_OPS, Condition, Row, Test, compile_condition

_FEW = 4000  # below this many candidates, filtering them beats keeping a view for the query
_MAX_VIEWS = 40
_TOP = "\uffff"

Sort = tuple[tuple[str, bool], ...]  # (field, descending)


class View:
    """Ids of the rows that meet some conditions, sorted by one field and then by id."""

    def __init__(self, collection: Collection, conditions: frozenset[Condition], field: str) -> None:
        self.field = field
        self.default = collection.defaults.get(field)
        self.tests = [collection.test(condition) for condition in conditions]
        rows = collection.matching(conditions)
        self.entries: list[tuple[Any, str]] = sorted([(self.key(row), row["id"]) for row in rows])

    def key(self, row: Row) -> Any:
        value = row.get(self.field, self.default)
        if isinstance(value, str):
            return value
        return "" if value is None else f"{int(value):020d}"

    def admits(self, row: Row) -> bool:
        return all(test(row) for test in self.tests)

    def replace(self, old: Row | None, new: Row | None) -> None:
        if old is not None and self.admits(old):
            entry = (self.key(old), old["id"])
            place = bisect_left(self.entries, entry)
            if place < len(self.entries) and self.entries[place] == entry:
                del self.entries[place]
        if new is not None and self.admits(new):
            insort(self.entries, (self.key(new), new["id"]))

    def bounds(self, conditions: Iterable[Condition]) -> tuple[int, int]:
        """Where the entries lie that meet comparisons on the sorted field."""
        low, high = 0, len(self.entries)
        for condition in conditions:
            value = condition.value if isinstance(condition.value, str) else f"{int(condition.value):020d}"
            if condition.op == ">=":
                low = max(low, bisect_left(self.entries, (value,)))
            elif condition.op == ">":
                low = max(low, bisect_right(self.entries, (value, _TOP)))
            elif condition.op == "<":
                high = min(high, bisect_left(self.entries, (value,)))
            else:
                high = min(high, bisect_right(self.entries, (value, _TOP)))
            # a null never meets a comparison, and nulls sort first
            low = max(low, bisect_right(self.entries, ("", _TOP)))
        return low, max(low, high)


class Collection:
    """Rows of one kind by id.

    ``keys`` are foreign-key fields that deserve a lookup table; ``ranges`` are fields worth a sorted view, because
    callers ask for a stretch of them.
    """

    def __init__(
        self,
        name: str,
        defaults: dict[str, Any],
        keys: Sequence[str] = (),
        ranges: Sequence[str] = ("updated_at", "created_at"),
    ) -> None:
        self.name = name
        self.defaults = defaults
        self.keys = frozenset(keys)
        self.ranges = frozenset(ranges)
        self.rows: dict[str, Row] = {}
        self.encoded: dict[str, dict[str, bytes]] = {}
        self._views: OrderedDict[tuple[frozenset[Condition], str], View] = OrderedDict()
        self._asked: set[tuple[frozenset[Condition], str]] = set()
        self._buckets: dict[str, dict[str, set[str]]] = {}

    def value(self, row: Row, field: str) -> Any:
        return row.get(field, self.defaults.get(field))

    def test(self, condition: Condition) -> Test:
        return compile_condition(condition, self.defaults.get(condition.field))

    # -- writing ---------------------------------------------------------------------------------------------------

    def put(self, row: Row) -> None:
        """Add the row, or replace the one of the same id."""
        old = self.rows.get(row["id"])
        self.rows[row["id"]] = row
        self._changed(row["id"], old, row)

    def drop(self, id_: str) -> Row:
        old = self.rows.pop(id_)
        self._changed(id_, old, None)
        return old

    def load(self, rows: dict[str, Row]) -> list[tuple[Row | None, Row | None]]:
        """Take over these rows as the whole collection. Gives what is different now, as pairs of before and after;
        where nothing is, views and encoded records stay."""
        held = self.rows
        changed: list[tuple[Row | None, Row | None]]
        changed = [(held.get(id_), row) for id_, row in rows.items() if held.get(id_) is not row]
        changed += [(row, None) for id_, row in held.items() if id_ not in rows]
        if changed:
            self.rows = dict(rows)
            self._views.clear()
            self._asked.clear()
            self._buckets.clear()
            self.forget_encoded([str((old or new or {})["id"]) for old, new in changed])
        return changed

    def forget_encoded(self, ids: Iterable[str]) -> None:
        """Drop the stored bytes of records whose shown text depends on a record that changed."""
        for cache in self.encoded.values():
            for id_ in ids:
                cache.pop(id_, None)

    def _changed(self, id_: str, old: Row | None, new: Row | None) -> None:
        self.forget_encoded((id_,))
        for view in self._views.values():
            view.replace(old, new)
        for field, buckets in self._buckets.items():
            before = self.value(old, field) if old else None
            after = self.value(new, field) if new else None
            if before != after:
                if before is not None:
                    buckets[before].discard(id_)
                if after is not None:
                    buckets.setdefault(after, set()).add(id_)

    # -- reading ---------------------------------------------------------------------------------------------------

    def having(self, field: str, value: str) -> list[Row]:
        """Rows whose foreign key ``field`` is ``value``, in id order."""
        return [self.rows[id_] for id_ in sorted(self._bucket(field).get(value, ()))]

    def between(self, field: str, start: str, end: str) -> list[Row]:
        """Rows with ``start <= field < end``, in order of the field."""
        view = self.view(frozenset(), field)
        low, high = view.bounds((Condition(field, ">=", start), Condition(field, "<", end)))
        return [self.rows[id_] for _, id_ in view.entries[low:high]]

    def put_in_order(self) -> None:
        """Sort by everything that is worth it before the first question, as a vendor's indexes stand ready."""
        for field in ("id", *self.ranges):
            self.view(frozenset(), field)

    def view(self, conditions: frozenset[Condition], field: str) -> View:
        key = (conditions, field)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = View(self, conditions, field)
            while len(self._views) > _MAX_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(key)
        return view

    def select(self, conditions: Sequence[Condition], sort: Sort, offset: int, limit: int) -> tuple[int, list[Row]]:
        """How many rows meet the conditions, and one page of them in the given order."""
        few = self._candidates(conditions)
        if few is not None:
            found = self._narrow(few, conditions)
            self._order(found, sort)
            return len(found), found[offset : offset + limit]
        field, descending = sort[0]
        on_field = [c for c in conditions if c.field == field and c.op in RANGE_OPS]
        rest = frozenset(c for c in conditions if c not in on_field)
        if len(sort) > 1 or self._is_new(rest, field):
            found = self._scan(rest, on_field, field)
            if len(sort) > 1:
                self._order(found, sort)
            elif descending:
                found.reverse()
            return len(found), found[offset : offset + limit]
        view = self.view(rest, field)
        low, high = view.bounds(on_field)
        if descending:
            entries = view.entries[max(low, high - offset - limit) : max(low, high - offset)][::-1]
        else:
            entries = view.entries[low + offset : min(high, low + offset + limit)]
        return high - low, [self.rows[id_] for _, id_ in entries]

    def _is_new(self, conditions: frozenset[Condition], field: str) -> bool:
        """A range asked for the first time: perhaps it moves with the clock and is never asked again.

        The second time a view is worth its making, since a caller is walking pages.
        """
        key = (conditions, field)
        if key in self._views or not any(condition.op in RANGE_OPS for condition in conditions):
            return False
        if key in self._asked:
            return False
        if len(self._asked) > 1000:
            self._asked.clear()
        self._asked.add(key)
        return True

    def _scan(self, conditions: frozenset[Condition], on_field: list[Condition], field: str) -> list[Row]:
        """Rows that meet everything, in order of the field and then of ids."""
        view = self.view(frozenset(), field)
        rows = self.matching([*conditions, *on_field])
        rows.sort(key=lambda row: (view.key(row), row["id"]))
        return rows

    def matching(self, conditions: Iterable[Condition]) -> list[Row]:
        """Rows that meet everything, in no order: looked for among the fewest that a sorted stamp can name."""
        conditions = list(conditions)
        among: Iterable[Row] = self.rows.values()
        fewest, met = len(self.rows), ""
        for field in self.ranges:
            ranged = [condition for condition in conditions if condition.field == field and condition.op in RANGE_OPS]
            if ranged:
                view = self.view(frozenset(), field)
                low, high = view.bounds(ranged)
                if high - low < fewest:
                    among, fewest, met = [self.rows[id_] for _, id_ in view.entries[low:high]], high - low, field
        return self._narrow(among, [c for c in conditions if not (c.field == met and c.op in RANGE_OPS)])

    def _narrow(self, rows: Iterable[Row], conditions: Iterable[Condition]) -> list[Row]:
        for condition in conditions:
            rows = filter(self.test(condition), rows)
        return list(rows)

    def _order(self, rows: list[Row], sort: Sort) -> None:
        rows.sort(key=lambda row: row["id"])
        for field, descending in reversed(sort):
            default = self.defaults.get(field)
            rows.sort(key=lambda row: _sortable(row.get(field, default)), reverse=descending)

    def _bucket(self, field: str) -> dict[str, set[str]]:
        buckets = self._buckets.get(field)
        if buckets is None:
            buckets = self._buckets[field] = {}
            for id_, row in self.rows.items():
                value = self.value(row, field)
                if value is not None:
                    buckets.setdefault(value, set()).add(id_)
        return buckets

    def _candidates(self, conditions: Sequence[Condition]) -> list[Row] | None:
        """A short list that surely holds every match, or None when no condition narrows enough."""
        if len(self.rows) <= 300:
            return list(self.rows.values())
        best: list[str] | None = None
        for condition in conditions:
            ids: list[str] | None = None
            if condition.op == "in" and condition.field == "id":
                ids = [id_ for id_ in condition.value if id_ in self.rows]
            elif condition.op == "in" and condition.field in self.keys:
                bucket = self._bucket(condition.field)
                ids = [id_ for value in condition.value for id_ in bucket.get(value, ())]
            if ids is not None and (best is None or len(ids) < len(best)):
                best = ids
        for field in self.ranges:
            ranged = [c for c in conditions if c.field == field and c.op in RANGE_OPS]
            if ranged:
                view = self.view(frozenset(), field)
                low, high = view.bounds(ranged)
                if high - low <= _FEW and (best is None or high - low < len(best)):
                    best = [id_ for _, id_ in view.entries[low:high]]
        if best is None or len(best) > _FEW:
            return None
        return [self.rows[id_] for id_ in best]


def _sortable(value: Any) -> str:
    """Nulls first, then text; numbers and switches as padded text so that one order serves all."""
    if isinstance(value, str):
        return value
    return "" if value is None else f"{int(value):020d}"
