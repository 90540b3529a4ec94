"""What is answered to a change, and who is told when nothing could be written (B14, B15)."""

from __future__ import annotations

from routiq.frontdesk.booking import OUTCOMES
from routiq.frontdesk.changes import ChangeAnswer, Late
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.describing import details, in_words
from routiq.frontdesk.models import StaffTask, Write
from routiq.frontdesk.tasks import leave_task, leave_task_once
from routiq.frontdesk.wishes import Outcome

UNDER_WAY = ChangeAnswer(outcome=Outcome.UNCERTAIN, message="This is being done already.")


def answer(write: Write) -> ChangeAnswer:
    """What can be said of a stored change now, from its row alone (B7)."""
    done = write.state == Write.State.DONE
    task = StaffTask.objects.filter(write=write, kind=StaffTask.Kind.CALL_BACK).order_by("pk").first()
    return ChangeAnswer(
        outcome=OUTCOMES[Write.State(write.state)],
        write_id=str(write.pk),
        appointment_id=write.appointment_remote_id if done else "",
        patient_id=write.patient_remote_id if done else "",
        message=write.error_message,
        steps=tuple(write.steps.values_list("step", flat=True)),
        task_id=task.pk if task else None,
    )


def refuse(write: Write, refusal: Refusal, late: Late | None = None) -> ChangeAnswer:
    """Nothing is begun; ``write`` is what would have been stored. Where the practice or its connection is not ready,
    what a conversation asked for becomes a task."""
    task = None
    write.reference = ""  # It leads nowhere: nothing is stored under it.
    if refusal.for_all and (conversation_id := conversation_of(write)) is not None:
        task = leave_task_once(
            StaffTask.Kind.CALL_BACK,
            f"{in_words(write)}: asked for, and not done. {refusal.message} {details(write)}".strip(),
            conversation_id=conversation_id,
        )
    return ChangeAnswer(
        outcome=Outcome.NOT_ALLOWED,
        message=refusal.message,
        advice=refusal.advice,
        task_id=task.pk if task else None,
        late=late,
    )


def told(write: Write) -> ChangeAnswer:
    """The answer to a change that was just carried out; what the vendor did not take becomes a task."""
    if write.state == Write.State.UNAVAILABLE and (conversation_id := conversation_of(write)) is not None:
        leave_task(
            StaffTask.Kind.CALL_BACK,
            f"{in_words(write)}: asked for, and not done. {write.error_message} {details(write)}".strip(),
            conversation_id=conversation_id,
            write=write,
        )
    return answer(write)


def conversation_of(write: Write) -> int | None:
    kind, _, number = write.asked_by.partition(":")
    return int(number) if kind == "conversation" and number.isdecimal() else None
