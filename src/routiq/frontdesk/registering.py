"""Registering a new patient: what was said is checked, those who look alike are asked about, then one is created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import msgspec
from django.db import IntegrityError
from django.utils import timezone

from routiq.connections.connecting import live_connection
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.frontdesk import checks, intake, journal
from routiq.frontdesk.answering import UNDER_WAY, answer, refuse, told
from routiq.frontdesk.carrying import Seen, Sent, Standing, Steps, Written, blame, carry_out
from routiq.frontdesk.changes import ChangeAnswer, RegisterRequest
from routiq.frontdesk.checks import Refusal
from routiq.frontdesk.models import Write
from routiq.frontdesk.people import alike
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.waiting import At, may_take_a_moment
from routiq.frontdesk.wishes import KnownPatient, Outcome
from routiq.mirror.changes import Change
from routiq.mirror.queries import fold
from routiq.pms.errors import PmsError
from routiq.pms.gateway import Gateway, Page, Selection, Stream
from routiq.pms.records import PatientDraft, PatientRecord, PatientStatus
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.sync.pull import pull


def intake_questions() -> tuple[intake.Question, ...]:
    """What the practice in force asks of a new patient, in order."""
    return intake.questions(desk_rules().intake_fields)


def problem_with(field: intake.Field, said: str) -> str:
    """What is wrong with one answer, as a sentence for staff; empty when it is good."""
    practice = Practice.objects.get(pk=current_practice_id())
    today = timezone.now().astimezone(practice.zone).date()
    return intake.problem(field, said, practice.country_code, today)


def is_of_another(write: Write, given: Mapping[str, str]) -> bool:
    """Was somebody else registered under this write's key than whom these answers name?"""
    draft = _read(given).draft
    asked = _draft(write)
    return draft is not None and (draft.first_name, draft.last_name, draft.date_of_birth) != (
        asked.first_name,
        asked.last_name,
        asked.date_of_birth,
    )


def _read(given: Mapping[str, str]) -> intake.Intake:
    practice = Practice.objects.get(pk=current_practice_id())
    today = timezone.now().astimezone(practice.zone).date()
    return intake.read(given, intake_questions(), practice.country_code, today)


@may_take_a_moment(At.WRITING)
def register_patient(request: RegisterRequest) -> ChangeAnswer:
    """Create the patient at the vendor, for the practice in force, and say truthfully what came of it. Never raises
    for what the vendor does. Must be called outside a transaction.

    ``NOT_ALLOWED`` with ``problems`` when an answer is missing or is none; ``ASK_FIRST`` with ``alike`` when it may
    be somebody who is known (PAT-06): asked, never assumed.
    """
    with journal.working_on(request.intent_key) as mine:
        earlier = Write.objects.filter(intent_key=request.intent_key).first()
        if earlier is not None:
            return answer(earlier)
        if not mine:
            return UNDER_WAY
        read = _read(request.given)
        if read.draft is None:
            return ChangeAnswer(
                outcome=Outcome.NOT_ALLOWED,
                message="Something is missing or is not right.",
                advice="Ask for it again.",
                problems=read.problems,
            )
        connection = live_connection()
        write = _entry(request, connection, read.draft)
        refusal = checks.not_ready(connection)
        if refusal is not None or connection is None:
            return refuse(write, refusal or Refusal("Nothing is connected."))
        # Two conversations at once, or a person who rings twice: the same person is registered by one of them.
        with journal.working_on(_person_key(current_practice_id(), read.draft)) as alone:
            if not alone or _is_under_way(connection, read.draft):
                return UNDER_WAY
            return _register(request, write, connection, read.draft)


