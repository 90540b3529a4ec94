"""Registering a new patient: checked, asked about those who look alike, created once, mirrored."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connections

from pms_sandbox.testing import RunningSandbox
from routiq.connections.models import Connection
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.models import DeskRules, StaffTask, Write
from routiq.frontdesk.people import recognise_caller
from routiq.frontdesk.registering import intake_questions, register_patient
from routiq.frontdesk.wishes import Outcome
from routiq.mirror.models import Patient
from routiq.practices.models import AuditEntry, Practice
from routiq.practices.tenancy import acting_for
from tests.frontdesk.desk import booked_at, changes_sent, offers_for, settle

GIVEN = {
    "first_name": "Ottilie",
    "last_name": "Brandt-Okonjo",
    "date_of_birth": "17 March 1991",
    "mobile": "0491 570 313",
    "email": "ottilie@example.org",
}
MARGARET = {"first_name": "Margaret", "last_name": "Okafor", "date_of_birth": "14/3/1961", "mobile": "0491 570 313"}

pytestmark = pytest.mark.usefixtures("synced")


def new(key: str = "new", not_these: tuple[str, ...] = (), **given: str) -> RegisterRequest:
    return RegisterRequest(
        given={**GIVEN, **given},
        not_these=not_these,
        intent_key=key,
        channel="test",
        asked_by="conversation:1",
        accepting_words="that is right",
    )


def there(sandbox: RunningSandbox, last_name: str = "Brandt-Okonjo") -> list[dict[str, Any]]:
    return [held for held in sandbox.world("patients")["patients"] if held["last_name"] == last_name]


def test_a_new_patient_stands_at_the_practice_in_the_mirror_and_in_the_journal(sandbox: RunningSandbox) -> None:
    sandbox.clear_requests()
    answer = register_patient(new())

    assert answer.outcome is Outcome.DONE, answer
    assert answer.steps == ("opened", "sent", "answered", "closed")
    (held,) = there(sandbox)
    assert (held["id"], held["date_of_birth"]) == (answer.patient_id, "1991-03-17")
    assert changes_sent(sandbox) == ["POST patients"]
    mirrored = Patient.objects.get(remote_id=answer.patient_id)
    assert (mirrored.full_name, mirrored.date_of_birth) == ("Ottilie Brandt-Okonjo", date(1991, 3, 17))
    assert recognise_caller("0491570313").patients[0].remote_id == answer.patient_id
    stored = Write.objects.get(pk=answer.write_id)
    assert stored.accepting_words == "that is right"
    assert AuditEntry.objects.get(action="registration.done").detail["patient"] == answer.patient_id


def test_a_new_patient_can_be_booked_at_once(patient: str, sandbox: RunningSandbox) -> None:
    answer = register_patient(new())
    assert booked_at(answer.patient_id, offers_for(patient, 1)[0])


def test_the_same_intent_twice_is_one_patient_and_one_answer(sandbox: RunningSandbox) -> None:
    assert register_patient(new()) == register_patient(new())
    assert len(there(sandbox)) == 1


def test_what_is_missing_or_wrong_is_named_and_nothing_is_asked_of_the_vendor(sandbox: RunningSandbox) -> None:
    sandbox.clear_requests()
    answer = register_patient(new(date_of_birth="31/2/1991", mobile=""))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert answer.problems == {
        "date_of_birth": "There is no such day.",
        "mobile": "A mobile number is needed.",
    }
    assert sandbox.requests() == []
    assert not Write.objects.exists()


def test_the_practice_chooses_what_is_asked(sandbox: RunningSandbox, practice: Practice) -> None:
    DeskRules.objects.create(practice=practice, intake_fields=[["post_code", True]])
    assert [question.field for question in intake_questions()] == ["first_name", "last_name", "post_code"]
    assert set(register_patient(new()).problems) == {"post_code"}
    assert register_patient(new(post_code="2099")).outcome is Outcome.DONE
    (held,) = there(sandbox)
    assert (held["post_code"], held["email"], held["patient_phone_numbers"]) == ("2099", None, [])


@pytest.mark.parametrize(
    "given",
    [
        {**MARGARET, "first_name": "margaret", "last_name": "OKAFOR"},
        {"first_name": "Maggie", "mobile": "0491570006"},
        {"first_name": "Margaret", "mobile": "+61 491 570 006", "date_of_birth": "1/1/1990"},
    ],
)
def test_somebody_alike_is_asked_about_and_not_assumed(
    given: dict[str, str], patient: str, sandbox: RunningSandbox
) -> None:
    asked = register_patient(new(**given))
    assert asked.outcome is Outcome.ASK_FIRST
    assert [known.remote_id for known in asked.alike] == [patient]
    assert not Write.objects.exists()
    answer = register_patient(new(**given, not_these=(patient,)))
    assert answer.outcome is Outcome.DONE
    assert answer.patient_id != patient


@pytest.mark.parametrize("given", [{"mobile": "0491570006"}, {**MARGARET, "date_of_birth": "15/3/1961"}])
def test_who_shares_only_a_number_or_a_name_is_somebody_else(given: dict[str, str]) -> None:
    assert register_patient(new(**given)).outcome is Outcome.DONE


def test_one_whom_reception_has_just_registered_is_found_at_the_vendor(sandbox: RunningSandbox) -> None:
    fields = {"first_name": "ottilie", "last_name": "Brandt-Okonjo", "date_of_birth": "1991-03-17"}
    (made,) = sandbox.edit([{"op": "create", "collection": "patients", "fields": fields}])
    asked = register_patient(new())
    assert asked.outcome is Outcome.ASK_FIRST
    assert [known.remote_id for known in asked.alike] == [made]


def test_one_who_was_a_patient_before_is_for_the_team(sandbox: RunningSandbox) -> None:
    answer = register_patient(new(first_name="Trevor", last_name="Bell", date_of_birth="5/5/1950"))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert "archived" in answer.message
    assert answer.alike == ()


def test_a_lost_answer_is_looked_up_and_never_sent_again(sandbox: RunningSandbox) -> None:
    sandbox.clear_requests()
    sandbox.fault(kind="drop_after", method="POST", path="^patients$")
    answer = register_patient(new())
    assert answer.outcome is Outcome.DONE
    assert answer.steps[-3:] == ("no_answer", "found", "closed")
    assert changes_sent(sandbox) == ["POST patients"]
    assert [held["id"] for held in there(sandbox)] == [answer.patient_id]


def test_a_lost_answer_is_not_taken_for_a_namesake_who_was_there_before(
    patient: str, sandbox: RunningSandbox
) -> None:
    sandbox.fault(kind="drop_before", method="POST", path="^patients$")
    assert register_patient(new(**MARGARET, not_these=(patient,))).outcome is Outcome.UNCERTAIN
    assert settle() == 1
    write = Write.objects.get()
    assert (write.state, write.patient_remote_id) == (Write.State.UNAVAILABLE, "")
    assert "asked for, and not made" in StaffTask.objects.get().summary


def test_while_one_is_uncertain_the_same_person_is_not_registered_again(sandbox: RunningSandbox) -> None:
    sandbox.fault(kind="drop_before", method="POST", path="^patients$")
    register_patient(new())
    assert register_patient(new("again")).outcome is Outcome.UNCERTAIN
    assert Write.objects.count() == 1


def test_two_conversations_register_one_person_once(sandbox: RunningSandbox, practice: Practice) -> None:
    outcomes: list[Outcome] = []
    start = threading.Barrier(3)

    def conversation(number: int) -> None:
        with acting_for(practice.pk):
            start.wait()
            outcomes.append(register_patient(new(f"conversation {number}")).outcome)
        connections.close_all()

    threads = [threading.Thread(target=conversation, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Outcome.DONE) == 1
    assert set(outcomes) <= {Outcome.DONE, Outcome.UNCERTAIN, Outcome.ASK_FIRST}
    assert len(there(sandbox)) == 1


@pytest.mark.parametrize("step", ["look", "write"])
def test_a_vendor_that_is_down_registers_nobody_or_says_that_it_is_uncertain(
    sandbox: RunningSandbox, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    method = {"look": "GET", "write": "POST"}[step]
    sandbox.fault(kind="status", status=503, method=method, path="^patients$", times=None)
    answer = register_patient(new())
    assert there(sandbox) == []
    if step == "write":
        assert answer.outcome is Outcome.UNCERTAIN
        return
    assert answer.outcome is Outcome.VENDOR_DOWN
    task = StaffTask.objects.get()
    assert answer.task_id == task.pk
    for part in ("Ottilie Brandt-Okonjo", "born 17 March 1991", "0491 570 313", "ottilie@example.org"):
        assert part in task.summary


def test_a_refusal_names_the_field(sandbox: RunningSandbox, practice: Practice) -> None:
    DeskRules.objects.create(practice=practice, intake_fields=[["city", True]])
    sandbox.fault(kind="status", status=422, method="POST", path="^patients$")
    answer = register_patient(new(city="Example Bay"))
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert "refused the change; nothing was changed" in answer.message


def test_a_pending_practice_registers_nobody(sandbox: RunningSandbox) -> None:
    Practice.objects.update(status=Practice.Status.PENDING)
    sandbox.clear_requests()
    answer = register_patient(new())
    assert answer.outcome is Outcome.NOT_ALLOWED
    assert sandbox.requests() == []
    assert "Ottilie Brandt-Okonjo" in StaffTask.objects.get(pk=answer.task_id).summary


def test_a_refused_key_pauses_and_registers_nobody(sandbox: RunningSandbox, synced: Connection) -> None:
    sandbox.revoke("admin")
    assert register_patient(new()).outcome is Outcome.VENDOR_DOWN
    synced.refresh_from_db()
    assert synced.state == Connection.State.PAUSED
    assert register_patient(new("again")).outcome is Outcome.NOT_ALLOWED
