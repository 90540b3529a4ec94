"""When somebody wants to be told of hand-overs: each at once, together once an hour or a day, not in quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from routiq.practices.models import Membership, Practice
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation.triggers import Trigger

MORNING = time(8, 0)
"""When the e-mail of a day comes, by the practice's clock."""
_PACE = Membership.HandOverPace


def moment(now: datetime, pace: str, quiet: tuple[time, time] | None = None) -> datetime:
    """When what comes up ``now`` is told; ``now`` itself is at once. Pure; ``now`` is aware, in the practice's zone.
    ``quiet`` is from when until when nothing comes, also past midnight."""
    at = now
    if pace == _PACE.HOURLY:
        at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif pace == _PACE.DAILY:
        at = _next(now, MORNING)
    return _next(at, quiet[1]) if quiet and _is_quiet(at.time(), *quiet) else at


def _is_quiet(clock: time, start: time, end: time) -> bool:
    return start <= clock < end if start <= end else clock >= start or clock < end


def _next(after: datetime, clock: time) -> datetime:
    """The first such time by the clock after it."""
    same_day = datetime.combine(after.date(), clock, after.tzinfo)
    return same_day if same_day > after else datetime.combine(after.date() + timedelta(days=1), clock, after.tzinfo)


def sorted_out(
    trigger: Trigger, addresses: Sequence[str], now: datetime
) -> tuple[list[str], list[tuple[Membership, datetime]]]:
    """Of the addresses those that are written to at once, and the logins that are told later, each with when. An
    emergency waits for nobody's hour. Asked in the practice in force."""
    if trigger is Trigger.EMERGENCY or not addresses:
        return list(addresses), []
    own = Membership.objects.filter(person__is_active=True).exclude(hand_over_pace=_PACE.AT_ONCE, quiet_from=None)
    logins = {login.person.email.lower(): login for login in own.select_related("person")}
    local = now.astimezone(Practice.objects.get(pk=current_practice_id()).zone)
    later = [
        (login, due_at)
        for address in addresses
        if (login := logins.get(address.lower())) and (due_at := _due(login, local)) > now
    ]
    waiting = {login.person.email.lower() for login, _ in later}
    return [address for address in addresses if address.lower() not in waiting], later


def _due(login: Membership, now: datetime) -> datetime:
    quiet = (login.quiet_from, login.quiet_until) if login.quiet_from and login.quiet_until else None
    return moment(now, login.hand_over_pace, quiet)
