"""Wanting no more messages: recorded at once, whoever it is, and the conversation goes on."""

from __future__ import annotations

from routiq.robyn import wording
from routiq.robyn.flows import beyond, handover
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.understanding.commands import End
from routiq.robyn.understanding.reader import Question


def record(turn: Turn) -> Said:
    """Nobody is asked who they are: stopping is for whoever holds the number."""
    memory = turn.memory
    if not memory.caller and not memory.patient_id:
        return handover.begin_call_back(turn, "Wants no more messages; the number is withheld", wording.CALLER_NAME)
    turn.desk.opt_out(memory.caller, memory.patient_id, turn.heard, f"conversation:{turn.conversation_id}")
    turn.did("opted_out")
    if turn.has(End):
        return Said(f"{wording.OPTED_OUT} {wording.GOODBYE}", ended=True)
    if turn.practice.live and beyond.is_under_way(turn):
        return Said(f"{wording.OPTED_OUT} {handover.asked_again(turn)}")
    return turn.ask(Question.ANYTHING_ELSE, f"{wording.OPTED_OUT} {wording.ANYTHING_ELSE}")
