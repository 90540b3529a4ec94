"""Single appointments of one Cliniko account: read now, booked, moved, cancelled, taken back.

A change is sent once, and what is handed back is what Cliniko shows afterwards, never what it was sent.

Reference: Cliniko API, Individual appointments.
"""

from __future__ import annotations

import contextlib
from datetime import datetime

import msgspec

from routiq.pms import answers
from routiq.pms.cliniko import mapping, payloads
from routiq.pms.cliniko.advice import UNCERTAIN, advice, in_words
from routiq.pms.cliniko.links import number
from routiq.pms.cliniko.mapping import Habits
from routiq.pms.cliniko.streams import PAGE_SIZE, SOURCES, Params, hidden_too, stamp
from routiq.pms.errors import NotFound, PmsError, VendorChanged, WriteRefused, WriteUncertain
from routiq.pms.gateway import Lane, Stream
from routiq.pms.records import (
    AppointmentDraft,
    AppointmentMove,
    AppointmentRecord,
    AppointmentStatus,
    Cancellation,
    CancellationReason,
    Entered,
)
from routiq.pms.together import Together, in_turn
from routiq.pms.transport import Transport

_PATH = "/individual_appointments"
_HIDDEN = hidden_too(SOURCES[Stream.APPOINTMENTS].lifted)
_APPOINTMENT = msgspec.json.Decoder(payloads.IndividualAppointment)
_APPOINTMENTS = msgspec.json.Decoder(payloads.IndividualAppointments)
_CONFLICTS = msgspec.json.Decoder(payloads.Conflicts)
_CODES = {
    CancellationReason.FEELING_BETTER: 10,
    CancellationReason.CONDITION_WORSE: 20,
    CancellationReason.SICK: 30,
    CancellationReason.AWAY: 40,
    CancellationReason.OTHER: 50,
    CancellationReason.WORK: 60,
}


