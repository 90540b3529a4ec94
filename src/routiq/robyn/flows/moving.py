"""Moving an appointment: who, which, where to, yes, moved. The times are looked for, chosen and read back as for a
booking; the old one stands until the new one is certain (B8), and giving up leaves it as it is (BOOK-12)."""

from __future__ import annotations

from datetime import timedelta

from routiq.robyn.flows import aside, booking, choosing, naming, offering, proving, wishing
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Change, Flow, Want, Window
from routiq.robyn.understanding.commands import Correct, StartBooking, StartReschedule, WishTime
from routiq.robyn.understanding.reader import JUST_ARRANGED
from routiq.robyn.wording import changes


def begin(turn: Turn, wish: StartReschedule) -> Said:
    """Where it shall go, as far as it was said with it, is kept until it is clear who and which."""
    memory = turn.memory
    if memory.flow is Flow.MOVE and memory.change.about and memory.offers:
        return booking.proceed(turn)
    memory.start_over()
    aside.begin(turn, Flow.MOVE)
    memory.change = Change(which=wish.which)
    _take_target(turn)
    return proceed(turn)


def is_of_arranged(turn: Turn) -> bool:
    """Something else instead of what was booked or moved in this conversation: "no, I meant Friday" is no second
    booking."""
    memory = turn.memory
    idle = memory.question in JUST_ARRANGED and not (memory.waiting or memory.pending)
    return idle and memory.arranged is not None and turn.has(Correct) and not turn.has(StartBooking)


def begin_arranged(turn: Turn) -> Said:
    """Move what was booked or moved in this conversation."""
    arranged = turn.memory.arranged
    day = arranged.astimezone(turn.now.tzinfo).date() if arranged else None
    return begin(turn, StartReschedule(which=WishTime(days=(day,)) if day else None))


def proceed(turn: Turn) -> Said:
    """One turn of the flow."""
    memory = turn.memory
    if not memory.shown:
        _take_target(turn)
    if asked := proving.proceed(turn):
        return asked
    if memory.change.about:
        return booking.proceed(turn)
    if asked := choosing.choose(turn):
        return asked
    return _look(turn)


def _take_target(turn: Turn) -> None:
    memory = turn.memory
    wishes = [wish for wish in turn.wishes if not wish.past]
    if not memory.change.towards:
        moved = next((w for w in wishes if (w.earlier or w.later) and not (w.names_day or w.names_time)), None)
        memory.change.towards = ("earlier" if moved.earlier else "later") if moved else ""
    if told := [wish for wish in wishes if wish.names_day or wish.names_time or wish.soonest or wish.any_day]:
        memory.want.windows = wishing.refined(memory.want.windows, told)
    naming.take_names(turn)
    memory.listed_what, memory.listed = None, ()


def _look(turn: Turn) -> Said:
    """The same kind with the same person at the same place, unless another was named; never the time it has."""
    memory, (visit,) = turn.memory, turn.memory.change.about
    time, want = visit.time, memory.want
    lead = changes.to_be_moved(time, turn.today)
    if time.appointment_type_id not in {choice.id for choice in turn.context.menu.appointment_types}:
        reason = f"Wants to move what can't be booked online: {changes.visits_for_staff([time])}"
        return choosing.team_only(turn, changes.NOT_ONLINE, reason)
    people = {choice.id for choice in turn.context.menu.practitioners}
    memory.want = Want(
        practitioner_id=want.practitioner_id or ("" if want.anyone else time.practitioner_id),
        anyone=want.anyone or (not want.practitioner_id and time.practitioner_id not in people),
        appointment_type_id=time.appointment_type_id,
        location_id=want.location_id or ("" if want.anywhere else time.location_id),
        anywhere=want.anywhere,
        windows=want.windows or _towards(turn),
    )
    memory.declined = (time.starts_at,)
    memory.wants_booking = True
    return offering.search(turn, lead)


def _towards(turn: Turn) -> tuple[Window, ...]:
    """Earlier or later than it is now: the rest of its day, or other days."""
    memory = turn.memory
    start = memory.change.about[0].time.local_start
    day, minute, one = start.date(), timedelta(minutes=1), timedelta(days=1)
    if memory.change.towards == "later":
        return (Window(days=(day,), not_before=(start + minute).time()), Window(first_day=day + one))
    if memory.change.towards == "earlier":
        same = Window(days=(day,), not_after=(start - minute).time())
        return (Window(last_day=day - one), same) if day > turn.today else (same,)
    return ()
