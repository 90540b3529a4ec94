"""What we ask of any practice management system.

A vendor is one folder beside this file with a class that keeps this protocol; everything above speaks only to the
protocol and asks ``capabilities`` where vendors differ. All calls block, may be made from several threads at once,
and raise the errors of :mod:`routiq.pms.errors`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from routiq.pms.errors import VendorChanged
from routiq.pms.records import (
    AccountRecord,
    AppointmentDraft,
    AppointmentMove,
    AppointmentRecord,
    AppointmentStatus,
    Cancellation,
    Entered,
    PatientDraft,
    PatientRecord,
    Slot,
    TreatmentNote,
    VisitWord,
)


class Lane(StrEnum):
    """Who waits for the answer: a person (``LIVE``) or nobody in particular (``BACKGROUND``). What asks every few
    seconds whether something has changed (``POLL``) is background work that keeps to a share of its own, where the
    vendor publishes a limit to have a share of."""

    LIVE = "live"
    BACKGROUND = "background"
    POLL = "poll"


class Stream(StrEnum):
    """One kind of record that can be pulled page by page."""

    BOOKING_RULES = "booking_rules"
    LOCATIONS = "locations"
    PRACTITIONERS = "practitioners"
    APPOINTMENT_TYPES = "appointment_types"
    OFFERINGS = "offerings"
    ROSTERS = "rosters"
    PATIENTS = "patients"
    DELETED_PATIENTS = "deleted_patients"
    APPOINTMENTS = "appointments"
    CLASSES = "classes"
    ATTENDANCES = "attendances"
    BLOCKS = "unavailable_blocks"
    WAITING_LIST = "waiting_list"
    INVOICES = "invoices"


class PaceKind(StrEnum):
    """How a vendor wants to be asked."""

    FIXED_WINDOW = "fixed_window"
    """So many requests in a stretch of time, published by the vendor."""
    ADAPTIVE = "adaptive"
    """It publishes no limit: begin gently, and go by how it answers."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which records of a stream are wanted. Hidden ones (archived, cancelled, merged) are always included.

    At most one of the ways to narrow is used at a time, the window may be combined with ``updated_since``:

    - nothing: the whole stream, walked by id, so that edits between pages shift nothing;
    - ``starts_from`` / ``starts_before`` (aware): bookings that start in the half-open window, walked by id;
    - ``updated_since`` (aware, inclusive): what changed since, oldest change first;
    - ``ids``: exactly these records, any number of them;
    - ``class_ids``: the seats of these classes, any number of them.

    ``patient_ids`` says, with the ``ids`` of appointments, whose each of them is, in the same order. A vendor that
    knows no appointment by its id alone finds it quickly only so; others take no notice.
    """

    starts_from: datetime | None = None
    starts_before: datetime | None = None
    updated_since: datetime | None = None
    ids: tuple[str, ...] = ()
    class_ids: tuple[str, ...] = ()
    patient_ids: tuple[str, ...] = ()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a stream.

    ``next_cursor`` is opaque text to hand back for the following page, ``None`` at the end. ``remaining`` is how many
    records the vendor says are still to come after this page (``None``: it does not say). ``asked_at`` is when the
    request was sent (aware, UTC): what the page shows is at least as new as that.
    """

    records: Sequence[msgspec.Struct]
    next_cursor: str | None
    remaining: int | None
    asked_at: datetime
    pages: int = 1
    """Of how many such pages this one was put together."""


class WebhookSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """An address to which the vendor sends this account's changes."""

    id: str
    """At most 64 characters."""
    url: str
    """Whose last part is a secret of its own: whoever knows it can knock."""
    secret: str = ""
    """What deliveries are signed with; only the answer to subscribing has it."""
    created_at: datetime

    def __repr__(self) -> str:
        """Fit for a log."""
        return f"WebhookSubscription(id={self.id!r})"


class ChangeKind(StrEnum):
    """What happened to a record, as far as the vendor says; the pull that follows shows what is true."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A hint that a record has changed. It names the record and carries nothing of it."""

    record_id: str
    kind: ChangeKind
    streams: tuple[Stream, ...]
    """Which streams must be asked what has changed."""
    occurred_at: datetime | None = None
    """By the vendor's clock (aware, UTC); ``None`` when it was not said in a readable form."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Where vendors differ; everything above the gateway asks these instead of the vendor's name."""

    vendor: str
    """``cliniko``: for configuration and links only."""
    label: str
    """``Cliniko``: for sentences."""
    streams: tuple[Stream, ...]
    has_regions: bool
    """The connect form asks for a region (Cliniko: the shard)."""
    offers_webhooks: bool
    """Worth trying to subscribe: single accounts may still answer ``NotOffered``."""
    has_service_matrix: bool
    has_conflict_check: bool
    finds_next_time: bool = False
    """It can be asked for the first free time, however far ahead that is."""
    days_of_times_at_once: int = 7
    """Of how many days one request tells the free times."""
    reads_invoices: bool = False
    reads_treatment_notes: bool = False
    """Can, and only ever in a conversation of a practice that has switched it on."""
    stores_cancellation_reason: bool = True
    is_scoped_to_locations: bool = False
    """A key sees the locations that were ticked for it, and nothing of the others."""
    page_size: int = 100
    visit_words: tuple[VisitWord, ...] = (VisitWord.CANCELLED, VisitWord.DNA, VisitWord.CONFIRMED)
    """What the vendor's own pages call an appointment: the first of these that holds (see ``word_for``)."""
    tells_deceased: bool = False
    """It says which patients have died."""
    pace: PaceKind = PaceKind.FIXED_WINDOW
    streams_by_change: tuple[Stream, ...] | None = None
    """Of which streams the vendor can be asked what has changed, at the price of the change; ``None``: of all. The
    others answer ``updated_since`` too, by reading again all that is near in time: not for every few seconds."""
    reads_many_by_id: bool = True
    """One request answers for a hundred ``ids``; otherwise each id costs one."""


