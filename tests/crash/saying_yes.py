"""What a process does that dies over a yes: it is sent there by its name."""

from __future__ import annotations

from routiq.frontdesk.offered import accept
from routiq.practices.audit import Actor


def say_yes(offer_id: int) -> None:
    accept(offer_id, Actor("person", "1"), "yes please")
