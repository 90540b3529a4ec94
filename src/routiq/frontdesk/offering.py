"""Offering a freed time to whoever on the waiting list is next (WL-02, WL-03): the highest priority first, then the
longest wait; one person at a time, for half an hour, and nobody more than twice a day (the practice can change both).

Whether the time is really to be had is asked of the vendor each time before it is offered, and once more by the
booking itself: until there is a yes nothing is held, and a caller may take it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import msgspec
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import Q, QuerySet
from django.utils import timezone
from psycopg.types.range import TimestamptzRange

from routiq.connections.connecting import live_connection
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import checks, wanted
from routiq.frontdesk import freed as freed_times
from routiq.frontdesk.carrying import blame
from routiq.frontdesk.delivery import delivery_to
from routiq.frontdesk.left_alone import want_to_be_left_alone
from routiq.frontdesk.matching import Stands, fits, zone_of
from routiq.frontdesk.models import FreedTime, SlotHold, SlotOffer, WaitlistEntry
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.who_does_what import Combination
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import AppointmentType, BookingRules, Location, Practitioner
from routiq.pms.errors import NotBookableOnline, NotFound, PmsError
from routiq.practices import audit
from routiq.practices.live import announce

#: Vendors offer starts that are at least so far apart.
_STEP = timedelta(minutes=5)
_LOCK_CLASS = 727407009


def until_when(time: OfferedTime) -> datetime:
    """Until when this is one person's to take, if it is offered now: no longer than it may be booked."""
    connection = live_connection()
    kind = AppointmentType.objects.filter(connection=connection, remote_id=time.appointment_type_id).first()
    rules = BookingRules.objects.filter(connection=connection).first()
    notice = timedelta(hours=checks.notice_hours(kind, rules) if kind else 0)
    return min(timezone.now() + timedelta(minutes=desk_rules().offer_minutes), time.starts_at - notice)


def offer_next(freed_id: int) -> SlotOffer | None:
    """Offer it to the next one whom it fits, if nobody has it on offer. ``None`` where there is nobody just now: it
    stays open for whoever may be offered something again or joins later, until it is taken or has passed. Outside a
    transaction."""
    freed = FreedTime.objects.filter(pk=freed_id, state=FreedTime.State.OPEN).select_related("connection__practice")
    found = freed.first()
    if found is None or found.offers.filter(state__in=SlotOffer.UNDER_WAY).exists():
        return None
    if found.starts_at <= timezone.now():
        freed_times.close(found, FreedTime.State.GONE)
        return None
    if checks.not_ready(found.connection) is not None:
        return None
    return _offer(found)


def _offer(freed: FreedTime) -> SlotOffer | None:
    connection, now = freed.connection, timezone.now()
    who = Practitioner.objects.filter(connection=connection, remote_id=freed.practitioner_remote_id).first()
    if who is None or _is_held(freed, who):
        return None  # Whether it is free is known in a minute or a few.
    asked: dict[str, list[OfferedTime]] = {}
    for entry in _who_waits(freed):
        if not _could_come(freed, entry) or _has_had_enough(entry, now):
            continue
        if not delivery_to(entry).is_open(connection.practice, now) or _wants_none(entry):
            continue
        kind = entry.appointment_type_remote_id
        if kind not in asked:
            try:
                asked[kind] = _times(freed, who, kind)
            except PmsError as error:
                blame(connection, error)
                return None  # Later, by the clock.
        for time in asked[kind]:
            if _suits(connection, entry, time):
                made = _make(freed, entry, who, time)
                if made is not None:
                    return made
    if asked and not any(asked.values()):
        freed_times.close(freed, FreedTime.State.GONE)
    elif asked:
        FreedTime.objects.filter(pk=freed.pk).update(looked_at=now)
    return None


def _is_held(freed: FreedTime, who: Practitioner) -> bool:
    """Is somebody just booking it, or thinking about it on the line?"""
    during = TimestamptzRange(freed.starts_at, freed.ends_at, "[)")
    held = SlotHold.objects.filter(practitioner_pk=who.pk, during__overlap=during, expires_at__gt=timezone.now())
    return held.exists()


def _who_waits(freed: FreedTime) -> QuerySet[WaitlistEntry]:
    """Whom it may fit, in the order in which they are asked; who was offered it already is not asked again."""
    day = freed.starts_at.astimezone(zone_of(freed.connection, freed.location_remote_id)).date()
    waiting = (
        WaitlistEntry.objects.filter(
            Q(last_day=None) | Q(last_day__gte=day),
            connection=freed.connection,
            state=WaitlistEntry.State.WAITING,
            practitioner_remote_id__in=["", freed.practitioner_remote_id],
            location_remote_id__in=["", freed.location_remote_id],
        )
        .exclude(patient_remote_id=freed.left_by)
        .exclude(patient_remote_id__in=freed.offers.values("patient_remote_id"))
    )
    return waiting.select_related("connection__practice").order_by("-priority", "created_at", "pk")