def _register(request: RegisterRequest, write: Write, connection: Connection, draft: PatientDraft) -> ChangeAnswer:
    try:
        namesakes = _namesakes(gateway_of(connection), draft)
    except PmsError as error:
        blame(connection, error)
        refused = refuse(write, Refusal(error.message, error.advice, for_all=True))
        return replace(refused, outcome=Outcome.VENDOR_DOWN)
    unknown = [record for record in namesakes if record.id not in request.not_these and not record.merged_into]
    known = {patient.remote_id: patient for patient in alike(connection, draft)}
    known |= {record.id: _shown(record) for record in unknown if record.status is PatientStatus.ACTIVE}
    unasked = tuple(patient for patient in known.values() if patient.remote_id not in request.not_these)
    if unasked:
        return ChangeAnswer(
            outcome=Outcome.ASK_FIRST,
            message="Somebody like this is a patient already.",
            advice="Find out whether it is the same person.",
            alike=unasked,
        )
    if unknown:
        return ChangeAnswer(
            outcome=Outcome.NOT_ALLOWED,
            message="Somebody of this name was a patient before; the record is archived.",
            advice="Have the team bring the old record back, or register the patient by hand.",
        )
    write.asked["namesakes"] = [record.id for record in namesakes]
    try:
        journal.open_entry(write)
    except IntegrityError:
        return answer(Write.objects.get(intent_key=request.intent_key))
    carry_out(STEPS, write, connection)
    return told(write)


def _entry(request: RegisterRequest, connection: Connection | None, draft: PatientDraft) -> Write:
    return Write(
        practice_id=current_practice_id(),
        connection=connection,
        kind=Write.Kind.REGISTRATION,
        intent_key=request.intent_key,
        reference=journal.new_reference(),
        asked=msgspec.to_builtins(draft),
        channel=request.channel,
        asked_by=request.asked_by,
        accepting_words=request.accepting_words,
    )


def _draft(write: Write) -> PatientDraft:
    return msgspec.convert(write.asked, PatientDraft)


def _namesakes(gateway: Gateway, draft: PatientDraft) -> list[PatientRecord]:
    return gateway.find_patients(
        first_name=draft.first_name, last_name=draft.last_name, date_of_birth=draft.date_of_birth
    )


def _shown(record: PatientRecord) -> KnownPatient:
    return KnownPatient(
        remote_id=record.id,
        first_name=record.first_name,
        called=record.preferred_name or record.first_name,
        last_name=record.last_name,
        date_of_birth=record.date_of_birth,
    )


def _person_key(practice_id: int, draft: PatientDraft) -> str:
    born = draft.date_of_birth.isoformat() if draft.date_of_birth else draft.mobile
    return f"registration:{practice_id}:{fold(draft.first_name)}:{fold(draft.last_name)}:{born}"


def _no_checkpoint(page: Page, written: int, changes: list[Change]) -> None:
    """One record was asked for by its id."""


def _is_under_way(connection: Connection, draft: PatientDraft) -> bool:
    return Write.objects.filter(
        connection=connection,
        kind=Write.Kind.REGISTRATION,
        state__in=Write.OPEN,
        asked__first_name__iexact=draft.first_name,
        asked__last_name__iexact=draft.last_name,
    ).exists()


class _Registration(Steps):
    kind = Write.Kind.REGISTRATION
    never_arrived = "The practice management system did not take the new patient."
    gone = "The new patient's record was removed at the practice."
    tells: ClassVar = {
        Write.State.DONE: "confirmed only afterwards. Ring the patient.",
        Write.State.REFUSED: "does not stand. Ring the patient and register them.",
        Write.State.UNAVAILABLE: "asked for, and not made. Register them, and ring back.",
    }

    def send(self, gateway: Gateway, write: Write) -> Sent:
        return Sent(gateway.register_patient(_draft(write)))

    def name(self, write: Write, record: Written) -> None:
        write.patient_remote_id = record.id

    def look(self, gateway: Gateway, write: Write) -> Seen:
        """By its id once that is known; before that it is whoever has the name and was not there before."""
        if write.patient_remote_id:
            wanted = Selection(ids=(write.patient_remote_id,))
            page = pull(gateway, write.connection, Stream.PATIENTS, wanted, None, _no_checkpoint)
            found = [record for record in page.records if isinstance(record, PatientRecord)]
            return Seen(Standing.AS_ASKED, found[0]) if found else Seen(Standing.OTHERWISE)
        draft = _draft(write)
        before = write.asked.get("namesakes", ())
        new = [record for record in _namesakes(gateway, draft) if record.id not in before]
        # Where reception registered the same person at the same moment, ours is the one with all that was said.
        new.sort(key=lambda record: draft.mobile not in [phone.number for phone in record.phones])
        return Seen(Standing.AS_ASKED, new[0]) if new else Seen(Standing.AS_BEFORE)


STEPS = _Registration()
