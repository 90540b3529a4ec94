"""Joining the waiting list: who, for what, when; then it is said what is waited for."""

from __future__ import annotations

from routiq.frontdesk.waitlist import Joining, JoinRequest
from routiq.frontdesk.wanted import When, of_wish
from routiq.frontdesk.wishes import Wish
from routiq.robyn import wording as words
from routiq.robyn.flows import aside, beyond, identify, naming, wishing
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Flow, Want
from routiq.robyn.understanding.commands import Deny, What
from routiq.robyn.wording import telling as wording
from routiq.robyn.wording.moments import listed, spoken_day


def begin(turn: Turn) -> Said:
    """A booking under way goes on afterwards; what was wished for it is what is waited for, unless more is said."""
    memory = turn.memory
    aside.begin(turn, Flow.WAIT)
    if memory.aside is None and not memory.offers:
        memory.want = Want()
    return proceed(turn)


def proceed(turn: Turn) -> Said:
    memory = turn.memory
    naming.take_names(turn)
    windows = wishing.refined(memory.want.windows, [wish for wish in turn.wishes if not wish.past])
    if not memory.offers:
        memory.want.windows = windows
    if not memory.patient_id and (asked := identify.proceed(turn)):
        return asked
    menu = turn.context.menu
    known = {choice.id for choice in menu.appointment_types}
    habit = turn.desk.habit_of(memory.patient_id)
    kind = memory.want.appointment_type_id or habit.appointment_type_id
    if kind not in known:
        if len(known) != 1:
            return aside.end(turn, words.STAYS_OFF) if turn.has(Deny) else naming.pick(turn, What.APPOINTMENT_TYPE)
        (kind,) = known
    wish = wishing.as_wish(windows[0], Wish(appointment_type_id=kind)) if len(windows) == 1 else None
    when = of_wish(wish) if wish else When()
    answer = turn.desk.join_waitlist(
        JoinRequest(
            intent_key=f"conversation:{turn.conversation_id}:wait:{kind}:{memory.want.practitioner_id}:"
            f"{memory.want.location_id}:{when.in_words()}"[:120],
            channel=turn.channel,
            asked_by=f"conversation:{turn.conversation_id}",
            accepting_words=turn.heard,
            patient_id=memory.patient_id,
            appointment_type_id=kind,
            practitioner_id=memory.want.practitioner_id,
            location_id=memory.want.location_id,
            when=when,
        )
    )
    turn.did("joined_waitlist", outcome=answer.outcome.value, entry=answer.entry_id)
    if answer.outcome is Joining.NOT_ALLOWED or len(windows) > 1:
        reason = f"Wants to be told when something comes free. {answer.message}".strip()
        beyond.leave_once(turn, "JoinWaitlist", reason)
        return _done(turn, str(words.WAITLIST_PASSED_ON))
    names = {choice.id: choice.name for choice in (*menu.appointment_types, *menu.practitioners, *menu.locations)}
    said = wording.on_the_list(names[kind], names.get(memory.want.practitioner_id, ""), _days(turn))
    return _done(turn, said)


def _days(turn: Turn) -> str:
    """The days that were said, in words."""
    return listed(spoken_day(day, turn.today) for window in turn.memory.want.windows for day in window.days)


def _done(turn: Turn, said: str) -> Said:
    memory = turn.memory
    if memory.aside is None and not memory.offers:
        memory.want = Want()
    return aside.end(turn, said)
