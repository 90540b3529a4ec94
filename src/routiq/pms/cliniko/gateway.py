"""Cliniko behind the gateway protocol.

Reference: Cliniko API v1, https://docs.api.cliniko.com.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec

from routiq.pms.cliniko import mapping, payloads
from routiq.pms.cliniko.advice import advice, not_administrator
from routiq.pms.cliniko.diary import Diary
from routiq.pms.cliniko.keys import SHARD
from routiq.pms.cliniko.links import refuse_foreign_links
from routiq.pms.cliniko.mapping import Habits
from routiq.pms.cliniko.patients import Patients
from routiq.pms.cliniko.streams import (
    PAGE_SIZE,
    SOURCES,
    Cursor,
    Walk,
    check_selection,
    parameters,
)
from routiq.pms.cliniko.times import FreeTimes
from routiq.pms.cliniko.walking import Astray, Step, step
from routiq.pms.cliniko.webhooks import Webhooks
from routiq.pms.errors import NotOffered, NotPermitted, VendorChanged
from routiq.pms.gateway import Capabilities, Lane, Pace, Page, Selection, Stream, WebhookSubscription
from routiq.pms.records import (
    AccountRecord,
    AppointmentDraft,
    AppointmentMove,
    AppointmentRecord,
    Cancellation,
    Entered,
    PatientDraft,
    PatientRecord,
    Slot,
    TreatmentNote,
)
from routiq.pms.together import Together, in_turn
from routiq.pms.transport import Transport

#: Where the API is; the shard comes from the key.
BASE_URL = "https://api.{shard}.cliniko.com/v1"

CAPABILITIES = Capabilities(
    vendor="cliniko",
    label="Cliniko",
    streams=tuple(SOURCES),
    has_regions=True,
    offers_webhooks=True,
    has_service_matrix=True,
    has_conflict_check=True,
    finds_next_time=True,
    page_size=PAGE_SIZE,
)

#: A check is over within five seconds: so much for the first question, and for both (seconds from the start).
_CHECK_FIRST, _CHECK_BOTH = 2.8, 4.8

_USER = msgspec.json.Decoder(payloads.User)
_SETTINGS = msgspec.json.Decoder(payloads.PublicSettings)


class ClinikoGateway:
    """One practice's Cliniko account. Its appointments are known by their id alone, whosever they are."""

    def __init__(self, transport: Transport, habits: Habits, together: Together = in_turn) -> None:
        self._transport = transport
        self._habits = habits
        self._diary = Diary(transport, habits, together)
        self._times = FreeTimes(transport)
        self._patients = Patients(transport, habits)
        self._webhooks = Webhooks(transport)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def close(self) -> None:
        self._transport.close()

    def check(self) -> AccountRecord:
        """See :meth:`routiq.pms.gateway.Gateway.check`. ``NotPermitted`` with cause ``not_administrator``
        when the key works but its owner has another role.

        Reference: Cliniko API, User; Settings (public).
        """
        started = time.monotonic()
        user = self._transport.read("/user", _USER, lane=Lane.LIVE, deadline=started + _CHECK_FIRST).content
        settings = self._transport.read(
            "/settings/public", _SETTINGS, lane=Lane.LIVE, deadline=started + _CHECK_BOTH
        ).content
        account = mapping.account(settings, user)
        if not account.is_administrator:
            raise NotPermitted(
                "The key's user is not an administrator of the Cliniko account.",
                vendor="cliniko",
                cause="not_administrator",
                advice=not_administrator(account.user_role),
                request="GET /user",
            )
        return account

    def fetch(
        self, stream: Stream, selection: Selection, cursor: str | None = None, *, lane: Lane = Lane.BACKGROUND
    ) -> Page:
        """See :meth:`routiq.pms.gateway.Gateway.fetch`. Streams without stamps (booking rules, offerings,
        deleted patients) come whole whatever ``updated_since`` says. Attendances include the one seat that
        Cliniko keeps for each individual appointment: their ``class_id`` is then the appointment's id."""
        check_selection(stream, selection)
        source = SOURCES[stream]
        at = Cursor.read(cursor)
        part = source.parts[at.part]
        reply = self._transport.read(part.path, source.decoder, params=parameters(source, selection, at), lane=lane)
        if source.walk is Walk.SINGLE:
            rules = mapping.booking_rules(reply.content)
            return Page(records=(rules,), next_cursor=None, remaining=0, asked_at=reply.asked_at)
        refuse_foreign_links(self._transport, part.path, reply.content)
        on = self._step(stream, selection, at, reply.content)
        records = [part.mapper(row, self._habits) for row in on.rows]
        return Page(
            records=[record for record in records if record is not None],
            next_cursor=on.cursor.text() if on.cursor is not None else None,
            remaining=on.remaining,
            asked_at=reply.asked_at,
        )

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
        """See :meth:`routiq.pms.gateway.Gateway.available_times`."""
        return self._times.between(location_id, practitioner_id, appointment_type_id, duration_minutes, first, last)

    def next_time(self, *, location_id: str, practitioner_id: str, appointment_type_id: str) -> datetime | None:
        """See :meth:`routiq.pms.gateway.Gateway.next_time`."""
        return self._times.next(location_id, practitioner_id, appointment_type_id)

    def book(self, draft: AppointmentDraft) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.book`."""
        return self._diary.book(draft)

    def has_conflict(self, appointment_id: str, *, patient_id: str = "") -> bool:
        """See :meth:`routiq.pms.gateway.Gateway.has_conflict`."""
        return self._diary.has_conflict(appointment_id)

    def appointment(self, appointment_id: str, *, patient_id: str = "") -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.appointment`."""
        return self._diary.appointment(appointment_id)

    def find_appointments(
        self, *, patient_id: str, practitioner_id: str, starts_at: datetime
    ) -> list[AppointmentRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_appointments`."""
        return self._diary.find(patient_id=patient_id, practitioner_id=practitioner_id, starts_at=starts_at)

    def withdraw(self, appointment_id: str, *, patient_id: str = "") -> None:
        """See :meth:`routiq.pms.gateway.Gateway.withdraw`."""
        self._diary.withdraw(appointment_id)

    def reschedule(self, move: AppointmentMove) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.reschedule`."""
        return self._diary.reschedule(move)

    def cancel(self, cancellation: Cancellation) -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.cancel`."""
        return self._diary.cancel(cancellation)

    def find_patients(self, *, first_name: str, last_name: str, date_of_birth: date | None) -> list[PatientRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_patients`."""
        return self._patients.find(first_name=first_name, last_name=last_name, date_of_birth=date_of_birth)

    def register_patient(self, draft: PatientDraft) -> PatientRecord:
        """See :meth:`routiq.pms.gateway.Gateway.register_patient`."""
        return self._patients.register(draft)

    def treatment_notes(self, patient_id: str) -> list[TreatmentNote]:
        """Never asked of Cliniko, whatever the key may see: nothing is sent."""
        raise NotOffered("Treatment notes are not read from Cliniko.", vendor="cliniko", cause="treatment_notes")

    def subscribe(self, url: str) -> WebhookSubscription:
        """See :meth:`routiq.pms.gateway.Gateway.subscribe`."""
        return self._webhooks.subscribe(url)

    def subscriptions(self) -> list[WebhookSubscription]:
        """See :meth:`routiq.pms.gateway.Gateway.subscriptions`."""
        return self._webhooks.subscriptions()

    def unsubscribe(self, subscription_id: str) -> None:
        """See :meth:`routiq.pms.gateway.Gateway.unsubscribe`."""
        self._webhooks.unsubscribe(subscription_id)

    def _step(self, stream: Stream, selection: Selection, at: Cursor, envelope: Any) -> Step:
        reason = ""
        try:
            return step(SOURCES[stream], selection, at, envelope.rows, envelope.total_entries)
        except Astray as error:
            reason = str(error)
        raise VendorChanged(
            f"Cliniko's list of {stream.value} cannot be walked to its end.",
            vendor="cliniko",
            cause="list",
            request=f"GET {SOURCES[stream].parts[at.part].path}",
            status=200,
            evidence=reason,
        )


