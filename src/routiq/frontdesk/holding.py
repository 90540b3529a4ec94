"""A time that was read back is held while the patient thinks about it: for five minutes, or until they hang up (B11).

One for each who is asked. When they say yes, the write takes it over (:func:`routiq.frontdesk.journal.open_entry`).
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq.connections.connecting import live_connection
from routiq.frontdesk import journal, rehearsing
from routiq.frontdesk.models import SlotHold, Write
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Practitioner
from routiq.practices.tenancy import current_practice_id


def hold(offer: OfferedTime, holder: str) -> bool:
    """Hold it for ``holder`` (``conversation:12``) and let go of what was held for them before. False when somebody
    else of ours has it."""
    rehearsing.refuse()
    connection = live_connection()
    who = Practitioner.objects.filter(connection=connection, remote_id=offer.practitioner_id)
    practitioner_pk = who.values_list("pk", flat=True).first()
    if practitioner_pk is None:
        return True  # Of somebody whom we do not know nobody else is offered a time.
    now = timezone.now()
    with transaction.atomic():
        journal.forget_expired_holds(now)
        let_go(holder)
        try:
            with transaction.atomic():
                SlotHold.objects.create(
                    practice_id=current_practice_id(),
                    holder=holder,
                    practitioner_pk=practitioner_pk,
                    during=TimestamptzRange(offer.starts_at, offer.ends_at, "[)"),
                    expires_at=now + journal.HOLD,
                )
        except IntegrityError:
            return False
    return True


def let_go(holder: str) -> None:
    """They do not want it, or not any more."""
    with database.cursor() as cursor:
        cursor.execute(
            "DELETE FROM frontdesk_slothold WHERE practice_id = %s AND booking_id IS NULL AND holder = %s",
            [current_practice_id(), holder],
        )


def hung_up(holder: str) -> None:
    """They are gone: what is held for them is free at once. Only what was sent already keeps its time, until its
    outcome is known, and so does what a process is carrying out just now: they had agreed to it."""
    let_go(holder)
    for write in Write.objects.filter(asked_by=holder, state=Write.State.HELD):
        journal.close_unsent(write, "hung_up", code="HungUp", message="The caller hung up before anything was sent.")
