"""Times that came free: noted in the transaction that freed them, with the job that offers them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.frontdesk.matching import Stands
from routiq.frontdesk.models import FreedTime, WaitlistEntry
from routiq.practices.jobs_queue import defer_once
from routiq.practices.live import announce


def came_free(connection: Connection, given_up: Iterable[Stands]) -> None:
    """Somebody gave these times up. One that is noted and open already is noted once; what is past is of no use."""
    for place in given_up:
        if place.starts_at <= timezone.now():
            continue
        try:
            with transaction.atomic():
                freed = FreedTime.objects.create(
                    practice_id=connection.practice_id,
                    connection=connection,
                    practitioner_remote_id=place.practitioner_id,
                    location_remote_id=place.location_id,
                    starts_at=place.starts_at,
                    ends_at=place.ends_at,
                    left_by=place.patient_id,
                )
        except IntegrityError:
            continue
        offer_soon(freed)


def offer_soon(freed: FreedTime) -> None:
    """Have a worker offer it to whoever is next, once the transaction is committed."""
    from routiq.frontdesk.jobs import offer_freed_time

    announce(freed.practice_id, "waitlist")
    defer_once(offer_freed_time, f"freed:{freed.pk}", practice_id=freed.practice_id, freed_id=freed.pk)


def close(freed: FreedTime, state: FreedTime.State) -> None:
    FreedTime.objects.filter(pk=freed.pk, state=FreedTime.State.OPEN).update(state=state, closed_at=timezone.now())
    announce(freed.practice_id, "waitlist")


def somebody_waits(connection: Connection) -> bool:
    return WaitlistEntry.objects.filter(connection=connection, state=WaitlistEntry.State.WAITING).exists()
