"""Opening the gateway of a connection."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from django.conf import settings

from routiq.connections.budget import pace_of, refuse_when_ended
from routiq.connections.models import Connection
from routiq.connections.secrets import Place, keyring
from routiq.pms import registry
from routiq.pms.gateway import Gateway, Pace, Vendor
from routiq.practices.models import Practice

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
    )


def gateway_of(connection: Connection) -> Gateway:
    """The gateway of a stored connection, kept open in this process for the next caller. Safe for threads.

    ``Disconnected`` when the connection was ended.
    """
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
