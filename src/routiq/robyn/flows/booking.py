"""Booking an appointment: who, what, when, which, yes, booked. One question at a time, and each may be corrected.

Only a time on the table can be read back, only what was read back can be agreed to, and only a plain yes to exactly
that books it (B3, B4).
"""

from __future__ import annotations

import msgspec

from routiq.robyn import wording
from routiq.robyn.flows import (
    choosing,
    confirming,
    handover,
    identify,
    naming,
    offering,
    rescheduling,
    sooner,
    table,
    wishing,
)
from routiq.robyn.flows.turn import Said, Turn
from routiq.robyn.memory import Flow, Offer, Window
from routiq.robyn.understanding.commands import Affirm, Ask, AskOthers, Choose, Deny, StartBooking, What
from routiq.robyn.understanding.reader import Question
from routiq.robyn.wording import changes, registering

_IDENTITY = {Question.WHO, Question.FULL_NAME, Question.DATE_OF_BIRTH}


def proceed(turn: Turn) -> Said:
    """One turn of the flow."""
    memory = turn.memory
    if not memory.patient_id:
        return _while_unknown(turn)
    asked_what, asked_about = memory.listed_what, memory.listed
    own_type = memory.change.about[0].time.appointment_type_id if memory.flow is Flow.MOVE else ""
    if own_type:
        memory.want.appointment_type_id = own_type  # Whatever a question has named in between.
    changed, unclear = naming.take_names(turn)
    if own_type and memory.want.appointment_type_id != own_type:
        return _of_another_type(turn)
    if unclear:
        take_wishes(turn)
        return unclear
    if memory.question is Question.CONFIRM and memory.offer(memory.chosen):
        return _at_confirm(turn, changed)
    if memory.offers and memory.question in {Question.CHOICE, Question.WHEN}:
        return _at_choice(turn, changed)
    if memory.question is Question.THIS_TYPE:
        return _at_this_one(turn, changed, asked_what or What.APPOINTMENT_TYPE, asked_about)
    if memory.question is Question.WHICH_DAY:
        return _at_which_day(turn, changed)
    if memory.question in {Question.OTHER_DAYS, Question.ANYONE_ELSE}:
        return _at_loosening(turn, changed)
    if memory.question is Question.ANYTHING_ELSE:
        return _at_anything_else(turn, changed)
    if memory.question is Question.WANTS_BOOKING:
        return _at_wants_booking(turn, changed)
    if memory.question is Question.WANTS_SOONER:
        return _at_wants_sooner(turn, changed)
    if changed or turn.wishes or turn.has(StartBooking, AskOthers):
        return _look(turn)
    if memory.question is Question.PICK and turn.has(Affirm):
        return handover.once_more(turn, handover.asked_again(turn))
    if memory.wants_booking and turn.has(Affirm):
        return _look(turn)
    if memory.question is Question.OPEN and turn.has(Affirm):
        memory.wants_booking = True
        return _look(turn)
    if turn.has(Deny):
        return give_up(turn)
    return handover.not_understood(turn)


def _of_another_type(turn: Turn) -> Said:
    """A move keeps the type. Whoever wants another one as well wants two things, of which the second may fail."""
    names = {choice.id: choice.name for choice in turn.context.menu.appointment_types}
    now = changes.visits_for_staff([turn.memory.change.about[0].time])
    reason = f"Wants {names[turn.memory.want.appointment_type_id]} instead of what is booked: {now}"
    return choosing.team_only(turn, changes.TYPE_BY_TEAM, reason)


def _while_unknown(turn: Turn) -> Said:
    """Wishes said before it is clear who calls are kept."""
    memory = turn.memory
    naming_wish = naming.take_names(turn)[0]
    past = take_wishes(turn)
    memory.wants_booking = memory.wants_booking or naming_wish or bool(turn.wishes) or turn.has(StartBooking)
    memory.listed_what, memory.listed = None, ()
    asked = identify.proceed(turn)
    if asked:
        return asked
    if past:
        return turn.ask(Question.WHEN, wording.GONE_BY)
    if memory.wants_booking:
        return offering.search(turn)
    return turn.ask(Question.WHEN, wording.WHEN)


def take_wish(turn: Turn) -> None:
    """Take what was said of days, times and names into the wish; what is not plain is asked about later."""
    naming.keep_names(turn)
    take_wishes(turn)


def begin(turn: Turn) -> Said:
    """Make an appointment by what is wished so far, for whom it is about now."""
    return identify.proceed(turn) or offering.search(turn)


def take_wishes(turn: Turn) -> bool:
    """Take what was said of days and times into the wish. Whether all of it had gone by."""
    memory = turn.memory
    wishes = [wish for wish in turn.wishes if not wish.past]
    if turn.wishes and not wishes:
        return True
    if wishes:
        memory.want.windows = wishing.refined(memory.want.windows, wishes)
    return False


