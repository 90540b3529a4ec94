"""How the practice in force wants its front desk to go about it."""

from __future__ import annotations

from routiq.frontdesk.models import DeskRules
from routiq.practices.tenancy import current_practice_id


def desk_rules() -> DeskRules:
    """Its own rules, or those that come with the product (not stored)."""
    return DeskRules.objects.first() or DeskRules(practice_id=current_practice_id())
