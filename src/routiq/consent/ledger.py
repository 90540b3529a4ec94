"""Saying stop, and asking whether somebody has. All for the practice in force."""

from __future__ import annotations

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


def _dialled(number: str) -> str:
    region = Practice.objects.values_list("country_code", flat=True).get(pk=current_practice_id())
    return e164(number, region=region) if number else ""
