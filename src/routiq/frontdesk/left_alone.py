"""Who said stop: a time that came free is not offered to them, not by a call of the team either. They stay on the
list, and whoever looks at it sees why nothing is offered."""

from __future__ import annotations

from collections.abc import Iterable

from routiq.consent.ledger import opted_out_among
from routiq.mirror.models import PatientPhone


def want_to_be_left_alone(patient_ids: Iterable[str]) -> set[str]:
    """Those of these patients who said stop, or from one of whose numbers somebody did."""
    numbers: dict[str, set[str]] = {patient_id: set() for patient_id in patient_ids}
    known = PatientPhone.objects.filter(patient__remote_id__in=numbers)
    for patient_id, number in known.values_list("patient__remote_id", "e164"):
        numbers[patient_id].add(number)
    return opted_out_among(numbers)
