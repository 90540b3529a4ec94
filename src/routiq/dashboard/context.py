"""What every page's frame shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.dashboard.doors import membership_of, opens, rights_of
from routiq.dashboard.inboxpage import alarms
from routiq.dashboard.taskpage import open_tasks
from routiq.pms import registry
from routiq.sync.health import PROMISED, freshness_of


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    current: bool


_NAV = (
    ("Dashboard", "home", "home", ("/", "/go-live")),
    ("Calendar", "calendar", "calendar", ("/calendar", "/appointments", "/journal", "/waiting-list")),
    ("Conversations", "inbox", "inbox", ("/conversations",)),
    ("Tasks", "tasks", "tasks", ("/tasks",)),
    ("Patients", "patients", "patients", ("/patients",)),
    ("Practice", "practice", "practice", ("/practice",)),
    ("Knowledge", "knowledge", "knowledge", ("/knowledge",)),
    ("Test Robyn", "test_robyn", "robyn", ("/test-robyn",)),
    ("Setup", "setup", "setup", ("/setup",)),
    ("Settings", "integrations", "settings", ("/settings",)),
)


def practice(request: HttpRequest) -> dict[str, Any]:
    """``practice``, ``others`` (the person's other memberships), the live ``connection`` or the ended one whose data
    is ``kept``, how ``late`` it is, the vendor's ``vendor_label``, the ``nav``, and what the login ``may``. Nothing
    of it for a visitor without a practice: the login page has no frame."""
    own = getattr(request, "practice", None)
    if own is None:
        return {
            "practice": None,
            "others": (),
            "late": None,
            "connection": None,
            "kept": None,
            "vendor_label": "",
            "nav": (),
            "may": rights_of(None),
        }
    membership = membership_of(request)
    connection = live_connection()
    kept = kept_connection() if connection is None else None
    return {
        "late": SimpleLazyObject(lambda: late(connection)),
        "practice": own,
        "others": getattr(request, "others", ()),
        "connection": connection,
        "kept": kept,
        "kept_is_going": is_going(kept),
        "vendor_label": vendor_label(connection or kept),
        "alarm_tasks": SimpleLazyObject(alarms),
        "open_tasks": SimpleLazyObject(open_tasks),
        "nav": [
            NavItem(label, reverse(name), icon, _is_current(request.path, starts))
            for label, name, icon, starts in _NAV
            if opens(membership, name)
        ],
        "membership": membership,
        "may": rights_of(membership),
    }


def late(connection: Connection | None) -> timedelta | None:
    """How long ago changes were looked for, when that is longer than promised. A paused connection says so itself."""
    if connection is None or not connection.is_active:
        return None
    age = freshness_of(connection)
    return age if age is not None and age >= PROMISED else None


def is_going(kept: Connection | None) -> bool:
    """Is its data on its way out, so that nothing can be brought back any more?"""
    return kept is not None and kept.purge_after is not None and kept.purge_after <= timezone.now()


def vendor_label(connection: Connection | None) -> str:
    """``Cliniko``; without a connection "your practice management system"."""
    return registry.vendor(connection.vendor).label if connection else "your practice management system"


def _is_current(path: str, starts: tuple[str, ...]) -> bool:
    return any(path == start or (start != "/" and path.startswith(f"{start}/")) for start in starts)
