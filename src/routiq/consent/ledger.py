"""Saying stop, and asking whether somebody has. All for the practice in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Q

from routiq.consent.models import OptOut
from routiq.pms.phones import e164
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id

_LONGEST = 1000


def withdraw(*, number: str = "", patient_id: str = "", words: str = "", source: str) -> None:
    """From now on nothing that was not asked for goes to this number or this patient, on any channel. ``number`` in
    any format. ``ValueError`` when neither is known."""
    dialled = _dialled(number)
    if not dialled and not patient_id:
        raise ValueError("Nobody can be left alone who is not known.")
    OptOut.objects.create(
        practice_id=current_practice_id(),
        number=dialled,
        patient_remote_id=patient_id,
        words=words[:_LONGEST],
        source=source,
    )


def has_opted_out(*, number: str = "", patient_id: str = "") -> bool:
    """Whether this number or this patient said stop. To be asked right before anything is sent that nobody asked
    for; what somebody did ask for may be answered."""
    dialled = _dialled(number)
    either = Q(number=dialled) if dialled else Q()
    if patient_id:
        either |= Q(patient_remote_id=patient_id)
    return bool(either) and OptOut.objects.filter(either).exists()


def opted_out_among(patients: Mapping[str, Collection[str]]) -> set[str]:
    """Of these patients (the vendor's id, and their numbers in E.164) those who said stop, or whose number did: as
    :func:`has_opted_out` says of each, in one question."""
    numbers = {number for each in patients.values() for number in each if number}
    said = OptOut.objects.filter(Q(patient_remote_id__in=patients.keys()) | Q(number__in=numbers))
    stopped = {word for pair in said.values_list("patient_remote_id", "number") for word in pair if word}
    return {patient for patient, own in patients.items() if patient in stopped or not stopped.isdisjoint(own)}


def _dialled(number: str) -> str:
    region = Practice.objects.values_list("country_code", flat=True).get(pk=current_practice_id())
    return e164(number, region=region) if number else ""
