"""What was asked for was not free and something later was taken: the waiting list is offered for sooner (WL-01)."""

from __future__ import annotations

from datetime import datetime, time

from routiq.frontdesk.waitlist import Joining, JoinRequest
from routiq.frontdesk.wanted import Days, When
from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn import wording as words
from routiq.robyn.flows import afterwards, beyond
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.flows.wishing import NEAR
from routiq.robyn.memory import Missed, Sooner, Window
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import telling as wording


def note(turn: Turn, windows: tuple[Window, ...]) -> None:
    """Nothing is free then. What was wished for first is what they would like best, whatever they take instead."""
    memory = turn.memory
    if memory.missed is None and windows and windows[0] != Window():
        memory.missed = Missed(windows[0], memory.want.practitioner_id, memory.want.location_id)


def offer(turn: Turn, said: str, missed: Missed | None, appointment_id: str, taken: OfferedTime) -> Said:
    """After ``said``, "booked" or "moved", the waiting list is offered where ``taken`` is later than what was missed,
    else it goes on."""
    if missed is None or not _is_later(turn, missed.window, taken):
        return afterwards.ask_next(turn, said)
    turn.memory.sooner = Sooner(appointment_id, taken, missed)
    return turn.ask(Question.WANTS_SOONER, f"{said} {words.SOONER}")


def decline(turn: Turn) -> Said:
    turn.memory.sooner = None
    return afterwards.ask_next(turn, str(words.NO_WORRIES))


def join(turn: Turn) -> Said:
    """They want to be told: of what comes free from when they had wished for on, and before what they have now."""
    memory, sooner = turn.memory, turn.memory.sooner
    assert sooner is not None
    taken, missed = sooner.time, sooner.missed
    answer = turn.desk.join_waitlist(
        JoinRequest(
            intent_key=f"{turn.who}:sooner:{sooner.appointment_id}",
            channel=turn.channel,
            asked_by=turn.who,
            accepting_words=turn.heard,
            patient_id=memory.patient_id,
            appointment_type_id=taken.appointment_type_id,
            practitioner_id=missed.practitioner_id,
            location_id=missed.location_id or taken.location_id,
            when=_when(turn, missed.window, taken),
            sooner_than=sooner.appointment_id,
        )
    )
    memory.sooner = None
    turn.did("joined_waitlist", outcome=answer.outcome.value, entry=answer.entry_id)
    said = wording.ON_THE_LIST_FOR_SOONER
    if answer.outcome is Joining.NOT_ALLOWED:
        beyond.leave_once(
            turn, "JoinWaitlist", f"Wants to be told when something sooner comes free. {answer.message}"
        )
        said = words.WAITLIST_PASSED_ON
    return afterwards.ask_next(turn, str(said))


def _begins(turn: Turn, window: Window) -> datetime:
    """From when on it was wished for, by the clock at the location."""
    first = min(window.days, default=window.first_day or turn.today)
    return datetime.combine(max(first, turn.today), window.at or window.not_before or time.min)


def _is_later(turn: Turn, window: Window, taken: OfferedTime) -> bool:
    """By more than anybody would wait for."""
    return taken.local_start.replace(tzinfo=None) > _begins(turn, window) + NEAR


def _when(turn: Turn, window: Window, taken: OfferedTime) -> When:
    """The part of the day as it was wished for; a time to the minute is not waited for."""
    return When(
        days=(Days(_begins(turn, window).date(), taken.local_start.date()),),
        weekdays=window.weekdays,
        not_before=window.not_before,
        not_after=window.not_after,
    )