def _look(turn: Turn, lead: str = "", *, single: bool = False) -> Said:
    """Look for times by all that was wished so far."""
    memory = turn.memory
    memory.wants_booking = True
    moved = next((wish for wish in turn.wishes if wish.later or wish.earlier), None)
    on_table = _relevant(turn) if single else memory.offers
    if take_wishes(turn):
        return turn.ask(Question.WHEN, wording.GONE_BY)
    if moved and on_table and not (moved.names_day or moved.names_time):
        window = memory.want.windows[0] if memory.want.windows else Window()
        memory.want.windows = (wishing.relative(window, on_table, later=moved.later, single=single),)
        memory.declined = (*memory.declined, *(offer.time.starts_at for offer in on_table))
    return offering.search(turn, lead)


def _relevant(turn: Turn) -> tuple[Offer, ...]:
    chosen = turn.memory.offer(turn.memory.chosen)
    return (chosen,) if chosen else turn.memory.offers


def _decline(turn: Turn) -> None:
    memory = turn.memory
    memory.declined = (*memory.declined, *(offer.time.starts_at for offer in memory.offers))


def _at_choice(turn: Turn, changed: bool) -> Said:
    """Times are on the table: one is taken, others are asked for, or the wish changes."""
    memory = turn.memory
    if changed:
        return _look(turn)
    if choice := turn.first(Choose):
        offer = table.chosen(memory.offers, choice)
        if offer and not turn.has(Deny):
            return offering.read_back(turn, offer)
        if choice.but:
            gone = memory.offers[choice.but - 1 : choice.but]
            memory.declined = (*memory.declined, *(offer.time.starts_at for offer in gone))
            memory.offers = tuple(offer for offer in memory.offers if offer not in gone)
    if turn.wishes:
        fitting = table.pointed_at(memory.offers, turn.wishes)
        if len(fitting) == 1 and not turn.has(Deny, AskOthers):
            return offering.read_back(turn, fitting[0])
        if 1 < len(fitting) < len(memory.offers) and not turn.has(Deny, AskOthers):
            return turn.ask(Question.CHOICE, wording.which_of([offer.time for offer in fitting], turn.today))
        if turn.has(Deny, AskOthers):
            _decline(turn)
        return _look(turn)
    if turn.has(AskOthers):
        _decline(turn)
        return _look(turn)
    if turn.has(Deny):
        _decline(turn)
        memory.clear_table()
        return turn.ask(Question.WHEN, wording.NONE_OF_THOSE)
    if turn.has(Affirm, Choose):
        if len(memory.offers) == 1:
            return offering.read_back(turn, memory.offers[0])
        which = wording.which_of([offer.time for offer in memory.offers], turn.today)
        return handover.once_more(turn, which)
    if turn.has(StartBooking):
        return _look(turn)
    return handover.not_understood(turn)


def _at_confirm(turn: Turn, changed: bool) -> Said:
    """Something was read back. A plain yes books it; anything else about it voids it first."""
    memory = turn.memory
    offer = memory.offer(memory.chosen)
    assert offer is not None
    others = [other for other in memory.offers if other.token != offer.token]
    if changed and not _same_as(turn, offer):
        return _look(turn, single=True)
    restated = all(table.is_choice(wish) and table.fits(offer, wish) for wish in turn.wishes)
    if turn.wishes and (turn.has(Deny) or not restated):
        fitting = table.pointed_at(others, turn.wishes)
        if len(fitting) == 1:
            return offering.read_back(turn, fitting[0])
        if turn.has(Deny, AskOthers):
            memory.declined = (*memory.declined, offer.time.starts_at)
        return _look(turn, single=True)
    if (choice := turn.first(Choose)) and choice != Choose():
        other = others[0] if choice.other and len(others) == 1 else table.chosen(memory.offers, choice)
        if other and not (turn.has(Affirm) and other.token == offer.token):
            return offering.read_back(turn, other)
    if turn.has(AskOthers):
        _decline(turn)
        return _look(turn)
    if turn.has(Affirm) and not turn.has(Deny):
        if turn.has(Ask):
            return turn.ask(Question.CONFIRM, handover.asked_again(turn) if turn.known else wording.PLAIN_YES)
        if turn.now >= offer.expires_at:
            return offering.look_again(turn, offer)
        return rescheduling.move(turn, offer) if memory.flow is Flow.MOVE else confirming.book(turn, offer)
    if turn.has(Deny) and not turn.has(Affirm):
        memory.chosen = ""
        said = changes.NOT_MOVED if memory.flow is Flow.MOVE else wording.NOT_BOOKED
        return turn.ask(Question.WHEN, said)
    return handover.not_understood(turn)


def _same_as(turn: Turn, offer: Offer) -> bool:
    """Whether what was named is what was read back anyway."""
    want, time = turn.memory.want, offer.time
    return (
        want.practitioner_id in ("", time.practitioner_id)
        and want.location_id in ("", time.location_id)
        and want.appointment_type_id in ("", time.appointment_type_id)
        and not (want.anyone and not want.practitioner_id and turn.has(AskOthers))
    )