def word_for(
    words: Sequence[VisitWord], status: AppointmentStatus, *, completed: bool, invoiced: bool | None
) -> VisitWord:
    """The first of a vendor's words that holds for an appointment."""
    holds = {
        VisitWord.CANCELLED: status == AppointmentStatus.CANCELLED,
        VisitWord.DNA: status == AppointmentStatus.DNA,
        VisitWord.COMPLETED: completed,
        VisitWord.UNINVOICED: invoiced is False,
    }
    return next((word for word in words if holds.get(word, True)), VisitWord.CONFIRMED)


Tell = Callable[[int, float], None]
"""(HTTP status, or 0 when no answer came; seconds it took) of the request that was admitted."""


class Pace(Protocol):
    """The request budget of one connection, shared by all processes."""

    def admit(self, lane: Lane) -> AbstractContextManager[Tell]:
        """Wait until a request in this lane may be sent, and hold its place while it is under way. What came of it
        is told to the function that this yields. ``RateLimited`` when a live one would wait too long."""
        ...

    def hold_until(self, until: datetime) -> None:
        """The vendor said stop (aware, UTC): no process sends before then."""
        ...


class Gateway(Protocol):
    """One practice's account at one vendor, opened with its key."""

    @property
    def capabilities(self) -> Capabilities: ...

    def check(self) -> AccountRecord:
        """Prove the key and say whose it is. Live lane. ``KeyRejected``, ``NotPermitted``, ``VendorUnavailable``,
        ``RateLimited``, each with its own ``cause`` and advice."""
        ...

    def fetch(
        self, stream: Stream, selection: Selection, cursor: str | None = None, *, lane: Lane = Lane.BACKGROUND
    ) -> Page:
        """One page of a stream, in the background lane, in that of polls, or in the live one for a person who waits.
        Reads are retried; what is raised at last is final."""
        ...

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
        """Every free start by the vendor's own online-booking rules on these local days (both inclusive, any
        distance: asked in pieces where the vendor limits it), in time order. ``duration_minutes`` is the type's, for
        vendors that name only the start. ``NotBookableOnline`` when one of the three is switched off or the
        combination does not exist. Live lane."""
        ...

    def next_time(self, *, location_id: str, practitioner_id: str, appointment_type_id: str) -> datetime | None:
        """The first free start (aware, UTC) by the same rules, ``None`` when there is none as far ahead as the
        practice opens its diary. ``NotOffered`` where ``capabilities.finds_next_time`` is false, or where the account
        does not answer this after all; ``NotBookableOnline`` as above. Live lane."""
        ...

    def book(self, draft: AppointmentDraft) -> Entered:
        """Write the appointment; sent once, never retried. ``WriteUncertain`` when no answer came back,
        ``WriteRefused`` when the vendor said no, ``SlotTaken`` when it did because somebody else has the time. The
        vendor may accept what overlaps: see ``Entered.conflict``."""
        ...

    def has_conflict(self, appointment_id: str, *, patient_id: str) -> bool:
        """Does this appointment overlap something else in its practitioner's diary? ``patient_id`` is whose it is:
        some vendors know no appointment by its id alone."""
        ...

    def appointment(self, appointment_id: str, *, patient_id: str) -> AppointmentRecord:
        """Read one appointment now, cancelled and archived included. ``patient_id`` as above. ``NotFound``."""
        ...

    def find_appointments(
        self, *, patient_id: str, practitioner_id: str, starts_at: datetime
    ) -> list[AppointmentRecord]:
        """Those that stand for this patient with this practitioner at exactly this start (cancelled and archived
        left out), with their notes: how a lost answer is looked up by its reference. The notes are not to be
        stored unless the practice keeps notes."""
        ...

    def withdraw(self, appointment_id: str, *, patient_id: str) -> None:
        """Take back an appointment that we ourselves have just made and must not stand. Repeating is harmless.
        ``patient_id`` as above."""
        ...

    def reschedule(self, move: AppointmentMove) -> Entered:
        """One change of the same appointment, read back; sent once, never retried. The old time stands whole when
        it fails. ``WriteUncertain``, ``WriteRefused``, ``SlotTaken`` as with ``book``; ``NotFound``;
        ``VendorChanged`` when the vendor said yes and the appointment did not move."""
        ...

    def cancel(self, cancellation: Cancellation) -> AppointmentRecord:
        """Cancel an appointment and read it back. Cancelling what is cancelled already is no error. Errors as with
        ``reschedule``. The vendor may not store the reason: see ``capabilities``."""
        ...

    def find_patients(self, *, first_name: str, last_name: str, date_of_birth: date | None) -> list[PatientRecord]:
        """Those of this name, upper and lower case alike, and born on this day where one is given, asked of the
        vendor now, archived ones included: how a duplicate or a lost answer is found. Live lane."""
        ...

    def register_patient(self, draft: PatientDraft) -> PatientRecord:
        """Create a patient and read it back; sent once, never retried. ``WriteUncertain``, ``WriteRefused`` (its
        message names the field)."""
        ...

    def treatment_notes(self, patient_id: str) -> list[TreatmentNote]:
        """What practitioners wrote about this patient, the newest first, deleted notes left out. Live lane.
        ``NotOffered`` where ``capabilities.reads_treatment_notes`` is false. Never stored, and each reading is for
        the audit trail."""
        ...

    def subscribe(self, url: str) -> WebhookSubscription:
        """Ask the vendor to send this account's changes to ``url``, in the background lane; sent once, never retried.
        ``NotOffered`` when the account has no webhooks. After ``WriteUncertain`` a subscription with an unknown
        secret may stand: list them and remove those with this url."""
        ...

    def subscriptions(self) -> list[WebhookSubscription]:
        """All that stand, other programs' included, without their secrets, in the background lane. Empty where the
        account has no webhooks."""
        ...

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription, in the background lane. Repeating is harmless, and so is one that is gone already."""
        ...

    def close(self) -> None: ...


class RegionChoice(msgspec.Struct, frozen=True):
    """One line of the connect form's region list."""

    code: str
    host: str


class GuideStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the instructions beside the connect form; ``path`` is the menu path, outermost first."""

    title: str
    lines: tuple[str, ...]
    path: tuple[str, ...] = ()


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """An online-booking switch that the practice may have to turn on, and where it is at the vendor's."""

    scope: str
    """``account``, ``practitioner``, ``location`` or ``appointment_type``."""
    label: str
    path: tuple[str, ...]


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """The words about one vendor that pages show: data, so that no page asks which vendor it is."""

    vendor: str
    label: str
    prerequisites: tuple[str, ...]
    key_steps: tuple[GuideStep, ...]
    online_booking_steps: tuple[GuideStep, ...]
    switches: tuple[Switch, ...]
    regions: tuple[RegionChoice, ...]
    key_help: tuple[str, ...]
    no_times_help: tuple[str, ...]
    permissions: tuple[str, ...]
    rotate_steps: tuple[str, ...] = ()
    disconnect_warning: str = ""
    scope_help: tuple[str, ...] = ()
    """What to do when a location is missing, for a vendor whose keys are made for single locations."""
    patient_help: tuple[str, ...] = ()
    """Why a patient may not be in the list."""
    webhook_help: tuple[str, ...] = ()
    """What to try when deliveries fail, the likeliest first; empty for a vendor without webhooks."""


def sends_no_events(body: bytes) -> tuple[str, WebhookEvent]:
    """``Vendor.read_event`` of a system without webhooks."""
    raise VendorChanged("An event came from a system that sends none.", cause="webhook")


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """One supported system: what the registry knows of it."""

    name: str
    label: str
    capabilities: Capabilities
    """Where it differs from others, before any account is opened; a gateway of it says the same."""
    guide: Guide
    normalise_key: Callable[[str, str], tuple[str, str]]
    """(pasted key, chosen region) -> (clean key, region). ``KeyRejected`` before any call when they disagree."""
    open: Callable[..., Gateway]
    """open(key=, region=, pace=, base_url="", contact="", include_notes=False, phone_region="AU", together=in_turn)
    -> Gateway. ``base_url`` replaces the vendor's real address (a sandbox), ``contact`` stands in the User-Agent,
    ``together`` is how reads are asked side by side."""
    same_account: Callable[[str, str], bool] = operator.eq
    """(stored ``AccountRecord.id``, the one that a key shows now) -> is it the same account?"""
    read_event: Callable[[bytes], tuple[str, WebhookEvent]] = sends_no_events
    """(body of a verified delivery) -> (type as delivered, e.g. ``patient.updated``; the event). ``VendorChanged``
    with cause ``webhook`` for a body that does not fit. Only the type, one record id and a time are taken from it."""
