"""Reading our waiting list with names for its ids: for the pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from routiq.frontdesk import wanted
from routiq.frontdesk.left_alone import want_to_be_left_alone
from routiq.frontdesk.models import FreedTime, SlotOffer, WaitlistEntry
from routiq.frontdesk.offered import time_of
from routiq.frontdesk.wanted import When
from routiq.frontdesk.wishes import OfferedTime
from routiq.mirror.models import Appointment, AppointmentType, Location, Patient, Practitioner


@dataclass(frozen=True)
class Waiting:
    """One entry. Names are empty for "anyone" and "anywhere"."""

    entry: WaitlistEntry
    patient: Patient | None
    type_name: str
    practitioner_name: str
    location_name: str
    when: When
    held: Appointment | None
    """The later appointment that they have meanwhile."""
    said_stop: bool
    """They are offered nothing (:mod:`routiq.frontdesk.left_alone`)."""

    @property
    def when_in_words(self) -> str:
        return self.when.in_words()


@dataclass(frozen=True)
class OnOffer:
    offer: SlotOffer
    patient: Patient | None
    time: OfferedTime


def who_waits() -> QuerySet[WaitlistEntry]:
    """In the order in which they are asked: the highest priority first, then the longest wait."""
    return WaitlistEntry.objects.filter(state=WaitlistEntry.State.WAITING).order_by("-priority", "created_at", "pk")


def with_names(entries: Sequence[WaitlistEntry]) -> list[Waiting]:
    patients = _patients(entry.patient_remote_id for entry in entries)
    types = _names(AppointmentType, {entry.appointment_type_remote_id for entry in entries})
    people = _names(Practitioner, {entry.practitioner_remote_id for entry in entries})
    places = _names(Location, {entry.location_remote_id for entry in entries})
    left_alone = want_to_be_left_alone(entry.patient_remote_id for entry in entries)
    held = Appointment.objects.filter(
        remote_id__in={entry.sooner_than for entry in entries} - {""},
        status=Appointment.Status.CONFIRMED,
        removed_at=None,
    )
    meanwhile = {row.remote_id: row for row in held}
    return [
        Waiting(
            entry=entry,
            patient=patients.get(entry.patient_remote_id),
            type_name=types.get(entry.appointment_type_remote_id, ""),
            practitioner_name=people.get(entry.practitioner_remote_id, ""),
            location_name=places.get(entry.location_remote_id, ""),
            when=wanted.read(entry.wanted),
            held=meanwhile.get(entry.sooner_than),
            said_stop=entry.patient_remote_id in left_alone,
        )
        for entry in entries
    ]


def offers_under_way() -> list[OnOffer]:
    """The one that runs out first is first."""
    return on_offer(SlotOffer.objects.filter(state__in=SlotOffer.UNDER_WAY).order_by("expires_at", "pk"))


def offers_of(entry: WaitlistEntry) -> list[OnOffer]:
    """All that this entry was ever offered, the newest first."""
    return on_offer(SlotOffer.objects.filter(entry=entry).order_by("-made_at", "-pk"))


def refilled(limit: int) -> list[OnOffer]:
    """The times that came free and were filled again, the latest first: by whom, and when."""
    booked = SlotOffer.objects.filter(state=SlotOffer.State.BOOKED, freed__state=FreedTime.State.FILLED)
    return on_offer(booked.order_by("-answered_at", "-pk")[:limit])


def on_offer(offers: QuerySet[SlotOffer]) -> list[OnOffer]:
    rows = list(offers)
    patients = _patients(row.patient_remote_id for row in rows)
    return [OnOffer(row, patients.get(row.patient_remote_id), time_of(row)) for row in rows]


def _patients(ids: object) -> dict[str, Patient]:
    return {row.remote_id: row for row in Patient.objects.filter(remote_id__in=set(ids))}  # type: ignore[call-overload]


def _names(model: type[AppointmentType | Practitioner | Location], ids: set[str]) -> dict[str, str]:
    return dict(model._default_manager.filter(remote_id__in=ids - {""}).values_list("remote_id", "name"))
