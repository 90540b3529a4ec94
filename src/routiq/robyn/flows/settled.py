"""A change that was sent and not confirmed: told as soon as the journal knows how it ended (B7)."""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.flows.turn import Turn
from routiq.robyn.wording import changes

_DONE = {"move": changes.MOVED_SINCE, "cancellation": changes.CANCELLED_SINCE}
_NOT_DONE = {"move": changes.NOT_MOVED_SINCE, "cancellation": changes.NOT_CANCELLED_SINCE}


def news(turn: Turn) -> str:
    """What is known now of the change that was pending; empty while it is not."""
    memory = turn.memory
    stored = turn.desk.stored_change(memory.pending) if memory.pending else None
    if stored is None or stored.open or stored.patient_id != memory.patient_id:
        return ""
    memory.pending = ""
    turn.did("settled", write=stored.write_id, done=stored.done)
    said = str((_DONE if stored.done else _NOT_DONE).get(stored.kind, ""))
    return wording.and_text(said, stored.done and stored.text_follows)
