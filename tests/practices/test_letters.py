"""Letters to the owners, over a real mail server on this machine."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import transaction
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from routiq import environment
from routiq.environment import SettingError
from routiq.practices import jobs, postbox
from routiq.practices.letters import link, tell_owners
from routiq.practices.models import Letter, Membership, Person, Practice
from routiq.practices.tenancy import acting_for, current_practice_id

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Mailbox:
    """What the mail server was given; it says no as often as it is told to."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refusals = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 not now, olive@clinic.example"
        self.envelopes.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=5):
            yield box
    finally:
        server.stop()


def waiting() -> list[dict[str, int]]:
    """Of the practice in force: the queue may hold what other tests left."""
    queued = ProcrastinateJob.objects.filter(task_name="practices.send_letter", status="todo")
    return [job.args for job in queued.order_by("pk") if job.args["practice_id"] == current_practice_id()]


def test_a_letter_reaches_every_owner_once(practice: Practice, owner: Person, mailbox: Mailbox) -> None:
    partner = Person.objects.create_person("partner@clinic.example", "a long enough password")
    Membership.objects.create(practice=practice, person=partner)
    gone = Person.objects.create_person("gone@clinic.example", "a long enough password", is_active=False)
    Membership.objects.create(practice=practice, person=gone)

    assert tell_owners("The connection\nis paused", f"Look at {link('/settings/integrations/cliniko')}") == 2
    letter = Letter.objects.get()
    assert waiting() == [{"practice_id": practice.pk, "letter_id": letter.pk}]
    jobs.send_letter(**waiting()[0])
    jobs.send_letter(**waiting()[0])

    (envelope,) = mailbox.envelopes
    assert envelope.rcpt_tos == [owner.email, "partner@clinic.example"]
    message = message_from_bytes(envelope.content)
    assert message["Subject"] == "The connection is paused"
    assert message["Message-ID"].startswith(f"<letter.{letter.pk}.")
    assert message.get_content_type() == "text/plain"
    assert "http://127.0.0.1:8000/settings/integrations/cliniko" in str(message.get_payload())
    letter.refresh_from_db()
    assert (letter.attempts, letter.error) == (1, "")
    assert letter.sent_at is not None


def test_a_refused_letter_is_tried_again_and_its_error_quotes_nobody(practice: Practice, mailbox: Mailbox) -> None:
    mailbox.refusals = 1
    tell_owners("Subject", "Text")
    letter = Letter.objects.get()
    with pytest.raises(postbox.NotSent):
        jobs.send_letter(**waiting()[0])
    letter.refresh_from_db()
    assert (letter.attempts, letter.error, letter.sent_at) == (1, "SMTPDataError 451", None)
    jobs.send_letter(**waiting()[0])
    letter.refresh_from_db()
    assert (letter.attempts, letter.error) == (2, "")
    assert len(mailbox.envelopes) == 1


def test_the_pauses_between_attempts_grow_and_end(practice: Practice) -> None:
    strategy, waits = jobs.Patiently(), []
    for attempt in range(jobs.MOST_ATTEMPTS):
        job = Job(id=1, queue="letters", lock=None, queueing_lock=None, task_name="x", attempts=attempt)
        decision = strategy.get_retry_decision(exception=postbox.NotSent("why"), job=job)
        waits.append(decision.retry_at if decision else None)
    assert waits[-1] is None
    assert waits[:-2] == sorted(waits[:-2])
    assert strategy.get_retry_decision(exception=ValueError(), job=job) is None


def test_a_server_that_is_not_there_is_an_attempt_that_failed(practice: Practice) -> None:
    tell_owners("Subject", "Text")
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=9), pytest.raises(postbox.NotSent):
        jobs.send_letter(**waiting()[0])
    assert Letter.objects.get().error == "ConnectionRefusedError"


def test_a_rollback_writes_no_letter(practice: Practice) -> None:
    with contextlib.suppress(smtplib.SMTPException), transaction.atomic():
        tell_owners("Subject", "Text")
        raise smtplib.SMTPException
    assert not Letter.objects.exists()
    assert waiting() == []


def test_a_letter_whose_job_died_gets_a_new_one(practice: Practice) -> None:
    tell_owners("Subject", "Text")
    jobs.post_what_is_left(0)
    assert len(waiting()) == 1
    ProcrastinateJob.objects.filter(task_name="practices.send_letter")._raw_delete("default")
    jobs.post_what_is_left(0)
    assert len(waiting()) == 1
    jobs.send_letter(**waiting()[0])
    assert len(mail.outbox) == 1


def test_a_practice_without_an_owner_gets_no_letter(practice: Practice) -> None:
    Membership.objects.all().delete()
    assert tell_owners("Subject", "Text") == 0
    assert not Letter.objects.exists()


def test_a_letter_is_seen_by_its_own_practice_only(practice: Practice, other_practice: Practice) -> None:
    tell_owners("Subject", "Text")
    letter = Letter.objects.get()
    with acting_for(other_practice.pk):
        assert not Letter.objects.exists()
        assert postbox.send(letter.pk) is False
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("console:", ("", 25, "", "", False, False)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "", "", False, False)),
        ("smtp://u%40x:p%2Fw@mail.example", ("mail.example", 587, "u@x", "p/w", True, False)),
        ("smtp://u:p@mail.example?tls=ssl", ("mail.example", 465, "u", "p", False, True)),
        ("smtp://u:p@mail.example:465", ("mail.example", 465, "u", "p", False, True)),
    ],
)
def test_the_mail_url_names_the_server(url: str, expected: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTIQ_MAIL_URL", url)
    found = environment.mail_server("ROUTIQ_MAIL_URL")
    assert (found.host, found.port, found.user, found.password, found.starttls, found.ssl) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://u:secret@mail.example",
        "smtp://",
        "smtp://u:secret@mail.example:many",
        "smtp://u:secret@mail.example?tls=maybe",
        "smtp://u:secret@mail.example?tls=off",
        "smtp://u@mail.example",
    ],
)
def test_a_wrong_mail_url_stops_the_start_without_repeating_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTIQ_MAIL_URL", url)
    with pytest.raises(SettingError, match="ROUTIQ_MAIL_URL") as refused:
        environment.mail_server("ROUTIQ_MAIL_URL")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("given", ["nobody", "@clinic.example", "a@"])
def test_a_wrong_sender_stops_the_start(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTIQ_MAIL_FROM", given)
    with pytest.raises(SettingError, match="ROUTIQ_MAIL_FROM"):
        environment.address("ROUTIQ_MAIL_FROM", None)
