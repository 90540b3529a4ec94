"""What is said about appointments that there are: told, moved, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from routiq.frontdesk.changes import Late
from routiq.frontdesk.wishes import OfferedTime
from routiq.robyn.language import _, in_source
from routiq.robyn.wording.moments import listed, listed_together, spoken_start

PROVE_NAME = _("To keep things private, may I have the first and last name the appointment is under?")
NAME_TO_BOOK = _("Thank you. May I have the first and last name, please?")
PROVE_NAME_AGAIN = _("I'm sorry, I can't find those details. May I have the first and last name once more?")
PROVE_LAST_NAME = _("Thank you. And the last name?")
PROVE_BORN = _("Thank you. And the date of birth?")
NOT_PROVEN = _("I'm sorry, I can't find those details, so I will ask our team to ring you back. What is your name?")
WITHOUT_PROOF = _("No worries. Without that I can't look at appointments, but I have asked our team to ring you.")

NO_VISIT = _("I can't see an appointment coming up.")
NONE_THEN = _("I can't see one then.")
STAYS = _("No worries, nothing is changed: it stays as it is.")
NOTHING_MOVED = _("I have not moved anything.")
NOTHING_CANCELLED = _("I have not cancelled anything.")
NOT_MOVED = _("No worries, I have not moved it. What other day or time would suit you?")
MOVE_TAKEN = _("I'm sorry, that time has just been taken, so nothing is moved.")
MOVE_FAILED = _("I'm sorry, I could not move it: your appointment stands as it was. Our team will ring you.")
MOVE_DOWN = _("I'm sorry, I can't reach our diary just now, so nothing is moved. I have asked our team to ring you.")
MOVE_UNSURE = _(
    "I have sent it, but the diary has not confirmed it yet, so I can't say which time stands. Our team will ring."
)
TYPE_BY_TEAM = _(
    "I can move it, but not make another appointment of it. I have asked our team to ring you; it stays as it is."
)
NOT_ONLINE = _("I can't move that kind of appointment myself. Nothing is changed; I have asked our team to ring you.")
CLASS_BY_TEAM = _("Classes are looked after by our team. Nothing is changed; I have asked them to ring you.")
CANCEL_FAILED = _("I'm sorry, I could not cancel it: it still stands. I have asked our team to ring you.")
CANCEL_DOWN = _(
    "I'm sorry, I can't reach our diary just now, so it is not cancelled. I have asked our team to ring you."
)
CANCEL_UNSURE = _("I have sent it, but the diary has not confirmed it yet. Our team will ring you to be sure.")
BY_TEAM = _(
    "It is less than {hours} hours before, and our team looks after those. It is not cancelled; they will ring you."
)
MOVED_SINCE = _("The diary has confirmed the move now.")
CANCELLED_SINCE = _("The diary has confirmed the cancellation now.")
NOT_MOVED_SINCE = _("The diary did not take the move; our team will ring you.")
NOT_CANCELLED_SINCE = _("The diary did not take the cancellation; our team will ring you.")
NOTHING_FREE = _("I can't find a free time online. Nothing is moved; I have asked our team to ring you.")
REBOOK = _("Shall I find you another time?")

_VISIT = _("{kind} with {practitioner}, {start}, at {location}")
_SHORT = _("{kind} with {practitioner}, {start}")
_WHICH = _("You have {visits}. Which one do you mean?")
_HAVE_ONE = _("You have one appointment coming up: {visit}.")
_HAVE_FEW = _("You have these coming up: {visits}.")
_HAVE_MORE = _("The next of your {number} appointments are: {visits}.")
_MOVING = _("Your {kind} with {practitioner} is on {start}.")
_READ_MOVE = _("So that moves your {kind} from {old} to {start}, with {practitioner} at {location}. Shall I move it?")
_MOVED = _("It is moved: {start}, {kind} with {practitioner} at {location}.")
_READ_CANCEL = _("That is your {visit}.")
_READ_CANCEL_ALL = _("These are {visits}.")
_SHALL_I, _SHALL_I_ALL = _("Shall I cancel it?"), _("Shall I cancel all of them?")
_LATE = _("It is less than {hours} hours before.")
_LATE_SOME = _("The next is less than {hours} hours away.")
_FEE = _("The clinic's fee for that is {fee}.")
_MAY_FEE = _("The clinic may charge for that.")
_DNA = _("By the clinic's rule it counts as a missed appointment.")
_STILL, _STILL_ALL = _("Do you still want me to cancel it?"), _("Do you still want me to cancel all of them?")
_CANCELLED = _("It is cancelled: {visit}.")
_CANCELLED_ALL = _("Cancelled: {visits}.")
_STILL_STANDS = _("I could not cancel {visits}; our team will ring you about that.")


def _visit(time: OfferedTime, today: date, *, short: bool = False) -> str:
    return (_SHORT if short else _VISIT).format(
        kind=time.appointment_type_name,
        practitioner=time.practitioner_name,
        start=spoken_start(time, today),
        location=time.location_name,
    )


def visits(times: Sequence[OfferedTime], today: date) -> str:
    return listed_together(_visit(time, today, short=True) for time in times)


@in_source
def visits_for_staff(times: Sequence[OfferedTime]) -> str:
    return "; ".join(_visit(time, time.local_start.date()) for time in times)


def which_visit(times: Sequence[OfferedTime], today: date) -> str:
    return _WHICH.format(visits=listed(_visit(time, today, short=True) for time in times))


def coming_up(times: Sequence[OfferedTime], total: int, today: date) -> str:
    if total == 1:
        return _HAVE_ONE.format(visit=_visit(times[0], today))
    return (_HAVE_FEW if total == len(times) else _HAVE_MORE).format(visits=visits(times, today), number=total)


def to_be_moved(time: OfferedTime, today: date) -> str:
    return _MOVING.format(
        kind=time.appointment_type_name, practitioner=time.practitioner_name, start=spoken_start(time, today)
    )


def _at(time: OfferedTime, today: date) -> dict[str, str]:
    return {
        "start": spoken_start(time, today),
        "kind": time.appointment_type_name,
        "practitioner": time.practitioner_name,
        "location": time.location_name,
    }


def read_back_move(old: OfferedTime, new: OfferedTime, today: date) -> str:
    return _READ_MOVE.format(old=spoken_start(old, today), **_at(new, today))


def moved(time: OfferedTime, today: date) -> str:
    return _MOVED.format(**_at(time, today))


def read_back_cancel(times: Sequence[OfferedTime], late: Late | None, today: date) -> str:
    """``late``: what the practice's rule means for the most pressing of them; said before the yes (BOOK-05)."""
    alone = len(times) == 1
    if alone:
        said = [_READ_CANCEL.format(visit=_visit(times[0], today))]
    else:
        said = [_READ_CANCEL_ALL.format(visits=visits(times, today))]
    if late is None:
        said.append(str(_SHALL_I if alone else _SHALL_I_ALL))
        return " ".join(said)
    said.append((_LATE if alone else _LATE_SOME).format(hours=late.window_hours))
    said.append(_FEE.format(fee=late.fee) if late.fee else str(_MAY_FEE))
    if late.counts_as_dna:
        said.append(str(_DNA))
    said.append(str(_STILL if alone else _STILL_ALL))
    return " ".join(said)


def cancelled(times: Sequence[OfferedTime], today: date) -> str:
    if len(times) == 1:
        return _CANCELLED.format(visit=_visit(times[0], today))
    return _CANCELLED_ALL.format(visits=visits(times, today))


def still_stands(times: Sequence[OfferedTime], today: date) -> str:
    return _STILL_STANDS.format(visits=visits(times, today))


def by_team(hours: int) -> str:
    return BY_TEAM.format(hours=hours)
