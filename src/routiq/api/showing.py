"""Filling the API's shapes from what the lower floors hold."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

from routiq.api import offers, schemas
from routiq.connections import models as connections
from routiq.frontdesk import models as frontdesk
from routiq.frontdesk.answering import answer as change_answer
from routiq.frontdesk.booking import answer
from routiq.frontdesk.confirmations import text_about
from routiq.frontdesk.wishes import Menu, OfferedTime
from routiq.mirror import models as mirror
from routiq.mirror import queries
from routiq.mirror.money import Account, Bill
from routiq.mirror.waiting import Wish
from routiq.practices.models import Practice
from routiq.sync.models import SyncRun
from routiq.sync.progress import Progress


def connection(row: connections.Connection) -> schemas.Connection:
    paused = None
    if row.state == connections.Connection.State.PAUSED:
        paused = schemas.Paused(
            code=row.paused_code, message=row.paused_message, advice=row.paused_advice, at=row.paused_at
        )
    return schemas.Connection.of(row, paused=paused)


def practice(row: Practice, live: connections.Connection | None) -> schemas.Practice:
    overview = queries.practice_overview()
    rules = overview.rules
    return schemas.Practice.of(
        row,
        connection=connection(live) if live else None,
        counts=schemas.Counts(**queries.counts()),
        locations=[schemas.Location.of(each) for each in overview.locations],
        practitioners=[schemas.Practitioner.of(each) for each in overview.practitioners],
        appointment_types=[schemas.AppointmentType.of(each) for each in overview.appointment_types],
        booking_rules=schemas.BookingRules.of(rules) if rules else None,
        switched_off=[
            schemas.SwitchedOff.of(each, switch=each.switch.label, path=list(each.switch.path))
            for each in overview.switched_off
        ],
    )


def run(row: SyncRun) -> schemas.SyncRun:
    error = None
    if row.error_code:
        error = schemas.RunError(code=row.error_code, message=row.error_message, advice=row.error_advice)
    return schemas.SyncRun.of(row, error=error)


def run_in_detail(progress: Progress) -> schemas.SyncRunDetail:
    return schemas.SyncRunDetail(
        **run(progress.run).model_dump(),
        progress=schemas.Progress.of(
            progress, streams=[schemas.StreamProgress.of(each) for each in progress.streams]
        ),
    )


def patient(row: mirror.Patient) -> schemas.Patient:
    """``phones`` should be prefetched."""
    return schemas.Patient.of(row, phones=[schemas.Phone.of(each) for each in row.phones.all()])


def patient_in_detail(row: mirror.Patient, *, with_notes: bool) -> schemas.PatientDetail:
    survivor = queries.survivor(row)
    return schemas.PatientDetail.of(
        row,
        phones=patient(row).phones,
        notes=row.notes if with_notes else "",
        merged_into=survivor.pk if survivor else None,
        created_at=row.remote_created_at,
    )


def appointment(visit: queries.Visit, *, with_notes: bool) -> schemas.Appointment:
    return schemas.Appointment.of(
        visit,
        starts_at=visit.starts_at.astimezone(UTC),
        ends_at=visit.ends_at.astimezone(UTC),
        time_zone=visit.zone,
        practitioner=visit.practitioner_name,
        vendor_status=visit.word,
        appointment_type=visit.type_name,
        location=visit.location_name,
        cancellation_reason=visit.reason,
        notes=visit.notes if with_notes else "",
    )


def invoices(account: Account) -> schemas.Invoices:
    return schemas.Invoices(items=[_invoice(bill) for bill in account.bills], owed=_cents(account.owed))


def _invoice(bill: Bill) -> schemas.Invoice:
    row = bill.invoice
    return schemas.Invoice.of(
        row,
        total=_cents(row.total),
        paid=_cents(row.paid),
        outstanding=_cents(row.outstanding),
        practitioner=bill.practitioner_name,
        location=bill.location_name,
        payments=[schemas.Payment.of(each, amount=_cents(each.amount)) for each in bill.payments],
    )


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


def waiting(wish: Wish, *, with_notes: bool) -> schemas.WaitingListEntry:
    return schemas.WaitingListEntry.of(
        wish.entry,
        patient_id=wish.patient.pk if wish.patient else None,
        patient=wish.patient.full_name if wish.patient else "",
        appointment_type=wish.type_name,
        location=wish.location_name,
        practitioners=list(wish.practitioner_names),
        notes=wish.entry.notes if with_notes else "",
        since=wish.entry.remote_created_at,
    )


def menu(found: Menu) -> schemas.Menu:
    return schemas.Menu(
        appointment_types=[schemas.Choice.of(each) for each in found.appointment_types],
        practitioners=[schemas.Choice.of(each) for each in found.practitioners],
        locations=[schemas.Choice.of(each) for each in found.locations],
    )


def offer(time: OfferedTime, practice_id: int) -> schemas.Offer:
    return schemas.Offer(
        offer=offers.seal(time, practice_id),
        starts_at=time.starts_at.astimezone(UTC),
        ends_at=time.ends_at.astimezone(UTC),
        local_start=time.local_start,
        local_end=time.ends_at.astimezone(ZoneInfo(time.zone)),
        time_zone=time.zone,
        practitioner=schemas.Choice(id=time.practitioner_id, name=time.practitioner_name),
        location=schemas.Choice(id=time.location_id, name=time.location_name),
        appointment_type=schemas.Choice(id=time.appointment_type_id, name=time.appointment_type_name),
    )


def booking(row: frontdesk.Booking, *, with_notes: bool) -> schemas.Booking:
    told = answer(row)
    who = mirror.Patient.objects.filter(connection=row.connection_id, remote_id=row.patient_remote_id).first()
    made = None
    if told.appointment_id and who is not None:
        visits = (each for each in queries.history(who) if each.remote_id == told.appointment_id)
        made = next((appointment(each, with_notes=with_notes) for each in visits), None)
    return schemas.Booking.of(
        row,
        id=row.pk,
        outcome=told.outcome,
        is_final=row.state not in frontdesk.Booking.OPEN,
        patient_id=who.pk if who else None,
        message=told.message,
        appointment=made,
        steps=[schemas.Step.of(each) for each in row.steps.all()],
        text=confirmation(row),
    )


def confirmation(row: frontdesk.Write) -> schemas.Confirmation | None:
    text = text_about(row)
    return schemas.Confirmation.of(text, words=text.body) if text else None


def change(row: frontdesk.Write) -> schemas.Change:
    told = change_answer(row)
    who = mirror.Patient.objects.filter(connection=row.connection_id, remote_id=row.patient_remote_id).first()
    return schemas.Change.of(
        row,
        outcome=told.outcome,
        is_final=not row.is_open,
        patient_id=who.pk if who else None,
        message=told.message,
        steps=[schemas.Step.of(each) for each in row.steps.all()],
        text=confirmation(row),
    )
