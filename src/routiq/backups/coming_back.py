"""A restored installation: nothing is done a second time, what was deleted stays deleted, and everything is compared
with the practice management systems (docs/adr/026).

What the backup shows as under way was carried on after it was made, and how that ended is not known here. So nothing
of it is carried on: it is closed, and a person looks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from django.db import connection as database
from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from routiq import retention
from routiq.backups import ledger
from routiq.backups.shelf import Backup
from routiq.connections.connecting import live_connection
from routiq.connections.disconnecting import end_again, kept_until
from routiq.connections.models import Connection
from routiq.connections.rotation import unreadable
from routiq.frontdesk.restored import close_what_was_under_way
from routiq.knowledge.digest import skip_if_due
from routiq.messaging.restored import hold_back_texts
from routiq.practices import audit
from routiq.practices.letters import tell_owners
from routiq.practices.models import AuditEntry, Letter, Practice
from routiq.practices.people import practice_ids
from routiq.practices.restored import hold_back_letters
from routiq.practices.tenancy import acting_for
from routiq.robyn import forgetting
from routiq.robyn.restored import leave_to_the_team
from routiq.sync.restored import compare_everything

log = logging.getLogger("routiq.backups")

RESTORED = "installation.restored"


class MadeByANewerVersion(Exception):
    """The database has migrations that this version does not know."""


@dataclass
class CameBack:
    """What was done about the practices of a restored database."""

    practices: int = 0
    purged: int = 0
    """Connections whose data had been deleted after the backup: deleted again."""
    ended: int = 0
    """Connections that had been disconnected after the backup: disconnected again."""
    compared: int = 0
    """Connections that are compared with their system from beginning to end."""
    unreadable_keys: int = 0
    """Stored secrets that the master keys here do not open."""


def come_back(backup: Backup, keys: Path) -> CameBack:
    """Before anything is served. Killed at any instant, calling it again goes on. Outside a transaction.
    ``MadeByANewerVersion``."""
    _refuse_a_newer_one()
    done = CameBack(unreadable_keys=len(unreadable()))
    fates = ledger.fates_since(keys, backup.made_at)
    for practice_id in practice_ids():
        with acting_for(practice_id):
            ended = {
                connection: fates[practice_id, connection.pk]
                for connection in Connection.objects.filter(practice_id=practice_id).select_related("practice")
                if (practice_id, connection.pk) in fates
                and fates[practice_id, connection.pk].what != ledger.RECONNECTED
            }
            _settle(practice_id, backup, {connection.pk for connection in ended})
            for connection, fate in ended.items():
                if fate.what == ledger.DISCONNECTED:
                    end_again(connection, audit.SYSTEM, kept_until(connection, fate.at))
                    done.ended += 1
                else:
                    end_again(connection, audit.SYSTEM, timezone.now())
                    retention.purge(practice_id, connection.pk)
                    done.purged += 1
            forgetting.forget_old()
            done.practices += 1
            connected = live_connection()
            done.compared += connected is not None and connected.is_active
    # What was disconnected before the backup, and whose days are over by now.
    retention.purge_due()
    log.info("restored", extra={"backup": backup.name, "practices": done.practices, "purged": done.purged})
    return done


@transaction.atomic
def _settle(practice_id: int, backup: Backup, ended: set[int]) -> None:
    """Everything of one practice, once. ``ended``: the connections that are not used any more."""
    if AuditEntry.objects.filter(action=RESTORED, target=backup.name).exists():
        return
    practice = Practice.objects.select_for_update().get(pk=practice_id)
    local = backup.made_at.astimezone(practice.zone)
    when = f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"
    open_writes = close_what_was_under_way(when)
    leave_to_the_team(when)
    hold_back_texts()
    letters = hold_back_letters()
    skip_if_due(timezone.now())
    connection = live_connection()
    is_compared = connection is not None and connection.is_active and connection.pk not in ended
    if connection is not None and connection.pk not in ended:
        compare_everything(connection, backup.made_at)
    audit.record(audit.SYSTEM, RESTORED, backup.name, open_writes=open_writes, letters=len(letters))
    tell_owners("Routiq was restored from a backup", _text(practice, when, letters, is_compared=is_compared))


def _text(practice: Practice, when: str, letters: list[Letter], *, is_compared: bool) -> str:
    compared = ", and everything is being compared with it just now" if is_compared else ""
    told = (
        f"Routiq at {practice.name} was restored from the backup of {when}. What was entered in Routiq after that is "
        "not there any more: conversations, tasks, notes, settings, who may log in. What stands in your practice "
        f"management system is untouched{compared}.\n\n"
        "Please look through:\n\n"
        "- Tasks: what was done since then is open again, and there is one for each booking that was under way.\n"
        "- Logins and API tokens: whoever was removed since then may log in again until you remove them again.\n"
        "- Conversations in which somebody said since then that they want no messages.\n"
    )
    if letters:
        listed = "\n".join(f"- {letter.subject}" for letter in letters)
        told += f"\nThese letters were on their way when the backup was made. They are not sent again:\n\n{listed}\n"
    return told


def _refuse_a_newer_one() -> None:
    loader = MigrationLoader(database)
    known, apps = set(loader.disk_migrations), {app for app, _ in loader.disk_migrations}
    if any(name not in known and name[0] in apps for name in loader.applied_migrations or ()):
        raise MadeByANewerVersion
