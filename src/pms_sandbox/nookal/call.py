"""One call of a method, with what every handler needs: the parameters, the scope of the key, the envelope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pms_sandbox.conditions import Condition, Row
from pms_sandbox.http import Request
from pms_sandbox.nookal.keys import NookalKey
from pms_sandbox.nookal.params import since
from pms_sandbox.rosters import zone_of
from pms_sandbox.sandbox import Sandbox
from pms_sandbox.world.model import World

PAGE_LENGTH = 100
MAX_PAGE_LENGTH = 200
_BY_ID = (("id", False),)
_EVERYTHING = 1 << 60

Payload = dict[str, Any]
Encode = Callable[[Any], dict[str, Any]]


class Failed(Exception):
    """The handler gives up: HTTP 200, the handler's own code, and these sentences as alerts (spec 2.3)."""

    def __init__(self, *alerts: str) -> None:
        super().__init__(*alerts)
        self.alerts = list(alerts)


@dataclass
class Call:
    """``name`` is echoed as ``api_call``; ``shift`` moves later pages by so many rows (a fault)."""

    sandbox: Sandbox
    world: World
    key: NookalKey
    request: Request
    params: dict[str, str]
    name: str
    shift: int = 0
    is_plain: bool = True
    """Somebody (a fault) looks into the answer: it must be made of plain values."""

    def get(self, name: str) -> str | None:
        """The parameter, an empty one counting as none."""
        return self.params.get(name) or None

    # -- what the key may see --------------------------------------------------------------------------------------

    @property
    def scope(self) -> frozenset[str]:
        return frozenset(self.key.locations)

    @property
    def sees_all(self) -> bool:
        return self.scope >= self.world["businesses"].rows.keys()

    def scoped(self, field: str = "business_id") -> list[Condition]:
        """Records of ticked locations only."""
        return [] if self.sees_all else [Condition(field, "in", self.scope)]

    def modified(self, name: str = "last_modified") -> list[Condition]:
        """Changed at or after the given time (spec 5)."""
        start = since(self.get(name))
        return [Condition("updated_at", ">=", start)] if start else []

    def zone(self, business_id: str | None) -> str:
        business = self.world["businesses"].rows.get(business_id or "")
        return zone_of(self.world, business) if business else self.world.zone

    def record(self, name: str, param: str) -> Row:
        """The record that a parameter names; failure when there is none or the key's locations do not reach it."""
        row = self.world[name].rows.get(self.params.get(param, ""))
        place = row and (row["id"] if name == "businesses" else row.get("business_id"))
        if row is None or (place and place not in self.scope):
            raise Failed(f"Invalid variable: {param}")
        return row

    # -- answers ---------------------------------------------------------------------------------------------------

    def select(
        self,
        name: str,
        conditions: Sequence[Condition],
        encode: Encode,
        key: str,
        *,
        most: int = MAX_PAGE_LENGTH,
        kind: str = "",
    ) -> Payload:
        """A page of a collection in id order. ``kind`` (see :meth:`rows`) is for what a first sync reads in bulk."""
        page, length = self.page(most)
        total, rows = self.world[name].select(conditions, _BY_ID, self.offset(page, length), length)
        return self.page_of(key, self.rows(kind, rows, encode), total, page, length)

    def rows(self, kind: str, rows: Sequence[Row], encode: Encode) -> list[Any]:
        """Each row as it is shown. With a ``kind``, which names this way to show it to whatever key, it is encoded
        once for as long as nothing changes."""
        if self.is_plain or not kind:
            return [encode(row) for row in rows]
        diary = self.sandbox.diary(self.world)
        return [diary.encoded((kind, row["id"]), partial(encode, row)) for row in rows]

    def listed(self, key: str, records: Sequence[Any], encode: Encode, *, most: int = MAX_PAGE_LENGTH) -> Payload:
        """A page of records already found."""
        page, length = self.page(most)
        start = self.offset(page, length)
        shown = [encode(record) for record in records[start : start + length]]
        return self.page_of(key, shown, len(records), page, length)

    def done(self, **results: Any) -> Payload:
        """The answer of a write, and of whatever is no list."""
        return {
            "status": "success",
            "data": {"api_call": self.name, "results": results},
            "details": {"totalItems": 1, "currentItems": 1},
            "settings": {"currentPage": 1, "nextPage": None, "pageLength": 1},
        }

    def page(self, most: int = MAX_PAGE_LENGTH) -> tuple[int, int]:
        """Page from 1 and its length; nonsense falls back to the defaults, too long a page is clamped."""
        page, length = (self._number(name) for name in ("page", "page_length"))
        return page or 1, min(length or PAGE_LENGTH, most)

    def _number(self, name: str) -> int:
        text = self.params.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() else 0

    def offset(self, page: int, length: int) -> int:
        return max(0, (page - 1) * length + (self.shift if page > 1 else 0))

    def page_of(self, key: str, shown: list[Any], total: int, page: int, length: int) -> Payload:
        return {
            "status": "success",
            "data": {"api_call": self.name, "results": {key: shown}},
            "details": {"totalItems": str(total), "currentItems": len(shown)},
            "settings": {
                "currentPage": page,
                "nextPage": page + 1 if page * length < total else None,
                "pageLength": length,
            },
        }


def everything(world: World, name: str, conditions: Sequence[Condition]) -> list[Row]:
    """All records that meet the conditions, in id order."""
    return world[name].select(conditions, _BY_ID, 0, _EVERYTHING)[1]
