"""Connecting a practice to its practice management system with a pasted key."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from routiq.backups import ledger, shelf
from routiq.connections.budget import rules
from routiq.connections.gateways import open_with, place_of_key
from routiq.connections.models import Connection, RequestBudget
from routiq.connections.secrets import keyring
from routiq.pms import registry
from routiq.pms.errors import KeyRejected
from routiq.pms.pacing import LocalPace
from routiq.pms.records import AccountRecord
from routiq.practices import audit
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.sessions import give_back
from routiq.practices.statements import columns, rows_of
from routiq.practices.tenancy import acting_for

_HINT = 4
_LIVE = f"""
SELECT c.*, {columns(Practice, "p", "practice")}
FROM connections_connection c JOIN practices_practice p ON p.id = c.practice_id
WHERE c.state <> %(gone)s ORDER BY c.id LIMIT 1
"""


def live_connection() -> Connection | None:
    """The connection of the practice in force, active or paused."""
    found = rows_of(Connection, _LIVE, {"gone": str(Connection.State.DISCONNECTED)}, practice=Practice)
    return found[0] if found else None


def kept_connection() -> Connection | None:
    """The disconnected connection of the practice in force whose data is still here."""
    return Connection.objects.filter(state=Connection.State.DISCONNECTED).select_related("practice").first()


def connect(*, practice_id: int, vendor: str, region: str, key: str, actor: audit.Actor) -> Connection:
    """Check the key at the vendor and store it encrypted. Repeating it with a key of the same account is harmless:
    the newest working key is kept and a paused connection goes on. A disconnected one whose data is kept is revived
    as it was (C82).

    Raises the errors of the vendor's check; ``KeyRejected`` with cause ``other_account`` or ``other_system`` when
    the practice is connected to something else or data of something else is kept, and with ``being_deleted`` when
    the kept data is on its way out.
    """
    kind = registry.vendor(vendor)
    key, region = kind.normalise_key(key, region)
    with acting_for(practice_id):
        practice = Practice.objects.get(pk=practice_id)
        _one_system_or_refuse(live_connection(), vendor)
        # One check needs no share of the sync's budget, and there may be no connection yet that has one.
        gateway = open_with(kind, key=key, region=region, pace=LocalPace(rules()), practice=practice)
        give_back()
        try:
            account = gateway.check()
        finally:
            gateway.close()
        with transaction.atomic():
            Practice.objects.select_for_update().get(pk=practice_id)
            return _store(practice, vendor, region, key, account, actor)


def _store(
    practice: Practice, vendor: str, region: str, key: str, account: AccountRecord, actor: audit.Actor
) -> Connection:
    connection = live_connection()
    kept = kept_connection() if connection is None else None
    if kept is not None:
        _restorable_or_refuse(kept, vendor, account)
        connection = kept
        connection.purge_after = connection.disconnected_at = None
        action = "connection.reconnected"
        transaction.on_commit(partial(shelf.note_here, ledger.RECONNECTED, practice.pk, kept.pk))
    elif connection is None:
        connection = Connection.objects.create(
            practice=practice, vendor=vendor, region=region, account_id=account.id, account_name=account.name
        )
        RequestBudget.objects.create(practice=practice, connection=connection)
        action = "connection.connected"
    else:
        _same_account_or_refuse(connection, vendor, account)
        action = "connection.key_replaced"
    connection.key_cipher = keyring().encrypt(key, place_of_key(connection))
    connection.key_hint = key.rpartition("-")[0][-_HINT:] or key[-_HINT:]
    connection.key_set_at = timezone.now()
    connection.region = region
    # Where a vendor names no account, its proof changes as locations and people come and go.
    connection.account_id, connection.account_name = account.id, account.name
    connection.state = Connection.State.ACTIVE
    connection.paused_code = connection.paused_message = connection.paused_advice = ""
    connection.paused_at = None
    connection.last_ok_at = timezone.now()
    connection.save()
    audit.record(actor, action, f"connection:{connection.pk}", vendor=vendor, region=region)
    announce(practice.pk, "connection")
    return connection


def _restorable_or_refuse(kept: Connection, vendor: str, account: AccountRecord) -> None:
    """The data of one account never meets that of another; and what is half deleted is not brought back."""
    of_what = f"“{kept.account_name}” in {registry.vendor(kept.vendor).label}"
    if kept.purge_after is not None and kept.purge_after <= timezone.now():
        raise KeyRejected(
            f"The data of {of_what} is being deleted just now.",
            vendor=vendor,
            cause="being_deleted",
            advice="Wait a few minutes until it is gone, then connect again.",
        )
    other = kept.vendor != vendor
    if not other and registry.vendor(vendor).same_account(kept.account_id, account.id):
        return
    raise KeyRejected(
        f"This key belongs to the account “{account.name}”, but the data of {of_what} is still kept here.",
        vendor=vendor,
        cause="other_system" if other else "other_account",
        advice=f"Use a key of {of_what}, or delete its data first under Settings > Integrations.",
    )


def _one_system_or_refuse(connection: Connection | None, vendor: str) -> None:
    if connection is not None and connection.vendor != vendor:
        raise KeyRejected(
            f"This practice is already connected to {registry.vendor(connection.vendor).label}.",
            vendor=vendor,
            cause="other_system",
            advice="Disconnect it first; a practice works with one practice management system at a time.",
        )


def _same_account_or_refuse(connection: Connection, vendor: str, account: AccountRecord) -> None:
    _one_system_or_refuse(connection, vendor)
    if not registry.vendor(vendor).same_account(connection.account_id, account.id):
        raise KeyRejected(
            f"This key belongs to the account “{account.name}”, but this practice is connected to "
            f"“{connection.account_name}”.",
            vendor=vendor,
            cause="other_account",
            advice=f"Paste a key of “{connection.account_name}”, or disconnect first.",
        )
