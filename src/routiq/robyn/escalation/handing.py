"""A message for the team is kept: as a task on the list, and as an e-mail, by what the practice set."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from routiq.frontdesk.models import StaffTask
from routiq.frontdesk.tasks import leave_task
from routiq.practices.live import announce
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation import paced, telling
from routiq.robyn.escalation.message import Message
from routiq.robyn.escalation.triggers import Method, Trigger
from routiq.robyn.manner import rule_of
from routiq.robyn.models import HandOver


@transaction.atomic
def hand_over(message: Message) -> HandOver:
    """Keep the message, or complete the one it belongs to. Whatever is set, it reaches the team: what is not sent as
    an e-mail is a task."""
    kept = HandOver.objects.select_for_update().filter(pk=message.id).first() if message.id else None
    row = kept or _new(message)
    row.trigger, row.practitioners = message.trigger, list(message.practitioners)
    before = _told_of(row)
    row.reason, row.who, row.patient_remote_id = message.reason, message.who[:200], message.patient_id
    row.number, row.window, row.message = message.number[:40], message.window[:200], message.message
    row.wanted, row.complete = message.wanted, message.complete
    if row.told_at is not None and before != _told_of(row):
        row.told_at = None  # More was said since: it is told again.
    row.save()
    _task(row, message)
    if row.by_email and row.complete and row.told_at is None:
        telling.tell(row)
    announce(row.practice_id, "conversation")
    return row


def ways(message: Message) -> tuple[bool, bool]:
    """Whether it becomes a task, and whether an e-mail, by what the practice in force set. What nobody is written to
    about at once is a task as well."""
    if not message.trigger:
        return True, False
    trigger = Trigger(message.trigger)
    to = telling.addresses(trigger, message.practitioners)
    way = rule_of(trigger).way(trigger, in_hours=message.in_hours, reachable=bool(to))
    soon, _ = paced.sorted_out(trigger, to, timezone.now())
    return way is not Method.EMAIL or not soon, way is not Method.TASK


def _new(message: Message) -> HandOver:
    has_task, by_email = ways(message)
    row = HandOver(
        practice_id=current_practice_id(),
        conversation_id=message.conversation_id,
        trigger=message.trigger,
        kind=message.kind,
        by_email=by_email,
        practitioners=list(message.practitioners),
    )
    if has_task:
        kind = StaffTask.Kind(message.kind)
        row.task_id = leave_task(kind, message.summary, conversation_id=message.conversation_id).pk
    return row


def _task(row: HandOver, message: Message) -> None:
    """The task says what is known by now."""
    if row.task_id is None:
        return
    open_task = StaffTask.objects.filter(pk=row.task_id, done_at=None).exclude(summary=message.summary)
    if open_task.update(summary=message.summary):
        announce(row.practice_id, "tasks")


def _told_of(row: HandOver) -> tuple[str, ...]:
    return (row.reason, row.who, row.number, row.window, row.message)
