"""What this room's programs decide about people."""

from __future__ import annotations

from routiq.practices.decisions import By, Data, Decision, Topic

DECISIONS = (
    Decision(
        code="consent.stop",
        topic=Topic.KEPT,
        name="Asking not to be contacted",
        decided="whether somebody has asked not to be contacted, from the words “stop” and the like",
        data=(Data.WORDS, Data.PHONE, Data.STOP),
        by=By.ALONE,
        effect="Nothing unasked is sent to this patient or number, and no time that came free is offered to them.",
        person="The patient tells the team, who can book them at any time.",
        made_in=("consent.ledger.withdraw", "consent.ledger.has_opted_out", "consent.ledger.opted_out_among"),
    ),
)
