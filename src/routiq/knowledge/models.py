"""What a practice told us about itself, cut into passages that can be found, and the questions that found nothing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from routiq.practices.models import PracticeOwned


class Source(PracticeOwned):
    """Where knowledge comes from: a note, the practice's own website, or a document."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        SITE = "site", "Website"
        DOCUMENT = "document", "Document"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be read"
        READING = "reading", "Being read"
        READY = "ready", "In use"
        FAILED = "failed", "Could not be read"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=200)
    address = models.CharField(max_length=500, blank=True)
    """Where a website begins. Nothing outside its host is fetched."""
    text = models.TextField(blank=True)
    """A note's own words."""
    topic = models.CharField(max_length=30, blank=True)
    """The readiness topic that a note was written for; see :mod:`routiq.knowledge.topics`."""
    asked = ArrayField(models.TextField(), default=list)
    """Questions that a note was written to answer, as they were asked."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=40, blank=True)
    """Why the last reading failed, as a code of :mod:`routiq.knowledge.problems`. What was read before stays."""
    pages = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    """Pages of the last reading that could not be read, or were more than we take."""
    added_by = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    """When its words last changed."""
    requested_at = models.DateTimeField(default=timezone.now)
    """When it was last to be read, by hand or by schedule."""
    read_at = models.DateTimeField(null=True)
    """When it was last read to the end."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "address"], condition=models.Q(kind="site"), name="one_source_per_site"
            )
        ]

    def __str__(self) -> str:
        return self.title


class DocumentFile(PracticeOwned):
    """The file itself. In the database, so that it is guarded, backed up and deleted with everything else."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the content: the same file is not added twice."""


class Passage(PracticeOwned):
    """A few sentences under one heading: what is looked for, and what is quoted from."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="passages")
    position = models.PositiveIntegerField()
    address = models.CharField(max_length=500, blank=True)
    """The web page that it stands on."""
    number = models.PositiveIntegerField(null=True)
    """The page of a document, from 1."""
    title = models.CharField(max_length=200)
    """Of the page, note or document."""
    heading = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    """One unit a line: a sentence, an item of a list, or a row of a table."""
    search = SearchVectorField()
    """Title, heading and text. Read whole for each question: a practice has hundreds of passages, and PostgreSQL
    would not use an index on it behind row-level security."""
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["source_id", "position"]


class Gap(PracticeOwned):
    """A question that nothing answered, however often and in whichever words it was asked."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        DISMISSED = "dismissed", "Not to be answered"

    question = models.TextField()
    """As it was first asked, with long numbers and addresses masked."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    """When a digest last told of it."""
    answer = models.ForeignKey(Source, null=True, on_delete=models.SET_NULL, related_name="gaps")
    closed_by = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "state", "-last_at"], name="open_gaps")]


class GapAsking(PracticeOwned):
    """One time that the question was asked."""

    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="askings")
    question = models.TextField()
    """Masked as the gap's."""
    channel = models.CharField(max_length=20)
    conversation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)


class KnowledgeRules(PracticeOwned):
    """How a practice wants to hear of gaps. One row, or none while everything is as it comes."""

    class Digest(models.TextChoices):
        DAILY = "daily", "Every day at 8 am"
        WEEKLY = "weekly", "Mondays at 8 am"
        OFF = "off", "Never"

    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.DAILY)
    digested_on = models.DateField(null=True)
    """The practice's own day of the last digest, or of the last morning without anything to tell."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="one_set_of_knowledge_rules")]
