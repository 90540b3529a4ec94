"""Opening the gateway of a connection, and asking it with the key that is stored now."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings

from routiq.connections.budget import CHECK_EVERY, pace_of, refuse_when_ended
from routiq.connections.models import Connection
from routiq.connections.secrets import Place, keyring
from routiq.pms import registry
from routiq.pms.errors import KeyReplaced
from routiq.pms.gateway import Gateway, Pace, Vendor
from routiq.practices.models import Practice
from routiq.practices.sessions import give_back
from routiq.practices.side_by_side import side_by_side
from routiq.practices.tenancy import acting_for

#: What may be asked a second time, with the new key, when the key is replaced in the middle.
_REPEATABLE = frozenset(
    (
        "check",
        "fetch",
        "available_times",
        "next_time",
        "has_conflict",
        "appointment",
        "find_appointments",
        "find_patients",
        "treatment_notes",
        "subscriptions",
        "withdraw",
        "unsubscribe",
    )
)
_KEEP = 64
_open: OrderedDict[tuple[Any, ...], Gateway] = OrderedDict()
_lock = threading.Lock()


def place_of_key(connection: Connection) -> Place:
    return Place(connection.practice_id, "connections_connection", "key_cipher", connection.pk)


def open_with(vendor: Vendor, *, key: str, region: str, pace: Pace, practice: Practice) -> Gateway:
    """A gateway for a key that is not stored (yet)."""
    return vendor.open(
        key=key,
        region=region,
        pace=pace,
        base_url=settings.PMS_URLS.get(vendor.name, ""),
        contact=settings.ROUTIQ_CONTACT,
        include_notes=practice.keep_patient_notes,
        phone_region=practice.country_code,
        together=side_by_side,
    )


def gateway_of(connection: Connection, *, just_read: bool = False) -> Gateway:
    """The gateway of a stored connection. Safe for threads, and may be kept: each call goes out with the key that is
    stored by then, whoever replaced it. ``just_read``: the caller has this instant read ``connection`` from the
    database, so that what it calls within :data:`CHECK_EVERY` need not look again (the pace looks all the same).

    ``Disconnected`` when the connection was ended, also from its calls; ``KeyReplaced`` from a write that had not
    been sent when the key was replaced.
    """
    return cast(Gateway, _Following(connection, just_read))


class _Following:
    """Passes every call on to the gateway of the key in force."""

    def __init__(self, connection: Connection, just_read: bool) -> None:
        self._connection = connection
        self._gateway = _opened(connection)
        self._fresh_until = time.monotonic() + CHECK_EVERY if just_read else 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        return partial(self._ask, name) if callable(found) else found

    def _ask(self, name: str, *args: Any, **values: Any) -> Any:
        try:
            return self._call(name)(*args, **values)
        except KeyReplaced:
            self._fresh_until = 0.0
            if name not in _REPEATABLE:
                raise
            return self._call(name)(*args, **values)

    def _call(self, name: str) -> Callable[..., Any]:
        """Of the gateway in force: of another key, where that was replaced meanwhile."""
        if time.monotonic() < self._fresh_until:
            return cast(Callable[..., Any], getattr(self._gateway, name))
        held = self._connection
        with acting_for(held.practice_id):
            stored = Connection.objects.filter(pk=held.pk).values_list("state", "key_set_at").first()
            refuse_when_ended(stored and stored[0])
            if stored and stored[1] != held.key_set_at:
                current = Connection.objects.select_related("practice").get(pk=held.pk)
                self._connection, self._gateway = current, _opened(current)
        give_back()
        return cast(Callable[..., Any], getattr(self._gateway, name))


def _opened(connection: Connection) -> Gateway:
    """The gateway with this connection's key, kept open in this process for the next caller."""
    refuse_when_ended(connection.state)
    practice = connection.practice
    name = (connection.pk, connection.key_set_at, practice.keep_patient_notes, practice.country_code)
    with _lock:
        gateway = _open.pop(name, None)
        if gateway is None:
            key = keyring().decrypt(connection.key_cipher, place_of_key(connection))
            vendor = registry.vendor(connection.vendor)
            gateway = open_with(
                vendor, key=key, region=connection.region, pace=pace_of(connection), practice=practice
            )
        _open[name] = gateway
        if len(_open) > _KEEP:
            # Somebody may still be using the oldest: it is only let go, and closes when nobody does.
            _open.popitem(last=False)
    return gateway


def forget(connection: Connection) -> None:
    """Let go of this connection's gateway and the key it holds; whoever is using it may finish."""
    with _lock:
        for name in [name for name in _open if name[0] == connection.pk]:
            del _open[name]


def close_all() -> None:
    """Close every gateway of this process; nobody may be using one."""
    with _lock:
        while _open:
            _open.popitem()[1].close()
