"""What a person's role opens. Every page and call that is not for everybody at the practice asks here."""

from __future__ import annotations

from routiq.practices.models import Membership

#: Who sees what patients owe and paid.
_MONEY = frozenset({Membership.Role.OWNER})


def may_see_money(membership: Membership) -> bool:
    """Invoices and payments are for owners and for reception."""
    return membership.role in _MONEY
