"""What the workers do for this room."""

from __future__ import annotations

from django.db.models import Q
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from routiq.practices import limits, postbox
from routiq.practices.jobs_queue import defer_once
from routiq.practices.models import Letter, PersonalLetter
from routiq.practices.people import practice_ids
from routiq.practices.tenancy import acting_for

#: Minutes after which a letter that was not taken is tried again; then it is left with its error.
DELAYS = (1, 5, 15, 60, 2 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60)
MOST_ATTEMPTS = len(DELAYS) + 1


class Patiently(BaseRetryStrategy):
    """Wait longer after each refusal, by :data:`DELAYS`."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, postbox.NotSent) or job.attempts >= len(DELAYS):
            return None
        return RetryDecision(retry_in={"minutes": DELAYS[job.attempts]})


@app.task(queue="letters", name="practices.send_letter", retry=Patiently())
def send_letter(practice_id: int, letter_id: int) -> None:
    """Send one letter. Doing it twice is harmless: a letter that was taken is not sent again."""
    with acting_for(practice_id):
        postbox.send(letter_id)


@app.task(queue="letters", name="practices.send_personal_letter", retry=Patiently())
def send_personal_letter(practice_id: int, letter_id: int) -> None:
    """As :func:`send_letter`, for a letter about a patient."""
    with acting_for(practice_id):
        postbox.send(letter_id, PersonalLetter)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="schedule", name="practices.post_what_is_left", queueing_lock="practices.post_what_is_left")
def post_what_is_left(timestamp: int) -> None:
    """Letters whose job died with its worker get a new one."""
    for practice_id in practice_ids():
        with acting_for(practice_id):
            for letter_id in _left(Letter):
                if not _has_a_job(send_letter.name, letter_id):
                    post(practice_id, letter_id)
            for letter_id in _left(PersonalLetter):
                if not _has_a_job(send_personal_letter.name, letter_id):
                    post_personal(practice_id, letter_id)


@app.periodic(cron="27 * * * *")
@app.task(queue="schedule", name="practices.clear_limits", queueing_lock="practices.clear_limits")
def clear_limits(timestamp: int) -> None:
    """Counts whose time is over are of no use."""
    limits.clear_old()


def _left(kind: type[Letter] | type[PersonalLetter]) -> list[int]:
    waiting = kind._default_manager.filter(sent_at=None, attempts__lt=MOST_ATTEMPTS)
    return list(waiting.values_list("pk", flat=True))


def _has_a_job(task_name: str, letter_id: int) -> bool:
    jobs = ProcrastinateJob.objects.filter(task_name=task_name, args__letter_id=letter_id)
    # A job whose worker is gone belongs to nobody and will not be done.
    return bool(jobs.filter(Q(status="todo") | Q(status="doing", worker__isnull=False)).exists())


def post(practice_id: int, letter_id: int) -> None:
    """Have a worker send this letter, once the transaction is committed."""
    defer_once(send_letter, f"letter:{letter_id}", practice_id=practice_id, letter_id=letter_id)


def post_personal(practice_id: int, letter_id: int) -> None:
    defer_once(send_personal_letter, f"personal_letter:{letter_id}", practice_id=practice_id, letter_id=letter_id)
