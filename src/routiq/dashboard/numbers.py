"""What the dashboard counts and lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import TruncDate
from django.utils import timezone

from routiq.frontdesk.models import Booking, StaffTask
from routiq.mirror.models import Appointment, AppointmentType, Attendance, ClassSession, Patient, Practitioner
from routiq.mirror.sight import Sight
from routiq.practices.models import Practice
from routiq.robyn.conversation import REHEARSAL
from routiq.robyn.models import Conversation, HandOver

DAYS = 7
RECENT = 5


@dataclass(frozen=True)
class DayCount:
    day: date
    appointments: int
    seats: int
    is_today: bool
    width: int
    """Of its bar, 0 to 100, the fullest day being 100."""

    @property
    def total(self) -> int:
        return self.appointments + self.seats


def coming_days(practice: Practice) -> tuple[DayCount, ...]:
    """How full today and the days after it are, in the practice's zone. What was cancelled or deleted is left out."""
    today = timezone.now().astimezone(practice.zone).date()
    first = datetime.combine(today, time.min, practice.zone)
    last = datetime.combine(today + timedelta(days=DAYS), time.min, practice.zone)
    in_window = Q(starts_at__gte=first, starts_at__lt=last, removed_at=None)
    appointments = _by_day(
        Appointment.objects.filter(in_window, status=Appointment.Status.CONFIRMED), "starts_at", practice
    )
    sessions = dict(ClassSession.objects.filter(in_window).values_list("remote_id", "starts_at"))
    seats: dict[date, int] = {}
    booked = Attendance.objects.filter(
        class_remote_id__in=sessions, removed_at=None, status=Appointment.Status.CONFIRMED
    ).values_list("class_remote_id")
    for class_id, number in booked.annotate(number=Count("pk")):
        day = sessions[class_id].astimezone(practice.zone).date()
        seats[day] = seats.get(day, 0) + number
    all_days = [today + timedelta(days=n) for n in range(DAYS)]
    fullest = max((appointments.get(day, 0) + seats.get(day, 0) for day in all_days), default=0) or 1
    return tuple(
        DayCount(
            day=day,
            appointments=appointments.get(day, 0),
            seats=seats.get(day, 0),
            is_today=day == today,
            width=round((appointments.get(day, 0) + seats.get(day, 0)) * 100 / fullest),
        )
        for day in all_days
    )


def _by_day(rows: Any, field: str, practice: Practice) -> dict[date, int]:
    by_day = rows.annotate(day=TruncDate(field, tzinfo=practice.zone)).values_list("day")
    return dict(by_day.annotate(number=Count("pk")))


@dataclass(frozen=True)
class Talk:
    """A conversation, as a line in a list."""

    conversation: Conversation
    first_words: str
    """What the patient wanted, in the words they began with."""
    turns: int


def talks_seen(sight: Sight) -> QuerySet[Conversation]:
    """The conversations of the patients who are seen, and those that were left to the team, which are everybody's."""
    if not sight.is_limited:
        return Conversation.objects.all()
    left = StaffTask.objects.filter(conversation_id__isnull=False).values("conversation_id")
    seen = Patient.objects.filter(sight.patients()).values("remote_id")
    about = Conversation.objects.annotate(about=KeyTextTransform("patient_id", "state"))
    handed = HandOver.objects.values("conversation_id")
    return about.filter(Q(pk__in=left) | Q(pk__in=handed) | Q(about__in=seen))


def recent_talks(sight: Sight) -> list[Talk]:
    """With patients, and tests that were for real; rehearsals are nobody's."""
    return _as_talks(talks_seen(sight).exclude(channel=REHEARSAL))


def rehearsed_and_tested(sight: Sight) -> list[Talk]:
    return _as_talks(talks_seen(sight).filter(channel__in=("test", REHEARSAL)))


def _as_talks(talks: QuerySet[Conversation]) -> list[Talk]:
    recent = talks.order_by("-last_turn_at").prefetch_related("turns")[:RECENT]
    return [
        Talk(each, next((turn.heard for turn in turns if turn.heard), ""), len(turns))
        for each in recent
        for turns in [list(each.turns.all())]
    ]


@dataclass(frozen=True)
class BookingLine:
    """A booking that Robyn or the API made or tried, with the mirror's names."""

    booking: Booking
    patient: Patient | None
    practitioner: str
    appointment_type: str


def recent_bookings(sight: Sight) -> list[BookingLine]:
    booked = Booking.objects.order_by("-created_at")
    if sight.is_limited:
        booked = booked.filter(patient_remote_id__in=Patient.objects.filter(sight.patients()).values("remote_id"))
    recent = list(booked[:RECENT])
    patients = _named(Patient, {each.patient_remote_id for each in recent})
    practitioners = _named(Practitioner, {each.practitioner_remote_id for each in recent})
    types = _named(AppointmentType, {each.appointment_type_remote_id for each in recent})
    return [
        BookingLine(
            each,
            patients.get((each.connection_id, each.patient_remote_id)),
            getattr(practitioners.get((each.connection_id, each.practitioner_remote_id)), "name", ""),
            getattr(types.get((each.connection_id, each.appointment_type_remote_id)), "name", ""),
        )
        for each in recent
    ]


def _named(model: Any, remote_ids: set[str]) -> dict[tuple[int, str], Any]:
    rows = model.objects.filter(remote_id__in=remote_ids)
    return {(row.connection_id, row.remote_id): row for row in rows}
