"""The system a page under Settings > Integrations is about, and the practice's connection to it."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from routiq.connections.connecting import kept_connection, live_connection
from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.gateway import Vendor


def vendor_or_404(name: str) -> Vendor:
    try:
        return registry.vendor(name)
    except KeyError:
        raise Http404 from None


def was_ended(name: str) -> bool:
    """Was the connection to this system ended, and is its data still here? Then its page says what there is to do."""
    kept = kept_connection() if live_connection() is None else None
    return kept is not None and kept.vendor == vendor_or_404(name).name


def connection_or_404(name: str) -> Connection:
    """The connection, active or paused, to this system."""
    connection = live_connection()
    if connection is None or connection.vendor != vendor_or_404(name).name:
        raise Http404
    return connection


def offers_webhooks(vendor: Vendor) -> bool:
    """Whether this system can send events at all; single accounts may still not have them."""
    return vendor.capabilities.offers_webhooks


def about(vendor: Vendor, here: str) -> dict[str, Any]:
    """What every page about one system needs: its words, and which of its pages this is."""
    return {
        "vendor": vendor,
        "guide": vendor.guide,
        "has_webhooks": offers_webhooks(vendor),
        "here": here,
    }
