"""Conversations: what was said, what was understood, what was done.

Talks in which nothing is written are in :mod:`routiq.robyn.rehearsal_models`."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned
from routiq.robyn.rehearsal_models import Rehearsal as Rehearsal
from routiq.robyn.rehearsal_models import Scenario as Scenario
from routiq.robyn.rehearsal_models import ScenarioRun as ScenarioRun


class Conversation(PracticeOwned):
    channel = models.CharField(max_length=20)
    """``test``, ``rehearsal``, ``api``; later ``call``, ``sms``, ``web``."""
    caller_number = models.CharField(max_length=40, blank=True)
    """As given by the channel; empty when withheld."""
    state = models.JSONField(default=dict)
    """The flow's own memory; see :mod:`routiq.robyn.flows`."""
    started_at = models.DateTimeField(default=timezone.now)
    last_turn_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    filler = models.TextField(blank=True, db_default="")
    """What Robyn says just now while she is still looking; empty once she has answered."""
    booking_id = models.UUIDField(null=True)
    """The booking that this conversation led to."""
    taken_by = models.CharField(max_length=60, blank=True, db_default="")
    """``person:3`` who answers instead of Robyn; empty while it is her. See :mod:`routiq.robyn.taking_over`."""
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "-last_turn_at"], name="conversation_latest")]


class Turn(PracticeOwned):
    """The patient's words, and what Robyn made of them and answered."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    heard = models.TextField(blank=True)
    """Empty for the greeting."""
    filler = models.TextField(blank=True, db_default="")
    """Said before the answer, because that took a moment."""
    said = models.TextField(blank=True)
    """Empty where a person has taken over: then Robyn is silent."""
    said_by = models.CharField(max_length=60, blank=True, db_default="")
    """``person:3`` whose words ``said`` are; empty for Robyn's."""
    pictures = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How many came with the words. They are not kept."""
    commands = models.JSONField(default=list)
    """What was understood, as the commands' names and values."""
    actions = models.JSONField(default=list)
    """What was done: looked up, offered, booked."""
    inside = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """Of a test or a rehearsal: what was asked of the practice's system, and where the conversation stood then. See
    :mod:`routiq.robyn.inside`."""
    took_ms = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="turns_in_order")]


class RobynSettings(PracticeOwned):
    """How a practice wants Robyn to be. One row, or none while everything is as it comes."""

    her_name = models.CharField(max_length=40, default="Robyn")
    clinic_called = models.CharField(max_length=120, blank=True)
    """The practice's name as patients say it; empty: as it is called here."""
    greeting = models.CharField(max_length=300, blank=True)
    """Said after the first sentence, which always tells what she is (V3)."""
    greetings = models.JSONField(default=dict)
    """``{"call": "..."}``: instead of ``greeting`` on this channel."""
    business_hours = models.JSONField(default=list)
    """See :mod:`routiq.robyn.escalation.hours`; empty: the usual ones."""
    transcript_months = models.PositiveSmallIntegerField(default=24)
    """So long what was said is kept (V8)."""
    asks_model = models.BooleanField(default=False, db_default=False)
    """Words of its patients may go to the model that whoever runs this has named, if there is one."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="one_set_of_robyn_settings")]


class TriggerRule(PracticeOwned):
    """What a practice set about one reason to hand over; without a row it is as it comes (see
    :class:`~routiq.robyn.escalation.triggers.Rule`)."""

    trigger = models.CharField(max_length=20)
    on = models.BooleanField(default=True)
    method = models.CharField(max_length=10, default="both")
    method_after_hours = models.CharField(max_length=10, default="both")
    recipients = models.JSONField(default=list)
    to_practitioner = models.BooleanField(default=True)
    threshold = models.FloatField(default=0.5)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "trigger"], name="one_rule_per_trigger")]


class PractitionerAddress(PracticeOwned):
    """Where a practitioner without a login of their own is written to."""

    practitioner_remote_id = models.CharField(max_length=40)
    email = models.EmailField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "practitioner_remote_id"], name="one_address_each")
        ]


class HandOver(PracticeOwned):
    """What a conversation left for people: why, what for, when to ring whom. Written as soon as it is clear that a
    person is needed, completed while the patient tells more, and told by e-mail once."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="hand_overs")
    trigger = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    """Of its task."""
    task_id = models.BigIntegerField(null=True)
    """``None`` when this practice wants no task for it."""
    by_email = models.BooleanField(default=False)
    reason = models.TextField()
    who = models.CharField(max_length=200, blank=True)
    patient_remote_id = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=40, blank=True)
    window = models.CharField(max_length=200, blank=True)
    """When to ring, as it was said."""
    message = models.TextField(blank=True)
    wanted = models.TextField(blank=True)
    """What was asked for so far."""
    practitioners = models.JSONField(default=list)
    """Remote ids of those who were asked for by name."""
    begun_at = models.DateTimeField(default=timezone.now)
    complete = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    """When its e-mail was written."""
    letter_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "begun_at"],
                name="hand_overs_to_tell",
                condition=models.Q(by_email=True, told_at=None),
            )
        ]


class WaitingMail(PracticeOwned):
    """A hand-over that the next e-mail to somebody tells of, who wants them together or not at this hour."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="waiting_mails")
    membership = models.ForeignKey("practices.Membership", on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hand_over", "membership"], name="one_waiting_mail_each")]
        indexes = [models.Index(fields=["practice", "due_at"], name="waiting_mails_due")]
