"""Looking for times and putting a few of them on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from routiq.frontdesk.wishes import Choice, Habit, NoTimes, OfferedTime, Times, Wish
from routiq.robyn import wording
from routiq.robyn.flows import handover, naming, sooner
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.flows.wishing import as_wish, widened
from routiq.robyn.memory import OFFER_LASTS, Flow, Offer, Window
from routiq.robyn.understanding.commands import What
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes

MOST_OFFERS = 3


def search(turn: Turn, lead: str = "") -> Said:
    """Look for times and offer them, or say why there are none. ``lead`` is said before."""
    memory, menu = turn.memory, turn.context.menu
    memory.clear_table()
    habit = turn.desk.habit_of(memory.patient_id)
    kind = _type(turn)
    if not kind:
        if not menu.appointment_types:
            return _none(turn, Times(reason=NoTimes.UNAVAILABLE), lead)
        if habit.appointment_type_id in _ids(menu.appointment_types):
            return naming.is_it_this_type(turn, habit.appointment_type_id, lead)
        return naming.pick(turn, What.APPOINTMENT_TYPE)
    if unsure := next((window for window in memory.want.windows if window.unsure), None):
        return turn.ask(Question.WHICH_DAY, f"{lead} {wording.which_day(unsure.days, turn.today)}".strip())
    windows = memory.want.windows or (Window(),)
    base = _whom_and_where(turn, kind, habit)
    times = _find(turn, base, windows)
    if times.reason is NoTimes.FULL:
        sooner.note(turn, windows)
    if times.reason is NoTimes.FULL and len(windows) == 1:
        near, why = _nearest(turn, base, windows[0])
        if near:
            return put_on_table(turn, near, lead or why)
    if not times.offers:
        return _none(turn, times, lead)
    others = _usual_has_none(turn, times.offers, base.prefer) if kind == habit.appointment_type_id else ""
    said = put_on_table(turn, times.offers, f"{lead} {others}".strip())
    if len(times.offers) == 1 and len(windows) == 1 and _is_exact(windows[0]) and not others:
        return read_back(turn, memory.offers[0], lead)
    return said


def _is_exact(window: Window) -> bool:
    """One day and one time were asked for, so that one answer needs no choice."""
    return bool(window.at and len(window.days) == 1 and not (window.not_before or window.not_after))


def _nearest(turn: Turn, base: Wish, window: Window) -> tuple[tuple[OfferedTime, ...], str]:
    """Times near what was asked for, at least two if there are, and why not exactly it."""
    best: tuple[OfferedTime, ...] = ()
    why = ""
    for wider, reason in widened(window):
        near = _find(turn, base, (wider,)).offers
        if len(near) > len(best):
            best, why = near, wording.NOT_EXACTLY if reason == "exact" else wording.NOTHING_THEN
        if len(best) > 1:
            break
    return best, why


def _type(turn: Turn) -> str:
    """The one that was named or agreed to, or the only one; what is merely usual is asked about first (BOOK-09)."""
    known = _ids(turn.context.menu.appointment_types)
    wanted = turn.memory.want.appointment_type_id
    if wanted in known:
        return wanted
    return next(iter(known)) if len(known) == 1 else ""


def _whom_and_where(turn: Turn, kind: str, habit: Habit) -> Wish:
    """As named; what is only usual comes first, and gives way where it has nothing (BOOK-06)."""
    want, menu = turn.memory.want, turn.context.menu
    is_usual_person = not (want.practitioner_id or want.anyone) and habit.practitioner_id in _ids(menu.practitioners)
    is_usual_place = not (want.location_id or want.anywhere) and habit.location_id in _ids(menu.locations)
    return Wish(
        appointment_type_id=kind,
        practitioner_id=want.practitioner_id,
        location_id=want.location_id,
        leave_out=turn.memory.declined,
        prefer=Habit(
            practitioner_id=habit.practitioner_id if is_usual_person else "",
            location_id=habit.location_id if is_usual_place else "",
        ),
        held_for=turn.who,
    )


def _ids(choices: Sequence[Choice]) -> set[str]:
    return {choice.id for choice in choices}


def _usual_has_none(turn: Turn, times: Sequence[OfferedTime], prefer: Habit) -> str:
    """What is said first when all that is offered is with somebody else than they usually see for this."""
    if not prefer.practitioner_id or any(time.practitioner_id == prefer.practitioner_id for time in times):
        return ""
    usual = next(each for each in turn.context.menu.practitioners if each.id == prefer.practitioner_id)
    return wording.usual_has_none(usual.name)


def _find(turn: Turn, base: Wish, windows: Sequence[Window]) -> Times:
    found: dict[tuple[datetime, str], OfferedTime] = {}
    reasons: list[Times] = []
    for window in windows:
        wish = replace(as_wish(window, base), count=MOST_OFFERS if len(windows) == 1 else 2)
        times = turn.desk.find_times(wish)
        turn.did("times_read", **_told(wish, times))
        reasons.append(times)
        for offer in times.offers:
            if offer.starts_at > turn.now:
                found.setdefault((offer.starts_at, offer.practitioner_id), offer)
    offers = tuple(sorted(found.values(), key=lambda offer: offer.starts_at))[:MOST_OFFERS]
    if offers:
        return Times(offers=offers)
    return next((times for times in reasons if times.reason), Times(reason=NoTimes.FULL))


def _told(wish: Wish, times: Times) -> dict[str, Any]:
    plain = {
        key: value for key, value in msgspec.to_builtins(wish).items() if value and key not in ("prefer", "held_for")
    }
    return {
        "wish": plain,
        "offers": [offer.starts_at.isoformat() for offer in times.offers],
        "reason": times.reason.value if times.reason else "",
        "requests": times.requests,
    }


def put_on_table(turn: Turn, times: Sequence[OfferedTime], lead: str = "") -> Said:
    memory = turn.memory
    memory.rounds += 1
    expires = turn.now + OFFER_LASTS
    memory.offers = tuple(
        Offer(token=f"{memory.rounds}{'abcdef'[place]}", time=time, expires_at=expires)
        for place, time in enumerate(times[:MOST_OFFERS])
    )
    memory.chosen = ""
    turn.did("offered", tokens=[offer.token for offer in memory.offers])
    said = wording.offers(
        [offer.time for offer in memory.offers], turn.today, say_location=len(turn.context.menu.locations) > 1
    )
    return turn.ask(Question.CHOICE, f"{lead} {said}".strip())


def read_back(turn: Turn, offer: Offer, lead: str = "") -> Said:
    """Say what the practice wants said before each booking, then exactly what would be booked or moved, and ask for a
    yes, if the offer still holds."""
    if turn.now >= offer.expires_at:
        return look_again(turn, offer)
    turn.held = True
    if not turn.desk.hold(offer.time, turn.who):
        # In another conversation this very time is being thought about.
        turn.memory.declined = (*turn.memory.declined, offer.time.starts_at)
        return search(turn, changes.MOVE_TAKEN if turn.memory.flow is Flow.MOVE else wording.JUST_TAKEN)
    turn.memory.chosen = offer.token
    turn.did("read_back", token=offer.token)
    memory = turn.memory
    if memory.flow is Flow.MOVE:
        said = changes.read_back_move(memory.change.about[0].time, offer.time, turn.today)
    else:
        said = wording.read_back(offer.time, memory.patient_called, turn.today)
    return turn.ask(Question.CONFIRM, " ".join(filter(None, (lead, turn.desk.booking_instructions(), said))))


def look_again(turn: Turn, offer: Offer) -> Said:
    """An offer that has expired: read back anew when the time is still free, else others."""
    time = offer.time
    start = time.local_start
    wish = Wish(
        appointment_type_id=time.appointment_type_id,
        practitioner_id=time.practitioner_id,
        location_id=time.location_id,
        days=(start.date(),),
        not_before=start.time(),
        not_after=start.time(),
        count=1,
        held_for=turn.who,
    )
    times = turn.desk.find_times(wish)
    turn.did("times_read", **_told(wish, times))
    same = [found for found in times.offers if found.starts_at == time.starts_at and found.starts_at > turn.now]
    if not same:
        return search(turn, wording.NO_LONGER)
    put_on_table(turn, same[:1])
    return read_back(turn, turn.memory.offers[0], wording.WAIT_WHILE)


def _none(turn: Turn, times: Times, lead: str) -> Said:
    memory = turn.memory
    moving = memory.flow is Flow.MOVE
    if times.reason is NoTimes.TOO_SOON:
        return turn.ask(Question.OTHER_DAYS, f"{lead} {wording.TOO_SOON}".strip())
    if times.reason is NoTimes.BEYOND:
        return turn.ask(Question.OTHER_DAYS, f"{lead} {wording.BEYOND}".strip())
    if times.reason is NoTimes.NOT_OFFERED and (memory.want.practitioner_id or memory.want.location_id):
        return turn.ask(Question.ANYONE_ELSE, f"{lead} {wording.ANYONE_ELSE}".strip())
    if times.reason is NoTimes.FULL:
        if any(window != Window() for window in memory.want.windows):
            return turn.ask(Question.OTHER_DAYS, f"{lead} {wording.OTHER_DAYS}".strip())
        nothing = changes.NOTHING_FREE if moving else wording.NOTHING_AT_ALL
        return handover.hand_over(turn, "No free time found online", f"{lead} {nothing}".strip())
    if times.reason is NoTimes.UNAVAILABLE:
        reason = f"Wants an appointment; times could not be read. {times.advice}"
        return handover.hand_over(
            turn, reason.strip(), f"{lead} {changes.MOVE_DOWN if moving else wording.SYSTEM_DOWN}".strip()
        )
    reason = f"Wants an appointment that cannot be booked online. {times.advice}"
    sentence = changes.NOT_ONLINE if moving else wording.TEAM_WILL_CALL
    return handover.hand_over(turn, reason.strip(), f"{lead} {sentence}".strip())
