"""Filling the API's shapes from what the lower floors hold."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from routiq.api import offers, schemas
from routiq.connections import models as connections
from routiq.frontdesk import models as frontdesk
from routiq.frontdesk.booking import answer
from routiq.frontdesk.wishes import Choice, Menu, OfferedTime
from routiq.mirror import models as mirror
from routiq.mirror import queries
from routiq.practices.models import Practice
from routiq.sync.models import SyncRun
from routiq.sync.progress import Progress


def connection(row: connections.Connection) -> schemas.Connection:
    paused = None
    if row.state == connections.Connection.State.PAUSED:
        paused = schemas.Paused(
            code=row.paused_code, message=row.paused_message, advice=row.paused_advice, at=row.paused_at
        )
    return schemas.Connection(
        id=row.pk,
        vendor=row.vendor,
        region=row.region,
        account_name=row.account_name,
        state=row.state,
        key_hint=row.key_hint,
        connected_at=row.connected_at,
        key_set_at=row.key_set_at,
        last_ok_at=row.last_ok_at,
        paused=paused,
    )


def practice(row: Practice, live: connections.Connection | None) -> schemas.Practice:
    overview = queries.practice_overview()
    rules = overview.rules
    return schemas.Practice(
        id=row.pk,
        name=row.name,
        time_zone=row.time_zone,
        country_code=row.country_code,
        status=row.status,
        connection=connection(live) if live else None,
        counts=schemas.Counts(**queries.counts()),
        locations=[
            schemas.Location(
                remote_id=each.remote_id,
                name=each.name,
                address=each.address,
                country_code=each.country_code,
                time_zone=each.time_zone,
                contact=each.contact,
                online=each.online,
                active=each.active,
            )
            for each in overview.locations
        ],
        practitioners=[
            schemas.Practitioner(
                remote_id=each.remote_id,
                name=each.name,
                title=each.title,
                designation=each.designation,
                online=each.online,
                active=each.active,
            )
            for each in overview.practitioners
        ],
        appointment_types=[
            schemas.AppointmentType(
                remote_id=each.remote_id,
                name=each.name,
                category=each.category,
                description=each.description,
                duration_minutes=each.duration_minutes,
                max_attendees=each.max_attendees,
                online=each.online,
                active=each.active,
                telehealth=each.telehealth,
            )
            for each in overview.appointment_types
        ],
        booking_rules=schemas.BookingRules(
            online_bookings_enabled=rules.online_bookings_enabled,
            days_in_advance=rules.days_in_advance,
            minimum_notice_hours=rules.minimum_notice_hours,
            max_per_day_segment=rules.max_per_day_segment,
            cancellation_notice_hours=rules.cancellation_notice_hours,
        )
        if rules
        else None,
        switched_off=[
            schemas.SwitchedOff(
                scope=each.scope, name=each.name, switch=each.switch.label, path=list(each.switch.path)
            )
            for each in overview.switched_off
        ],
    )


def run(row: SyncRun) -> schemas.SyncRun:
    error = None
    if row.error_code:
        error = schemas.RunError(code=row.error_code, message=row.error_message, advice=row.error_advice)
    return schemas.SyncRun(
        id=row.pk,
        connection_id=row.connection_id,
        kind=row.kind,
        state=row.state,
        requested_at=row.requested_at,
        began_at=row.began_at,
        finished_at=row.finished_at,
        error=error,
    )


def run_in_detail(progress: Progress) -> schemas.SyncRunDetail:
    return schemas.SyncRunDetail(
        **run(progress.run).model_dump(),
        progress=schemas.Progress(
            records=progress.records,
            total=progress.total,
            requests=progress.requests,
            per_minute=progress.per_minute,
            seconds_left=progress.seconds_left,
            streams=[
                schemas.StreamProgress(
                    stream=each.stream, label=each.label, state=each.state, fetched=each.fetched, total=each.total
                )
                for each in progress.streams
            ],
        ),
    )


def patient(row: mirror.Patient) -> schemas.Patient:
    """``phones`` should be prefetched."""
    return schemas.Patient(
        id=row.pk,
        remote_id=row.remote_id,
        first_name=row.first_name,
        last_name=row.last_name,
        preferred_name=row.preferred_name,
        date_of_birth=row.date_of_birth,
        email=row.email,
        status=row.status,
        phones=[schemas.Phone(number=each.number, e164=each.e164, kind=each.kind) for each in row.phones.all()],
    )


def patient_in_detail(row: mirror.Patient, *, with_notes: bool) -> schemas.PatientDetail:
    survivor = queries.survivor(row)
    return schemas.PatientDetail(
        **patient(row).model_dump(),
        title=row.title,
        sex=row.sex,
        gender=row.gender,
        address_lines=row.address_lines,
        city=row.city,
        state=row.state,
        post_code=row.post_code,
        country_code=row.country_code,
        notes=row.notes if with_notes else "",
        merged_into=survivor.pk if survivor else None,
        created_at=row.remote_created_at,
        archived_at=row.archived_at,
    )


def appointment(visit: queries.Visit, *, with_notes: bool) -> schemas.Appointment:
    return schemas.Appointment(
        remote_id=visit.remote_id,
        starts_at=visit.starts_at.astimezone(UTC),
        ends_at=visit.ends_at.astimezone(UTC),
        local_start=visit.local_start,
        local_end=visit.local_end,
        time_zone=visit.zone,
        status=visit.status,
        arrived=visit.arrived,
        practitioner=visit.practitioner_name,
        appointment_type=visit.type_name,
        location=visit.location_name,
        is_class=visit.is_class,
        is_upcoming=visit.is_upcoming,
        cancellation_reason=visit.reason,
        notes=visit.notes if with_notes else "",
    )


def menu(found: Menu) -> schemas.Menu:
    return schemas.Menu(
        appointment_types=[_choice(each) for each in found.appointment_types],
        practitioners=[_choice(each) for each in found.practitioners],
        locations=[_choice(each) for each in found.locations],
    )


def _choice(choice: Choice) -> schemas.Choice:
    return schemas.Choice(id=choice.id, name=choice.name)


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
    return schemas.Booking(
        id=row.pk,
        outcome=told.outcome,
        is_final=row.state not in frontdesk.Booking.OPEN,
        reference=row.reference,
        patient_id=who.pk if who else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        message=told.message,
        appointment=made,
        created_at=row.created_at,
        finished_at=row.finished_at,
        steps=[schemas.Step(at=each.at, step=each.step) for each in row.steps.all()],
    )
