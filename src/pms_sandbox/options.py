"""Everything a sandbox can be told at start, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Options:
    """Start-up choices; those from ``step`` on settle what the vendors leave uncertain (spec section 7).

    ``vendor`` is ``cliniko``, ``nookal`` or ``both``: whose API is answered.
    """

    patients: int = 500
    seed: int = 7
    today: date | None = None
    time_zone: str = "Australia/Sydney"
    vendor: str = "both"
    shard: str = "au2"
    rate_limit: int = 200
    rate_window: float = 60.0
    latency_ms: float = 0.0
    latency_jitter_ms: float = 0.0
    webhooks: bool = False
    step: str = "duration"
    window_days: int = 7
    disabled_behaviour: str = "404"
    cancelled_visible: bool = False
    recalls: bool = True
    cluster: bool = False
    strict_ua: bool = False
    arrival_bumps: bool = True
    own_appointments_only: bool = True
    nookal_rate_limit: int = 0
    nookal_outside_hours: bool = False
    nookal_deceased_listed: bool = True
