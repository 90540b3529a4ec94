"""One authenticated API call, with the reads that every handler needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pms_sandbox.cliniko import fields as known
from pms_sandbox.cliniko.encode import encoded
from pms_sandbox.cliniko.filters import filter_texts, parse_filters, parse_sort, with_hiding
from pms_sandbox.cliniko.lists import envelope, page_links, page_of
from pms_sandbox.conditions import Condition, Row
from pms_sandbox.http import Answer, Request, refuse
from pms_sandbox.keys import ApiKey
from pms_sandbox.sandbox import Sandbox
from pms_sandbox.world.model import World

_OWN_ONLY = frozenset({"individual_appointments", "group_appointments", "bookings"})


@dataclass
class Call:
    """``base`` is the absolute address that links start with; ``ids`` are the ids in the path, in order."""

    sandbox: Sandbox
    world: World
    key: ApiKey
    request: Request
    base: str
    ids: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.base}/{self.request.path}"

    def filters(self, resource: str) -> list[Condition]:
        """The caller's conditions with the default hiding and the rights of the key's user."""
        conditions = with_hiding(
            resource,
            parse_filters(resource, filter_texts(self.request.query)),
            cancelled_visible=self.sandbox.options.cancelled_visible,
        )
        return conditions + self._own(resource)

    def page(self, resource: str, *more: Condition, key: str | None = None) -> Answer:
        """A page of the collection; ``more`` narrows it for nested and legacy lists.

        A condition in ``more`` on a hidden stamp lifts the default hiding of it, as a legacy list does.
        """
        named = {condition.field for condition in more}
        lifted = named | ({"archived_at", "deleted_at"} if named & {"archived_at", "deleted_at"} else set())
        conditions = [c for c in self.filters(resource) if not (c.op == "null" and c.field in lifted)]
        if lifted & {"archived_at"} and resource in known.CANCELLABLE:
            conditions = [c for c in conditions if not (c.op == "null" and c.field == "cancelled_at")]
        conditions += [condition for condition in more if condition.op != "any"]
        sort = parse_sort(resource, self.request.query)
        page, per_page = page_of(self.request.query)
        total, rows = self.world[resource].select(conditions, sort, (page - 1) * per_page, per_page)
        leaf = key or resource
        records = [encoded(self.world, resource, row, self.base) for row in rows]
        return envelope(leaf, records, total, page_links(self.url, self.request.query, page, per_page, total))

    def row(self, resource: str, id_: str) -> Row:
        """The record if this call may see it, else 404; single reads honour ``q[]`` like lists (spec 2.5)."""
        row = self.world[resource].rows.get(id_)
        if row is None:
            raise refuse(404)
        collection = self.world[resource]
        if not all(collection.test(condition)(row) for condition in self.filters(resource)):
            raise refuse(404)
        return row

    def record(self, resource: str, id_: str) -> Answer:
        return Answer(200, encoded(self.world, resource, self.row(resource, id_), self.base))

    def shown(self, resource: str, row: Row, status: int = 200) -> Answer:
        """The record after a write; 201 carries its address."""
        headers = [("location", f"{self.base}/{resource}/{row['id']}")] if status == 201 else []
        return Answer(status, encoded(self.world, resource, row, self.base), headers)

    def body(self) -> dict[str, Any]:
        return self.request.json()

    def _own(self, resource: str) -> list[Condition]:
        """A practitioner's key sees that practitioner's own bookings only (spec 1.6, inferred)."""
        if (
            self.key.role != "practitioner"
            or resource not in _OWN_ONLY
            or not self.sandbox.options.own_appointments_only
        ):
            return []
        own = frozenset(
            id_ for id_, row in self.world["practitioners"].rows.items() if row["user_id"] == self.key.user_id
        )
        return [Condition("practitioner_id", "in", own)]