def _could_come(freed: FreedTime, entry: WaitlistEntry) -> bool:
    """Does their when leave any start within what came free? Asked before the vendor is."""
    when, start = wanted.read(entry.wanted), freed.starts_at
    zone = zone_of(freed.connection, freed.location_remote_id)
    while start < freed.ends_at:
        if when.fits(start.astimezone(zone)):
            return True
        start += _STEP
    return False


def _has_had_enough(entry: WaitlistEntry, now: datetime) -> bool:
    """An offer under way, or as many as one patient gets in a day of the practice."""
    own = SlotOffer.objects.filter(connection=entry.connection_id, patient_remote_id=entry.patient_remote_id)
    midnight = now.astimezone(entry.connection.practice.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        own.filter(state__in=SlotOffer.UNDER_WAY).exists()
        or own.filter(made_at__gte=midnight).count() >= desk_rules().offers_a_day
    )


def _wants_none(entry: WaitlistEntry) -> bool:
    return bool(want_to_be_left_alone([entry.patient_remote_id]))


def _times(freed: FreedTime, who: Practitioner, type_id: str) -> list[OfferedTime]:
    """What the vendor offers of this type that begins within what came free, the earliest first."""
    connection = freed.connection
    kind = AppointmentType.objects.filter(connection=connection, remote_id=type_id, removed_at=None).first()
    place = Location.objects.filter(connection=connection, remote_id=freed.location_remote_id).first()
    if kind is None or place is None:
        return []
    day = freed.starts_at.astimezone(zone_of(connection, place.remote_id)).date()
    try:
        slots = gateway_of(connection).available_times(
            location_id=place.remote_id,
            practitioner_id=who.remote_id,
            appointment_type_id=type_id,
            duration_minutes=kind.duration_minutes,
            first=day,
            last=day,
        )
    except (NotBookableOnline, NotFound):
        return []
    of_use = sorted(
        (slot for slot in slots if freed.starts_at <= slot.starts_at < freed.ends_at), key=lambda slot: slot.starts_at
    )
    theirs = Combination(who, place, kind)
    return [theirs.at(slot.starts_at, slot.ends_at) for slot in of_use]


def _suits(connection: Connection, entry: WaitlistEntry, time: OfferedTime) -> bool:
    place = Stands(
        appointment_id="",
        patient_id=entry.patient_remote_id,
        appointment_type_id=time.appointment_type_id,
        practitioner_id=time.practitioner_id,
        location_id=time.location_id,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
    )
    allowed = partial(checks.not_this_time, connection, entry.patient_remote_id, time, besides=entry.sooner_than)
    return fits(connection, entry, place) and allowed() is None


def _make(freed: FreedTime, entry: WaitlistEntry, who: Practitioner, time: OfferedTime) -> SlotOffer | None:
    """Store it and have it told, unless things have changed. In a practice one at a time decides who is next, so that
    two workers do not both give the same patient the last offer of the day."""
    now = timezone.now()
    offer = SlotOffer(
        practice_id=freed.practice_id,
        connection=freed.connection,
        freed=freed,
        entry=entry,
        patient_remote_id=entry.patient_remote_id,
        practitioner_pk=who.pk,
        during=TimestamptzRange(time.starts_at, time.ends_at, "[)"),
        time=msgspec.to_builtins(time),
        made_at=now,
        expires_at=until_when(time),
    )
    try:
        with transaction.atomic():
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, freed.practice_id])
            waiting = WaitlistEntry.objects.filter(pk=entry.pk, state=WaitlistEntry.State.WAITING)
            still_open = FreedTime.objects.filter(pk=freed.pk, state=FreedTime.State.OPEN)
            if not waiting.select_for_update() or not still_open.select_for_update() or _has_had_enough(entry, now):
                return None
            if _wants_none(entry):
                return None  # They said so while the vendor was asked.
            delivery_to(entry).tell(offer, time)
            offer.save(force_insert=True)
            audit.record(audit.SYSTEM, "waitlist.offered", f"waitlist:{entry.pk}", offer=offer.pk)
            announce(freed.practice_id, "waitlist")
    except IntegrityError:
        return None  # Somebody else has it on offer since; the task is gone with the rest.
    return offer
