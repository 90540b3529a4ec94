"""The control door ``/_sandbox/...``: read the whole world, edit it as the front desk would, arm faults.

JSON in and out, no auth, no rate limit, not in the request log. ``?account=other`` means the second account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pms_sandbox import edits
from pms_sandbox.bulk import act, carry_out
from pms_sandbox.cliniko.encode import show
from pms_sandbox.cliniko.reference import offered
from pms_sandbox.http import Answer, Request, json_answer
from pms_sandbox.sandbox import Sandbox
from pms_sandbox.stamps import seconds, stamp
from pms_sandbox.world.model import STORED_ONLY, World

_ACTIONS = (
    "archive",
    "unarchive",
    "cancel",
    "arrive",
    "dna",
    "undecided",
    "merge",
    "deceased",
    "invoice",
    "pay",
    "void",
)


class Control:
    """Answers below ``/_sandbox``; errors are 404 and 422 with a sentence under ``error``."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._fixed: dict[tuple[str, str], Callable[[Request, World], Any]] = {
            ("GET", "world"): self._world,
            ("GET", "characters"): lambda request, world: {"characters": world.characters},
            ("GET", "keys"): lambda request, world: self._keys(),
            ("POST", "keys"): self._add_key,
            ("GET", "requests"): lambda request, world: sandbox.log.report(),
            ("DELETE", "requests"): lambda request, world: sandbox.log.clear(),
            ("GET", "clock"): self._time,
            ("POST", "clock"): self._set_clock,
            ("GET", "settings"): lambda request, world: world.settings,
            ("PATCH", "settings"): lambda request, world: edits.change_settings(world, request.any_json()),
            ("POST", "bulk"): lambda request, world: {"ids": carry_out(world, request.any_json().get("edits") or [])},
            ("GET", "faults"): lambda request, world: {"faults": sandbox.faults.report()},
            ("POST", "faults"): lambda request, world: asdict(sandbox.faults.arm(request.any_json())),
            ("DELETE", "faults"): lambda request, world: sandbox.faults.clear(),
            ("POST", "reset"): lambda request, world: sandbox.reset(),
            ("POST", "snapshot"): lambda request, world: sandbox.snapshot(),
            ("POST", "reservations"): self._reserve,
            ("GET", "webhooks"): lambda request, world: sandbox.hub.report(),
            ("PATCH", "webhooks"): self._tune_webhooks,
            ("POST", "webhooks/storm"): self._storm,
        }

    def answer(self, request: Request) -> Answer:
        world = self.sandbox.worlds.get(dict(request.query).get("account", "main"), self.sandbox.world)
        try:
            fixed = self._fixed.get((request.method, request.path))
            found = fixed(request, world) if fixed else self._record(request, world)
        except edits.NoSuchRecord as error:
            return json_answer({"error": f"no such record: {error.args[0]}"}, 404)
        except (ValueError, TypeError, KeyError) as error:
            return json_answer({"error": str(error)}, 422)
        return json_answer({"ok": True} if found is None else found)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _world(self, request: Request, world: World) -> dict[str, Any]:
        """Full records as the API serves them, archived and cancelled ones included; ``?only=a,b`` limits them.
        ``services`` in it is who does what where, which follows from other records."""
        only = [name for name in dict(request.query).get("only", "").split(",") if name]
        names = only or [name for name in world.collections if name != "bookings"]
        for name in names:
            if name not in world.collections and name != "services":
                raise edits.NoSuchRecord(name)
        base = self._base(request)
        return {
            **self._time(request, world),
            "account": world.settings["account"],
            "settings": world.settings,
            "collections": {
                name: offered(world, world["businesses"].rows, base)
                if name == "services"
                else [self._shown(world, name, row, base) for row in world[name].rows.values()]
                for name in names
            },
        }

    def _shown(self, world: World, name: str, row: dict[str, Any], base: str) -> dict[str, Any]:
        if name in STORED_ONLY:
            return row
        shown = show(world, name, row, base)
        # the vendor shows no id on a deleted patient; a test wants one
        return {"id": row["id"], **shown} if name == "deleted_patients" else shown

    def _base(self, request: Request) -> str:
        return f"{request.base}/cliniko/{self.sandbox.options.shard}/v1"

    def _time(self, request: Request, world: World) -> dict[str, Any]:
        clock = self.sandbox.clock
        return {"now": clock.stamp(), "today": clock.today().isoformat(), "time_zone": clock.zone}

    # -- editing ---------------------------------------------------------------------------------------------------

    def _record(self, request: Request, world: World) -> Any:
        name, _, rest = request.path.partition("/")
        id_, _, action = rest.partition("/")
        fields = request.any_json()
        if name == "keys":
            return self._key_action(id_, action, fields)
        if name not in world.collections:
            raise edits.NoSuchRecord(name)
        base = self._base(request)
        if request.method == "POST" and not id_:
            return self._shown(world, name, edits.create(world, name, fields), base)
        row = edits.find(world, name, id_)
        if request.method == "DELETE" and not action:
            return edits.delete(world, name, id_)
        if request.method == "PATCH" and not action:
            row = edits.update(world, name, id_, fields)
        elif request.method == "POST" and action in _ACTIONS:
            act(world, action, name, id_, fields)
            row = edits.find(world, name, id_)
        elif request.method != "GET" or action:
            raise edits.NoSuchRecord(request.path)
        return self._shown(world, name, row, base)

    def _keys(self) -> list[dict[str, Any]]:
        """Keys of both vendors; labels are never the same."""
        rings = (self.sandbox.keys.keys, self.sandbox.nookal_keys.keys)
        return [asdict(key) for ring in rings for key in ring.values()]

    def _add_key(self, request: Request, world: World) -> dict[str, Any]:
        wanted = request.any_json()
        account = str(wanted.get("account", "main"))
        if wanted.get("vendor") == "nookal":
            return asdict(self.sandbox.nookal_keys.add(str(wanted["label"]), account, wanted.get("locations")))
        return asdict(self.sandbox.keys.add(str(wanted["label"]), str(wanted["role"]), account))

    def _key_action(self, label: str, action: str, fields: dict[str, Any]) -> dict[str, Any]:
        if label in self.sandbox.nookal_keys.keys:
            changes = {"revoke": {"enabled": False}, "restore": {"enabled": True}, "": fields}.get(action)
            if changes is None:
                raise edits.NoSuchRecord(f"keys/{label}/{action}")
            return asdict(self.sandbox.nookal_keys.edit(label, changes))
        key = self.sandbox.keys.keys.get(label)
        if key is None or action not in ("revoke", "restore"):
            raise edits.NoSuchRecord(f"keys/{label}/{action}")
        key.revoked = action == "revoke"
        return asdict(key)

    def _set_clock(self, request: Request, world: World) -> dict[str, Any]:
        wanted = request.any_json()
        if "now" in wanted:
            self.sandbox.clock.set(str(wanted["now"]))
        self.sandbox.clock.advance(float(wanted.get("advance_seconds", 0)))
        return self._time(request, world)

    def _tune_webhooks(self, request: Request, world: World) -> dict[str, Any]:
        hub = self.sandbox.hub
        hub.retry_seconds = float(request.any_json().get("retry_seconds", hub.retry_seconds))
        return hub.report()

    def _storm(self, request: Request, world: World) -> dict[str, Any]:
        """``{"collection": "patients", "count": 500}``: one update event for each record."""
        wanted = request.any_json()
        account = dict(request.query).get("account", "main")
        name, count = str(wanted.get("collection", "patients")), int(wanted.get("count", 100))
        return {"events": self.sandbox.hub.storm(account, world, name, count)}

    def _reserve(self, request: Request, world: World) -> dict[str, Any]:
        """Somebody opens the online form for a time; it is held for the account's reservation minutes."""
        wanted = request.any_json()
        hold = 60 * int(world.settings["online_bookings"].get("booking_reservation_minutes") or 0)
        start = str(wanted["starts_at"])
        return edits.create(
            world,
            "reservations",
            {
                "practitioner_id": str(wanted["practitioner_id"]),
                "starts_at": start,
                "ends_at": wanted.get("ends_at") or stamp(seconds(start) + 1800),
                "expires_at": stamp(world.clock.now() + hold),
            },
        )
