"""Who left, noted beside the backups' keys even when the process that should have noted it died."""

from __future__ import annotations

from datetime import UTC, datetime

from routiq.backups import ledger
from routiq.backups.shelf import shelf
from routiq.connections.models import Connection
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for


def catch_up() -> int:
    """Note each connection that has ended and stands in the ledger as going on; returns how many that were. Nothing
    where the keys are kept on another machine.

    That somebody came back is never made up for: a restored database that shows them as connected may know less than
    the ledger. Whoever comes back has to paste a key again at the worst.
    """
    keys = shelf().keys
    if not keys.is_dir():
        return 0
    fates = ledger.fates_since(keys, datetime.min.replace(tzinfo=UTC))
    noted = 0
    for practice_id in practice_ids():
        with acting_for(practice_id):
            ended = Connection.objects.filter(state=Connection.State.DISCONNECTED)
            for connection_id, at in ended.values_list("pk", "disconnected_at"):
                fate = fates.get((practice_id, connection_id))
                if fate is None or fate.what == ledger.RECONNECTED:
                    ledger.note(keys, ledger.DISCONNECTED, at, practice=practice_id, connection=connection_id)
                    noted += 1
    return noted
