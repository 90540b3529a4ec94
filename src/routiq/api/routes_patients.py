"""Finding patients, and what they have had and will have."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from routiq.api import errors, finding, schemas, showing
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Limit, Taken, Text
from routiq.mirror import queries
from routiq.mirror.models import Patient
from routiq.mirror.money import account_of

router = Router(tags=["patients"])


class PatientFilter(Taken):
    phone: Text = Field("", max_length=40, description="Any format; the whole number must match.")
    name: Text = Field("", max_length=200, description="Words of first and family name, accents or none.")
    search: Text = Field(
        "", max_length=200, description="Words to look for in names, e-mail and phone digits. Not with phone or name."
    )
    status: Literal["active", "archived", "deceased", "all"] = Field(
        "active", description="`archived` takes in merged and deceased patients."
    )
    after: Text = Field("", max_length=1000, description="The `next` of the page before.")
    limit: Limit = 50


class VisitFilter(Taken):
    when: Literal["all", "upcoming", "past"] = "all"


@router.get("/patients", response=answers({200: schemas.Patients}), summary="Find patients")
def list_patients(request: HttpRequest, wanted: Annotated[PatientFilter, Query()]) -> schemas.Patients:
    """By family name, a page at a time. A phone number is read as a caller's is: `0491 570 006` and `+61491570006`
    find the same people."""
    by_phone, by_name, words = wanted.phone.strip(), wanted.name.strip(), wanted.search.strip()
    if words and (by_phone or by_name):
        raise errors.invalid({"search": "Use search alone, or phone and name."})
    if by_phone or by_name:
        number = finding.dialled(by_phone, caller_of(request).practice) if by_phone else ""
        page, following = finding.patients(
            phone=number, name=by_name, status=wanted.status, after=wanted.after, limit=wanted.limit
        )
    else:
        try:
            found = queries.patients(search=words, status=wanted.status, after=wanted.after, size=wanted.limit)
        except queries.BadCursor:
            raise finding.bad_mark() from None
        page, following = [row.patient for row in found.rows], found.next
        prefetch_related_objects(page, "phones")
    return schemas.Patients(items=[showing.patient(row) for row in page], next=following)


@router.get("/patients/{int:patient_id}", response=answers({200: schemas.PatientDetail}, 404), summary="One patient")
def get_patient(request: HttpRequest, patient_id: int) -> schemas.PatientDetail:
    """Everything that the copy holds of one patient. A merged one names the patient it lives on as."""
    keeps_notes = caller_of(request).practice.keep_patient_notes
    return showing.patient_in_detail(_patient(patient_id), with_notes=keeps_notes)


@router.get(
    "/patients/{int:patient_id}/appointments",
    response=answers({200: schemas.Appointments}, 404),
    summary="A patient's appointments",
)
def list_patient_appointments(
    request: HttpRequest, patient_id: int, wanted: Annotated[VisitFilter, Query()]
) -> schemas.Appointments:
    """Individual appointments and seats in classes, newest first; cancelled ones are listed as such. `upcoming` are
    those that are still to come and stand; `past` is the rest."""
    visits = queries.history(_patient(patient_id))
    if wanted.when != "all":
        visits = [visit for visit in visits if visit.is_upcoming == (wanted.when == "upcoming")]
    keeps_notes = caller_of(request).practice.keep_patient_notes
    return schemas.Appointments(items=[showing.appointment(visit, with_notes=keeps_notes) for visit in visits])


@router.get(
    "/patients/{int:patient_id}/invoices",
    response=answers({200: schemas.Invoices}, 404),
    summary="A patient's invoices and payments",
)
def list_patient_invoices(request: HttpRequest, patient_id: int) -> schemas.Invoices:
    """Newest first, each with its payments. Empty where the practice management system tells no invoices."""
    return showing.invoices(account_of(_patient(patient_id)))


def _patient(pk: int) -> Patient:
    try:
        return queries.patient(pk)
    except Patient.DoesNotExist:
        raise errors.not_found("patient") from None