def _at_this_one(turn: Turn, changed: bool, what: What, asked_about: tuple[str, ...]) -> Said:
    """It was asked whether this type, or this place, is meant: a yes takes it, and so does whoever goes on with the
    day or the practitioner. A no asks which it is instead."""
    if asked_about and not naming.wanted(turn.memory, what):
        if turn.has(Deny):
            take_wishes(turn)
            others = [choice.id for choice in naming.choices(turn.context.menu, what) if choice.id not in asked_about]
            return naming.pick(turn, what, tuple(others))
        if not (changed or turn.wishes or turn.has(Affirm, StartBooking)):
            turn.memory.listed_what, turn.memory.listed = what, asked_about
            return handover.not_understood(turn)
        naming.take(turn.memory, what, asked_about[0])
    return _look(turn)


def _at_loosening(turn: Turn, changed: bool) -> Said:
    """It was asked whether other days, or anyone else, would do."""
    memory = turn.memory
    if turn.wishes or changed:
        return _look(turn)
    if turn.has(Affirm, AskOthers, StartBooking) and not turn.has(Deny):
        if memory.question is Question.ANYONE_ELSE:
            memory.want.practitioner_id, memory.want.anyone = "", True
            memory.want.location_id, memory.want.anywhere = "", True
        else:
            memory.want.windows = _loosened(memory.want.windows)
        return _look(turn)
    if turn.has(Deny):
        return turn.ask(Question.WHEN, wording.WHEN)
    return handover.not_understood(turn)


def give_up(turn: Turn) -> Said:
    """Nothing was written, and nothing is: what there is stays as it is (BOOK-12)."""
    flow = turn.memory.flow
    turn.memory.start_over()
    turn.memory.queue = ()
    said = {Flow.MOVE: changes.STAYS, Flow.REGISTER: registering.STOPPED}.get(flow)
    return turn.ask(Question.ANYTHING_ELSE, f"{said} {wording.ANYTHING_ELSE}" if said else wording.NOTHING_MORE_TAKEN)


def _at_wants_booking(turn: Turn, changed: bool) -> Said:
    """It was asked whether to book at all."""
    if turn.has(Affirm, StartBooking, AskOthers) or turn.wishes or changed:
        return _look(turn)
    if turn.has(Deny):
        turn.memory.start_over()
        return turn.ask(Question.ANYTHING_ELSE, f"{wording.NO_WORRIES} {wording.ANYTHING_ELSE}")
    return handover.not_understood(turn)


def _at_wants_sooner(turn: Turn, changed: bool) -> Said:
    """It was asked whether to be told when something sooner comes free."""
    if changed or turn.wishes or turn.has(StartBooking):
        return _look(turn)
    if turn.has(Affirm) and not turn.has(Deny):
        return sooner.join(turn)
    if turn.has(Deny):
        return sooner.decline(turn)
    return handover.not_understood(turn)


def _at_which_day(turn: Turn, changed: bool) -> Said:
    """A day had two readings: one of them is taken, or the wish changes."""
    memory = turn.memory
    unsure = next((window for window in memory.want.windows if window.unsure), Window())
    days, wish = unsure.days, next((wish for wish in turn.wishes if wish.names_day), None)
    left = wishing.meant(days, wish) if wish else ()
    choice = turn.first(Choose)
    if not wish and choice and choice.position:
        left = days[choice.position - 1 :][:1] if choice.position > 0 else days[-1:]
    elif not wish and turn.has(Affirm) and not turn.has(Deny):
        left = days
    if len(left) == 1:
        memory.want.windows = (msgspec.structs.replace(unsure, days=left, unsure=False),)
        if wish and wish.names_time:
            at_time = msgspec.structs.replace(wish, days=(), weekdays=(), first_day=None, last_day=None)
            memory.want.windows = wishing.refined(memory.want.windows, [at_time])
        return offering.search(turn)
    if turn.wishes or changed:
        return _look(turn)
    if turn.has(Deny):
        memory.want.windows = ()
        return turn.ask(Question.WHEN, wording.WHEN)
    return handover.not_understood(turn)


def _loosened(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Without the days; and without the time of day, when there were no days to let go."""
    kept = {
        msgspec.structs.replace(window, days=(), weekdays=(), first_day=None, last_day=None) for window in windows
    }
    if kept == set(windows):
        return ()
    return tuple(window for window in kept if window != Window())


def _at_anything_else(turn: Turn, changed: bool) -> Said:
    memory = turn.memory
    if memory.waiting:
        return turn.ask(Question.ANYTHING_ELSE, wording.STILL_NOT_CONFIRMED)
    if changed or turn.wishes or turn.has(StartBooking):
        return _look(turn)
    if turn.has(AskOthers):
        return turn.ask(Question.WHEN, wording.HELP_AGAIN)
    if turn.has(Affirm):
        return turn.ask(Question.WHEN, wording.HELP_AGAIN)
    return handover.not_understood(turn)
