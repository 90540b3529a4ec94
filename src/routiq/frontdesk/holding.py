"""A time that was read back is held while the patient thinks about it: for five minutes, or until they hang up (B11).

One for each who is asked. When they say yes, the write takes it over (:func:`routiq.frontdesk.journal.open_entry`).
"""

from __future__ import annotations

from django.db import connection as database
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk import journal, rehearsing
from routiq.frontdesk.models import Write
from routiq.frontdesk.wishes import OfferedTime
from routiq.practices.tenancy import current_practice_id

#: Many may want one time in the same second: each is told in one statement, in which nobody waits for one who waits
#: for them, as two might who insert first and look then.
_HOLD = f"""
WITH who AS (
  SELECT id FROM mirror_practitioner WHERE remote_id = %(practitioner)s AND connection_id = (
    SELECT id FROM connections_connection WHERE practice_id = %(practice)s AND state <> %(disconnected)s
    ORDER BY id LIMIT 1
  )
),
free AS (
  DELETE FROM frontdesk_slothold h
  WHERE h.practice_id = %(practice)s AND (
    h.booking_id IS NULL AND h.holder = %(holder)s OR {journal.EXPIRED}
  )
  RETURNING h.id
),
held AS (
  INSERT INTO frontdesk_slothold (practice_id, holder, practitioner_pk, during, expires_at)
  SELECT %(practice)s, %(holder)s, who.id, tstzrange(%(starts_at)s, %(ends_at)s), %(until)s
  FROM who, (SELECT count(*) FROM free) AS first_of_all
  ON CONFLICT DO NOTHING RETURNING id
)
SELECT EXISTS (SELECT FROM held) OR NOT EXISTS (SELECT FROM who)
"""


def hold(offer: OfferedTime, holder: str) -> bool:
    """Hold it for ``holder`` (``conversation:12``) and let go of what was held for them before. False when somebody
    else of ours has it. Of a practitioner whom we do not know nobody is offered a time: there is nothing to hold."""
    rehearsing.refuse()
    now = timezone.now()
    values = {
        "practice": current_practice_id(),
        "disconnected": str(Connection.State.DISCONNECTED),
        "practitioner": offer.practitioner_id,
        "holder": holder,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "until": now + journal.HOLD,
        **journal.values_of_expired(now),
    }
    with database.cursor() as cursor:
        cursor.execute(_HOLD, values)
        mine: bool = cursor.fetchone()[0]
    return mine


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
