"""What this room's programs decide about people."""

from __future__ import annotations

from routiq.connections.disconnecting import KEPT_FOR
from routiq.practices.decisions import AsSet, By, Data, Decision, Topic


def _kept_for() -> AsSet:
    return AsSet(f"After disconnecting everything is kept for {KEPT_FOR.days} days, then it is deleted.")


DECISIONS = (
    Decision(
        code="connections.deletion",
        topic=Topic.KEPT,
        name="Deleting the copy of the practice’s records",
        decided="when Routiq’s copy of the patients’ records is deleted after the practice leaves",
        data=(Data.NAME, Data.DATE_OF_BIRTH, Data.PHONE, Data.CONTACT, Data.VISITS, Data.WAITING, Data.WORDS),
        by=By.ASSISTED,
        effect="The copy, the conversations and the waiting list are gone; the practice’s own system is not touched. "
        "A backup from before holds them until that is destroyed.",
        person="An owner disconnects, and can connect again until the day of deletion.",
        made_in=("connections.jobs.keep_retention",),
        as_set=_kept_for,
    ),
)