class Diary:
    """The single appointments of one account."""

    def __init__(self, transport: Transport, habits: Habits, together: Together = in_turn) -> None:
        self._transport = transport
        self._habits = habits
        self._together = together

    def book(self, draft: AppointmentDraft) -> Entered:
        """Cliniko checks neither overlaps nor opening hours. What it answers with is compared with what was asked: an
        appointment with somebody else, or at another time, must not stand by our doing.

        Reference: Cliniko API, Individual appointments, create.
        """
        body = {
            "patient_id": draft.patient_id,
            "practitioner_id": draft.practitioner_id,
            "business_id": draft.location_id,
            "appointment_type_id": draft.appointment_type_id,
            "starts_at": stamp(draft.starts_at),
            "ends_at": stamp(draft.ends_at),
        }
        if draft.notes:
            body["notes"] = draft.notes
        refused: NotFound | None = None
        answer = b""
        try:
            answer = self._transport.write("POST", _PATH, msgspec.json.encode(body))
        except NotFound as error:
            refused = error
        if refused is not None:
            raise WriteRefused(
                "Cliniko does not know one of the patient, practitioner, location or appointment type.",
                vendor="cliniko",
                cause="unknown_record",
                advice=advice("")["WriteRefused"],
                request=refused.request,
                status=refused.status,
                evidence=refused.evidence,
            )
        made = self._written(answer)
        if not _is_what(made, draft):
            with contextlib.suppress(PmsError):
                self.withdraw(made.id)
            raise VendorChanged(
                "Cliniko said yes, and the appointment is not the one that was asked for.",
                vendor="cliniko",
                cause="not_as_asked",
                advice=UNCERTAIN["booking"],
                request=answers.label("POST", _PATH),
                status=201,
            )
        return Entered(record=made)

    def reschedule(self, move: AppointmentMove) -> Entered:
        """The patient is not sent: a move never changes whose appointment it is, not even when the practice has
        merged two patients meanwhile. The end is sent, because the old one would stay otherwise.

        Reference: Cliniko API, Individual appointments, update.
        """
        path = f"{_PATH}/{number(move.appointment_id)}"
        body = {
            "practitioner_id": move.practitioner_id,
            "business_id": move.location_id,
            "appointment_type_id": move.appointment_type_id,
            "starts_at": stamp(move.starts_at),
            "ends_at": stamp(move.ends_at),
        }
        try:
            self._transport.write("PATCH", path, msgspec.json.encode(body))
        except (WriteRefused, WriteUncertain) as error:
            in_words(error, "move")
            raise
        moved, conflict = self._together(
            [
                lambda: self._read_back(move.appointment_id, path, "move"),
                lambda: self._conflict_if_told(move.appointment_id),
            ]
        )
        if _as_asked(moved, move):
            return Entered(record=moved, conflict=conflict)
        raise VendorChanged(
            "Cliniko said yes, and the appointment does not stand as it was asked for.",
            vendor="cliniko",
            cause="not_moved",
            advice=UNCERTAIN["move"],
            request=answers.label("PATCH", path),
            status=200,
        )

    def cancel(self, cancellation: Cancellation) -> AppointmentRecord:
        """Cliniko refuses to cancel twice; what it shows afterwards decides. Repeats of the appointment stand.

        Reference: Cliniko API, Individual appointments, cancel.
        """
        path = f"{_PATH}/{number(cancellation.appointment_id)}/cancel"
        body: dict[str, object] = {"cancellation_reason": _CODES[cancellation.reason], "apply_to_repeats": False}
        if cancellation.note:
            body["cancellation_note"] = cancellation.note
        refused: WriteRefused | None = None
        try:
            self._transport.write("PATCH", path, msgspec.json.encode(body))
        except WriteRefused as error:
            refused = error
        except WriteUncertain as error:
            in_words(error, "cancellation")
            raise
        found = self._read_back(cancellation.appointment_id, path, "cancellation")
        if found.status is AppointmentStatus.CANCELLED:
            return found
        if refused is not None:
            in_words(refused, "cancellation")
            raise refused
        raise VendorChanged(
            "Cliniko said yes, and the appointment is not cancelled.",
            vendor="cliniko",
            cause="not_cancelled",
            advice=UNCERTAIN["cancellation"],
            request=answers.label("PATCH", path),
            status=204,
        )

    def withdraw(self, appointment_id: str) -> None:
        """Archived and not cancelled: a cancellation stays in the patient's history with a reason, and
        Cliniko may mail the patient about it; this appointment was never meant to stand.

        Reference: Cliniko API, Individual appointments, archive.
        """
        with contextlib.suppress(NotFound):
            self._transport.write("POST", f"{_PATH}/{number(appointment_id)}/archive", repeatable=True)

    def has_conflict(self, appointment_id: str) -> bool:
        """Reference: Cliniko API, Individual appointments, conflicts."""
        path = f"{_PATH}/{number(appointment_id)}/conflicts"
        return self._transport.read(path, _CONFLICTS, lane=Lane.LIVE).content.conflicts.exist

    def _conflict_if_told(self, appointment_id: str) -> bool | None:
        with contextlib.suppress(PmsError):
            return self.has_conflict(appointment_id)
        return None

    def appointment(self, appointment_id: str) -> AppointmentRecord:
        """Reference: Cliniko API, Individual appointments, get. Where the single address hides an archived
        one, the list still shows it."""
        path = f"{_PATH}/{number(appointment_id)}"
        try:
            found = self._transport.read(path, _APPOINTMENT, params=_HIDDEN, lane=Lane.LIVE).content
        except NotFound:
            listed = self._listed([*_HIDDEN, ("q[]", f"id:={appointment_id}")])
            if not listed:
                raise
            found = listed[0]
        return mapping.appointment(found, self._habits)

    def find(self, *, patient_id: str, practitioner_id: str, starts_at: datetime) -> list[AppointmentRecord]:
        """Reference: Cliniko API, Individual appointments, list. Date-times know no "equals", so a span of no
        length is asked for; what comes back is looked at again."""
        start = stamp(starts_at)
        found = self._listed(
            [
                ("q[]", f"patient_id:={number(patient_id)}"),
                ("q[]", f"practitioner_id:={number(practitioner_id)}"),
                ("q[]", f"starts_at:>={start}"),
                ("q[]", f"starts_at:<={start}"),
            ]
        )
        # With notes, whatever the practice keeps: our own reference stands there.
        habits = msgspec.structs.replace(self._habits, include_notes=True)
        records = [mapping.appointment(row, habits) for row in found]
        return [
            record
            for record in records
            if record.status is not AppointmentStatus.CANCELLED
            and record.deleted_at is None
            and stamp(record.starts_at) == start
            and record.patient_id == patient_id
            and record.practitioner_id == practitioner_id
        ]

    def _listed(self, params: Params) -> list[payloads.IndividualAppointment]:
        paged = [("per_page", str(PAGE_SIZE)), ("sort", "id:asc"), *params]
        return self._transport.read(_PATH, _APPOINTMENTS, params=paged, lane=Lane.LIVE).content.rows

    def _read_back(self, appointment_id: str, path: str, what: str) -> AppointmentRecord:
        """As it stands after a change. Whatever goes wrong now, the change may have been made."""
        with contextlib.suppress(PmsError):
            return self.appointment(appointment_id)
        unread = self._transport.uncertain(answers.label("PATCH", path))
        in_words(unread, what)
        raise unread

    def _written(self, answer: bytes) -> AppointmentRecord:
        found: payloads.IndividualAppointment | None = None
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            found = _APPOINTMENT.decode(answer)
        if found is None:
            raise self._transport.uncertain(f"POST {_PATH}")
        return mapping.appointment(found, self._habits)


def _as_asked(found: AppointmentRecord, move: AppointmentMove) -> bool:
    stands = found.status is not AppointmentStatus.CANCELLED and found.deleted_at is None
    return stands and _is_what(found, move) and stamp(found.ends_at) == stamp(move.ends_at)


def _is_what(found: AppointmentRecord, wish: AppointmentDraft | AppointmentMove) -> bool:
    """Is it with this practitioner, of this type, at this place and time?"""
    return (
        stamp(found.starts_at) == stamp(wish.starts_at)
        and found.practitioner_id == wish.practitioner_id
        and found.location_id == wish.location_id
        and found.appointment_type_id == wish.appointment_type_id
    )