def open_gateway(
    *,
    key: str,
    region: str,
    pace: Pace,
    base_url: str = "",
    contact: str = "",
    include_notes: bool = False,
    phone_region: str = "AU",
    sleep: Callable[[float], None] = time.sleep,
    together: Together = in_turn,
) -> ClinikoGateway:
    """A gateway for a clean key and its shard (see :func:`routiq.pms.cliniko.keys.normalise_key`).

    ``base_url`` replaces Cliniko's own address, may hold ``{shard}``, and may be plain http: it is for the
    sandbox. ``contact`` is the operator's e-mail address, which Cliniko asks for in every request.
    ``phone_region`` (ISO alpha-2) is where numbers without a country are at home. ``ValueError`` for a region
    that is no shard.
    """
    if not SHARD.fullmatch(region):
        raise ValueError("not a Cliniko shard")
    proof = base64.b64encode(f"{key}:".encode()).decode()
    transport = Transport(
        vendor="cliniko",
        label="Cliniko",
        base_url=(base_url or BASE_URL).replace("{shard}", region),
        headers={"Authorization": f"Basic {proof}"},
        pace=pace,
        contact=contact or "operator@localhost",
        advice=advice(region),
        sleep=sleep,
    )
    return ClinikoGateway(transport, Habits(include_notes=include_notes, phone_region=phone_region), together)
