"""The diary, asked and written to live: free times, booking, moving, cancelling, looking up.

Nookal answers "success" to more than it does, so every change is read back, and only what stands there is told.

Reference: Nookal API v2, getAppointmentAvailabilities, addAppointmentBooking, updateAppointmentBooking,
cancelAppointment, getAppointments.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from routiq.pms.errors import NotFound, PmsError, SlotTaken, VendorChanged, WriteRefused
from routiq.pms.gateway import Lane
from routiq.pms.nookal import grid, mapping, payloads
from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.calls import Calls, changed
from routiq.pms.nookal.catalogue import Catalogue
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.overlapping import Placed, is_in_the_way
from routiq.pms.nookal.values import Scalar, record_id
from routiq.pms.nookal.zones import first_day, last_day
from routiq.pms.records import (
    AppointmentDraft,
    AppointmentMove,
    AppointmentRecord,
    AppointmentStatus,
    Cancellation,
    Entered,
    Slot,
)
from routiq.pms.together import Together, in_turn
from routiq.pms.transport import Params

#: Days asked for at once.
DAYS_AT_ONCE = 14
#: A change that cannot be seen at once is looked for a second time after so many seconds.
_SECOND_LOOK = 0.4

_LIVE = Lane.LIVE
_GRID = msgspec.json.Decoder(dict[str, dict[str, Scalar] | list[msgspec.Raw]] | list[msgspec.Raw] | None)


class Diary:
    """The diary of one account."""

    def __init__(
        self,
        calls: Calls,
        catalogue: Catalogue,
        habits: Habits,
        sleep: Callable[[float], None] = time.sleep,
        together: Together = in_turn,
    ) -> None:
        self._calls = calls
        self._catalogue = catalogue
        self._habits = habits
        self._sleep = sleep
        self._together = together

    def available_times(
        self,
        *,
        location_id: str,
        practitioner_id: str,
        appointment_type_id: str,
        duration_minutes: int,
        first: date,
        last: date,
    ) -> list[Slot]:
        """See :meth:`routiq.pms.gateway.Gateway.available_times`. What has passed is left out."""
        if last < first:
            return []
        self._catalogue.require(location_id, practitioner_id, appointment_type_id)
        where = self._catalogue.zone_of(location_id)
        duration = timedelta(minutes=duration_minutes)
        now = datetime.now(UTC)
        found: list[datetime] = []
        while first <= last:
            until = min(first + timedelta(days=DAYS_AT_ONCE - 1), last)
            cells = self._grid(location_id, practitioner_id, first, until)
            found += grid.starts(cells, where, duration, first, until)
            first = until + timedelta(days=1)
        return [
            Slot(
                starts_at=start,
                ends_at=start + duration,
                practitioner_id=practitioner_id,
                location_id=location_id,
                appointment_type_id=appointment_type_id,
            )
            for start in found
            if start > now
        ]

    def book(self, draft: AppointmentDraft) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.book`. Without leave to overlap; the end is the service's."""
        where = self._catalogue.zone_of(draft.location_id)
        form = [
            ("location_id", draft.location_id),
            *_when(draft.starts_at, where),
            ("patient_id", draft.patient_id),
            ("practitioner_id", draft.practitioner_id),
            ("appointment_type_id", draft.appointment_type_id),
        ]
        if draft.notes:
            form.append(("notes", draft.notes))
        method = "addAppointmentBooking"
        refused: WriteRefused | None = None
        made = ""
        try:
            made = self._calls.change(method, form).word("appointment_id", "ID")
        except WriteRefused as error:
            refused = error
        if refused is not None:
            raise self._reason(refused, draft)
        if not made:
            raise self._calls.unclear(method)
        entered = self._entered(method, made, draft)
        if not _stands_at(entered.record, draft):
            # What was made is not what was asked for: it must not stay in the diary by our doing.
            self.withdraw(made, draft.patient_id)
            raise _not_done(method)
        return entered

    def reschedule(self, move: AppointmentMove) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.reschedule`. Edited in place and with everything said, since what an
        omitted parameter does is not documented."""
        where = self._catalogue.zone_of(move.location_id)
        method = "updateAppointmentBooking"
        form = [
            ("appointment_id", move.appointment_id),
            ("location_id", move.location_id),
            *_when(move.starts_at, where),
            ("practitioner_id", move.practitioner_id),
            ("appointment_type_id", move.appointment_type_id),
            ("patient_id", move.patient_id),
        ]
        refused: WriteRefused | None = None
        try:
            self._calls.change(method, form)
        except WriteRefused as error:
            refused = error
        if refused is not None:
            self.appointment(move.appointment_id, move.patient_id)
            raise self._reason(refused, move, but=move.appointment_id)
        entered = self._entered(method, move.appointment_id, move)
        if not _stands_at(entered.record, move):
            raise _not_done(method)
        return entered

    def cancel(self, cancellation: Cancellation) -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.cancel`. Nookal takes no reason."""
        method = "cancelAppointment"
        appointment_id, patient_id = cancellation.appointment_id, cancellation.patient_id
        form = [("appointment_id", appointment_id), ("patient_id", patient_id)]
        refused: WriteRefused | None = None
        try:
            self._calls.change(method, form)
        except WriteRefused as error:
            refused = error
        if refused is not None:
            found = self.appointment(appointment_id, patient_id)
            if _is_cancelled(found):
                return found
            raise refused
        record = self._read_back(method, appointment_id, patient_id)
        if not _is_cancelled(record):
            self._sleep(_SECOND_LOOK)
            record = self._read_back(method, appointment_id, patient_id)
        if not _is_cancelled(record):
            raise _not_done(method)
        return record

    def withdraw(self, appointment_id: str, patient_id: str) -> None:
        """See :meth:`routiq.pms.gateway.Gateway.withdraw`. Nookal deletes nothing: it is cancelled."""
        form = [("appointment_id", appointment_id), ("patient_id", patient_id)]
        refused: WriteRefused | None = None
        try:
            self._calls.change("cancelAppointment", form, repeatable=True)
        except WriteRefused as error:
            refused = error
        found = self._find(appointment_id, patient_id)
        if found is None or _is_cancelled(found):
            return
        raise refused or _not_done("cancelAppointment")

    def appointment(self, appointment_id: str, patient_id: str) -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.appointment`."""
        found = self._find(appointment_id, patient_id)
        if found is None:
            raise NotFound("Nookal has no such appointment of this patient.", vendor="nookal", cause="appointment")
        return found

    def find_appointments(
        self, patient_id: str, practitioner_id: str, starts_at: datetime
    ) -> list[AppointmentRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_appointments`."""
        params = [
            ("patient_id", patient_id),
            ("practitioner_id", practitioner_id),
            *self._around(starts_at, starts_at),
        ]
        return [
            found
            for found in self._listed(params, with_notes=True)
            if found.patient_id == patient_id
            and found.practitioner_id == practitioner_id
            and found.starts_at == starts_at
            and not _is_cancelled(found)
        ]

    def has_conflict(self, appointment_id: str, patient_id: str) -> bool:
        """See :meth:`routiq.pms.gateway.Gateway.has_conflict`. Nookal has no such question: the practitioner's
        appointments and classes of that time are read."""
        ours = self.appointment(appointment_id, patient_id)
        if _is_cancelled(ours):
            return False
        return self._is_taken(ours, but=ours.id)

    def _reason(self, refused: WriteRefused, wish: AppointmentDraft | AppointmentMove, but: str = "") -> WriteRefused:
        """Nookal's no has no reason that a program can read: whether the time is taken is looked up in the diary."""
        taken = False
        with suppress(PmsError):
            taken = self._is_taken(wish, but=but)
        if not taken:
            return refused
        return SlotTaken(
            "Somebody else has this time in the Nookal diary by now; nothing was changed.",
            vendor="nookal",
            cause="taken",
            request=refused.request,
            status=refused.status,
            evidence=refused.evidence,
        )

    def _is_taken(self, wish: Placed, *, but: str) -> bool:
        """Does this practitioner have an appointment then, another than the one of this id, or a class?"""
        rows, sessions = self._together([lambda: self._day(wish), lambda: self._sessions(wish)])
        return is_in_the_way(wish, rows, sessions, self._habits_now(), but=but)

    def _day(self, wish: Placed) -> list[payloads.Appointment]:
        days = self._around(wish.starts_at, wish.ends_at)
        return self._rows([("practitioner_id", wish.practitioner_id), *days])

    def _sessions(self, wish: Placed) -> list[payloads.ClassSession]:
        days = self._around(wish.starts_at, wish.ends_at)
        return self._catalogue.whole("getClasses", "classes", payloads.ClassSession, _LIVE, days)

    def _sessions_if_told(self, wish: Placed) -> list[payloads.ClassSession] | None:
        with suppress(PmsError):
            return self._sessions(wish)
        return None

    def _entered(self, method: str, appointment_id: str, wish: AppointmentDraft | AppointmentMove) -> Entered:
        """How it stands after a change. Where it stands as asked, one reading of its practitioner's day tells that
        and what else stands there; otherwise it is looked for a second time, by its patient. Errors as with
        ``_read_back``."""
        failed = False
        rows: list[payloads.Appointment] = []
        sessions: list[payloads.ClassSession] | None = None
        try:
            rows, sessions = self._together([lambda: self._day(wish), lambda: self._sessions_if_told(wish)])
        except PmsError:
            failed = True
        if failed:
            raise self._calls.unclear(method)
        habits = self._habits_now()
        found = next((row for row in rows if record_id(row.id) == appointment_id), None)
        record = mapping.appointment(found, habits) if found is not None else None
        if record is not None and record.patient_id == wish.patient_id and _stands_at(record, wish):
            told = sessions is not None
            conflict = is_in_the_way(record, rows, sessions or [], habits, but=record.id)
            return Entered(record=record, conflict=conflict if told or conflict else None)
        self._sleep(_SECOND_LOOK)
        return Entered(record=self._read_back(method, appointment_id, wish.patient_id))

    def _read_back(self, method: str, appointment_id: str, patient_id: str) -> AppointmentRecord:
        """The appointment after a change. ``WriteUncertain`` when it cannot be read, ``VendorChanged`` when it is not
        there at all."""
        failed = False
        found: AppointmentRecord | None = None
        try:
            found = self._find(appointment_id, patient_id)
        except PmsError:
            failed = True
        if failed:
            raise self._calls.unclear(method)
        if found is None:
            raise _not_done(method)
        return found

    def _find(self, appointment_id: str, patient_id: str) -> AppointmentRecord | None:
        if not record_id(appointment_id) or not record_id(patient_id):
            return None
        listed = self._listed([("patient_id", patient_id)])
        return next((found for found in listed if found.id == appointment_id), None)

    def _listed(self, params: Params, *, with_notes: bool = False) -> list[AppointmentRecord]:
        habits = self._habits_now()
        if with_notes:
            # Whatever the practice keeps: our own reference stands there.
            habits = msgspec.structs.replace(habits, include_notes=True)
        found = (mapping.appointment(row, habits) for row in self._rows(params))
        return [record for record in found if record is not None]

    def _rows(self, params: Params) -> list[payloads.Appointment]:
        return self._catalogue.whole("getAppointments", "appointments", payloads.Appointment, _LIVE, params)

    def _habits_now(self) -> Habits:
        return msgspec.structs.replace(self._habits, zones=self._catalogue.zones(_LIVE))

    def _around(self, first: datetime, last: datetime) -> list[tuple[str, str]]:
        """The local days of a stretch, in whichever of the practice's zones."""
        zones = self._catalogue.distinct_zones(_LIVE)
        return [
            ("date_from", first_day(first, zones).isoformat()),
            ("date_to", last_day(last, zones).isoformat()),
        ]

    def _grid(self, location_id: str, practitioner_id: str, first: date, last: date) -> dict[str, dict[str, Scalar]]:
        """The cells of these days. A day more is asked for, since whether the last one is included is not
        documented."""
        method = "getAppointmentAvailabilities"
        params = [
            ("location_id", location_id),
            ("practitioner_id", practitioner_id),
            ("date_from", first.isoformat()),
            ("date_to", (last + timedelta(days=1)).isoformat()),
        ]
        results = self._calls.ask(method, params, lane=_LIVE).results
        if "availabilities" not in results:
            if results:
                raise changed(method, "shape", "no availabilities")
            return {}
        fits = True
        try:
            days = _GRID.decode(results["availabilities"])
        except msgspec.ValidationError:
            fits = False
        if not fits or (isinstance(days, list) and days):
            raise changed(method, "shape", "the grid")
        if not isinstance(days, dict):
            return {}
        return {on: cells for on, cells in days.items() if isinstance(cells, dict)}


def _when(starts_at: datetime, where: ZoneInfo) -> list[tuple[str, str]]:
    """The wall clock at the location. ``ValueError`` for a time without a zone."""
    if starts_at.tzinfo is None:
        raise ValueError("a time without a zone cannot be booked")
    local = starts_at.astimezone(where)
    return [("appointment_date", local.date().isoformat()), ("start_time", local.strftime("%H:%M:%S"))]


def _stands_at(found: AppointmentRecord, wish: AppointmentDraft | AppointmentMove) -> bool:
    return (
        not _is_cancelled(found)
        and found.starts_at == wish.starts_at
        and found.practitioner_id == wish.practitioner_id
        and found.location_id == wish.location_id
        and found.appointment_type_id == wish.appointment_type_id
    )


def _is_cancelled(found: AppointmentRecord) -> bool:
    return found.status is AppointmentStatus.CANCELLED


def _not_done(method: str) -> VendorChanged:
    return VendorChanged(
        "Nookal answered that it was done, but it was not.",
        vendor="nookal",
        cause="not_done",
        advice=ADVICE["VendorChanged.not_done"],
        request=f"POST /{method}",
        status=200,
    )
