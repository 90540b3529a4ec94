"""Free times of one Cliniko account, by its own online-booking rules.

Reference: Cliniko API, Available times; Next available time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

import msgspec

from routiq.pms import answers
from routiq.pms.cliniko import payloads
from routiq.pms.cliniko.advice import not_bookable
from routiq.pms.cliniko.links import number, refuse_foreign_links
from routiq.pms.cliniko.streams import PAGE_SIZE
from routiq.pms.errors import NotBookableOnline, NotFound, NotOffered, VendorChanged
from routiq.pms.gateway import Lane
from routiq.pms.records import Slot
from routiq.pms.transport import Transport

#: ``from`` and ``to`` may be a week apart by the documentation, six days by its maintainers: the smaller is
#: safe.
DAYS_AT_ONCE = 7

_TIMES = msgspec.json.Decoder(payloads.AvailableTimes)
_NEXT = msgspec.json.Decoder(payloads.NextAvailableTime)

Answer = TypeVar("Answer")


class FreeTimes:
    """What can be booked online, of one practitioner, type and location at a time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def between(
        self,
        location_id: str,
        practitioner_id: str,
        appointment_type_id: str,
        duration_minutes: int,
        first: date,
        last: date,
    ) -> list[Slot]:
        """See :meth:`routiq.pms.gateway.Gateway.available_times`. Days before today at the location are
        refused by Cliniko as a whole, so ``first`` must not lie in the past there."""
        path = f"{_below(location_id, practitioner_id, appointment_type_id)}/available_times"
        starts: set[datetime] = set()
        while first <= last:
            until = min(first + timedelta(days=DAYS_AT_ONCE - 1), last)
            starts.update(self._pages(path, first, until))
            first = until + timedelta(days=1)
        duration = timedelta(minutes=duration_minutes)
        return [
            Slot(
                starts_at=start,
                ends_at=start + duration,
                practitioner_id=practitioner_id,
                location_id=location_id,
                appointment_type_id=appointment_type_id,
            )
            for start in sorted(starts)
        ]

    def next(self, location_id: str, practitioner_id: str, appointment_type_id: str) -> datetime | None:
        """See :meth:`routiq.pms.gateway.Gateway.next_time`. Asked without days, which is documented only in older
        texts: an account that wants them answers 400, and then nothing is known."""
        path = f"{_below(location_id, practitioner_id, appointment_type_id)}/next_available_time"
        refused = False
        try:
            answer = _bookable(path, lambda: self._transport.read(path, _NEXT, lane=Lane.LIVE).content)
        except VendorChanged as error:
            if error.status != 400:
                raise
            refused = True
        if refused:
            raise NotOffered("Cliniko wants days with this question.", vendor="cliniko", cause="next_time")
        return answer.appointment_start

    def _pages(self, path: str, first: date, last: date) -> list[datetime]:
        starts: list[datetime] = []
        page = 1
        while True:
            params = [
                ("from", first.isoformat()),
                ("to", last.isoformat()),
                ("per_page", str(PAGE_SIZE)),
                ("page", str(page)),
            ]

            def ask(params: list[tuple[str, str]] = params) -> payloads.AvailableTimes:
                return self._transport.read(path, _TIMES, params=params, lane=Lane.LIVE).content

            answer = _bookable(path, ask)
            refuse_foreign_links(self._transport, path, answer)
            starts += [row.appointment_start for row in answer.rows]
            if not answer.rows or len(starts) >= answer.total_entries:
                return starts
            page += 1


def _below(location_id: str, practitioner_id: str, appointment_type_id: str) -> str:
    return (
        f"/businesses/{number(location_id)}/practitioners/{number(practitioner_id)}"
        f"/appointment_types/{number(appointment_type_id)}"
    )


def _bookable(path: str, ask: Callable[[], Answer]) -> Answer:
    """Cliniko's 404 means that one of the three is switched off, or that they do not go together."""
    try:
        return ask()
    except NotFound:
        pass
    raise NotBookableOnline(
        "Cliniko offers no online bookings for this practitioner, type and location.",
        vendor="cliniko",
        cause="hidden",
        advice=not_bookable(),
        request=answers.label("GET", path),
        status=404,
    )
