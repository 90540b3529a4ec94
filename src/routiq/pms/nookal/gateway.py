"""Nookal behind the gateway protocol.

Reference: Nookal API v2, https://api.nookal.com/dev/reference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from routiq.pms.errors import NotOffered
from routiq.pms.gateway import Capabilities, Lane, Pace, PaceKind, Page, Selection, Stream, WebhookSubscription
from routiq.pms.nookal import mapping, notes, payloads
from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.calls import Calls
from routiq.pms.nookal.catalogue import Catalogue
from routiq.pms.nookal.diary import DAYS_AT_ONCE, Diary
from routiq.pms.nookal.keys import proof_of
from routiq.pms.nookal.mapping import Habits
from routiq.pms.nookal.people import People
from routiq.pms.nookal.reading import Reading
from routiq.pms.nookal.streams import BY_CHANGE, STREAMS
from routiq.pms.nookal.walking import PAGE_SIZE
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
    VisitWord,
)
from routiq.pms.together import Together, in_turn
from routiq.pms.transport import Transport

BASE_URL = "https://api.nookal.com/production/v2"

CAPABILITIES = Capabilities(
    vendor="nookal",
    label="Nookal",
    streams=STREAMS,
    has_regions=False,
    offers_webhooks=False,
    has_service_matrix=False,
    has_conflict_check=True,
    days_of_times_at_once=DAYS_AT_ONCE,
    reads_invoices=True,
    reads_treatment_notes=True,
    stores_cancellation_reason=False,
    is_scoped_to_locations=True,
    page_size=PAGE_SIZE,
    visit_words=(
        VisitWord.CANCELLED,
        VisitWord.DNA,
        VisitWord.COMPLETED,
        VisitWord.UNINVOICED,
        VisitWord.CONFIRMED,
    ),
    tells_deceased=True,
    pace=PaceKind.ADAPTIVE,
    streams_by_change=BY_CHANGE,
    reads_many_by_id=False,
)

Kind = TypeVar("Kind")

#: A check is over within five seconds (seconds from its start): for the key, and for all of it.
_CHECK_KEY, _CHECK_ALL = 2.5, 4.8


class NookalGateway:
    """One practice's Nookal account, as far as its key's locations go."""

    def __init__(
        self,
        calls: Calls,
        habits: Habits,
        sleep: Callable[[float], None] = time.sleep,
        together: Together = in_turn,
    ) -> None:
        self._calls = calls
        self._habits = habits
        self._catalogue = Catalogue(calls, together=together)
        self._reading = Reading(calls, self._catalogue, habits)
        self._diary = Diary(calls, self._catalogue, habits, sleep, together)
        self._people = People(calls, self._catalogue, habits)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def close(self) -> None:
        self._calls.close()

    def check(self) -> AccountRecord:
        """See :meth:`routiq.pms.gateway.Gateway.check`: the key, then its locations, then its practitioners
        (N21, N22). ``KeyRejected`` with cause ``no_locations`` when none is ticked for it.

        Nookal names no account. Its name here is that of its locations, and its id is the proof that
        :func:`routiq.pms.nookal.keys.same_account` compares. A key opens all of its locations: whose rights it has is
        not said.

        Reference: Nookal API v2, verify, getLocations, getPractitioners.
        """
        started = time.monotonic()
        self._calls.verify(deadline=started + _CHECK_KEY)
        places = self._all("getLocations", "locations", payloads.Location, started)
        if not places:
            raise self._calls.rejected(cause="no_locations")
        people = self._all("getPractitioners", "practitioners", payloads.Practitioner, started)
        locations = [mapping.location(each, self._habits) for each in places]
        practitioners = [mapping.practitioner(each, self._habits) for each in people]
        name = locations[0].name
        if len(locations) > 1:
            name = f"{name} and {len(locations) - 1} more"
        return AccountRecord(
            id=proof_of(
                (f"{each.id} {each.name.casefold()}" for each in locations),
                (f"{each.id} {each.name.casefold()}" for each in practitioners),
            ),
            name=name,
            country_code=locations[0].country_code,
            time_zone=locations[0].time_zone,
        )

    def fetch(
        self, stream: Stream, selection: Selection, cursor: str | None = None, *, lane: Lane = Lane.BACKGROUND
    ) -> Page:
        """See :meth:`routiq.pms.gateway.Gateway.fetch`. Practitioners, locations and appointment types come whole
        whatever ``updated_since`` says, and classes and seats as ``capabilities.streams_by_change`` says. Changes are
        asked for a day further back, and are in order within a page."""
        return self._reading.page(stream, selection, cursor)

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
        return self._diary.available_times(
            location_id=location_id,
            practitioner_id=practitioner_id,
            appointment_type_id=appointment_type_id,
            duration_minutes=duration_minutes,
            first=first,
            last=last,
        )

    def next_time(self, *, location_id: str, practitioner_id: str, appointment_type_id: str) -> datetime | None:
        """Nookal has no such question."""
        raise NotOffered("Nookal is not asked for the next free time.", vendor="nookal", cause="next_time")

    def book(self, draft: AppointmentDraft) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.book`."""
        return self._diary.book(draft)

    def has_conflict(self, appointment_id: str, *, patient_id: str) -> bool:
        """See :meth:`routiq.pms.gateway.Gateway.has_conflict`."""
        return self._diary.has_conflict(appointment_id, patient_id)

    def appointment(self, appointment_id: str, *, patient_id: str) -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.appointment`."""
        return self._diary.appointment(appointment_id, patient_id)

    def find_appointments(
        self, *, patient_id: str, practitioner_id: str, starts_at: datetime
    ) -> list[AppointmentRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_appointments`."""
        return self._diary.find_appointments(patient_id, practitioner_id, starts_at)

    def withdraw(self, appointment_id: str, *, patient_id: str) -> None:
        """See :meth:`routiq.pms.gateway.Gateway.withdraw`."""
        self._diary.withdraw(appointment_id, patient_id)

    def reschedule(self, move: AppointmentMove) -> Entered:
        """See :meth:`routiq.pms.gateway.Gateway.reschedule`."""
        return self._diary.reschedule(move)

    def cancel(self, cancellation: Cancellation) -> AppointmentRecord:
        """See :meth:`routiq.pms.gateway.Gateway.cancel`."""
        return self._diary.cancel(cancellation)

    def find_patients(self, *, first_name: str, last_name: str, date_of_birth: date | None) -> list[PatientRecord]:
        """See :meth:`routiq.pms.gateway.Gateway.find_patients`."""
        return self._people.find(first_name, last_name, date_of_birth)

    def register_patient(self, draft: PatientDraft) -> PatientRecord:
        """See :meth:`routiq.pms.gateway.Gateway.register_patient`."""
        return self._people.register(draft)

    def treatment_notes(self, patient_id: str) -> list[TreatmentNote]:
        """See :meth:`routiq.pms.gateway.Gateway.treatment_notes`."""
        return notes.treatment_notes(self._catalogue, patient_id)

    def subscribe(self, url: str) -> WebhookSubscription:
        """``NotOffered``: Nookal sends no events."""
        raise NotOffered("Nookal sends no events.", vendor="nookal", cause="webhooks")

    def subscriptions(self) -> list[WebhookSubscription]:
        """None ever."""
        return []

    def unsubscribe(self, subscription_id: str) -> None:
        """There is nothing to end."""

    def _all(self, method: str, key: str, kind: type[Kind], started: float) -> list[Kind]:
        return self._catalogue.whole(method, key, kind, Lane.LIVE, deadline=started + _CHECK_ALL)


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
) -> NookalGateway:
    """A gateway for a clean key (see :func:`routiq.pms.nookal.keys.normalise_key`).

    ``base_url`` replaces Nookal's own address and may be plain http: it is for the sandbox. There is one server for
    all, so ``region`` says nothing. ``phone_region`` (ISO alpha-2) is where numbers without a country are at home.
    """
    transport = Transport(
        vendor="nookal",
        label="Nookal",
        base_url=base_url or BASE_URL,
        secret_form=(("api_key", key),),
        pace=pace,
        contact=contact or "operator@localhost",
        advice=ADVICE,
        sleep=sleep,
    )
    habits = Habits(include_notes=include_notes, phone_region=phone_region)
    return NookalGateway(Calls(transport), habits, sleep, together)
