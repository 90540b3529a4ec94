"""What the conversations pages show: who talks about what, with Robyn or with a person, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from routiq.dashboard import asked, taskpage
from routiq.dashboard.doors import membership_of
from routiq.dashboard.numbers import talks_seen
from routiq.dashboard.who import names_of
from routiq.frontdesk.models import StaffTask
from routiq.mirror.models import AppointmentType, Location, Patient, Practitioner
from routiq.mirror.queries import fold
from routiq.mirror.sight import Sight, sight_of
from routiq.practices.models import PersonalLetter
from routiq.robyn.conversation import REHEARSAL
from routiq.robyn.models import Conversation, HandOver, Turn, WaitingMail
from routiq.robyn.taking_over import LASTS, in_charge

PAGE = 40
SHOWS = (("all", "All"), ("needs", "Need a person"), ("live", "Live"), ("ended", "Ended"))
CHANNELS = {
    "test": "Test",
    REHEARSAL: "Rehearsal",
    "api": "Another program",
    "call": "Call",
    "sms": "SMS",
    "web": "Web chat",
    "email": "E-mail",
}
LIVE_FOR = LASTS
"""A conversation that was silent for longer is over."""


@dataclass(frozen=True)
class TalkLine:
    """One conversation in the list."""

    talk: Conversation
    patient: Patient | None
    """Whom the caller turned out to be, where the reader may see them."""
    channel: str
    last_words: str
    with_whom: str
    """The person who answers; empty for Robyn."""
    is_live: bool
    tasks: int
    is_urgent: bool


def inbox(request: HttpRequest) -> dict[str, Any]:
    """The list, by the address's ``show``, ``q`` and ``before``."""
    sight = sight_of(membership_of(request))
    show = request.GET.get("show", "all")
    show = show if show in dict(SHOWS) else "all"
    words = asked.words(request.GET.get("q", ""), 100)
    talks = talks_seen(sight).exclude(channel=REHEARSAL)
    found = _shown(_searched(talks, words, sight), show).order_by("-last_turn_at", "-pk")
    before = asked.number(request.GET.get("before", ""))
    if before and (last := talks.filter(pk=before).first()):
        found = found.filter(last_turn_at__lt=last.last_turn_at)
    rows = list(found[: PAGE + 1])
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    query = {"show": show, "q": words}
    return {
        "talk_lines": _lines(rows[:PAGE], sight),
        "show": show,
        "shows": SHOWS,
        "q": words,
        "older": urlencode({**query, "before": more}) if more else "",
        "live_query": urlencode({**query, "before": before or ""}),
    }


def _shown(talks: QuerySet[Conversation], show: str) -> QuerySet[Conversation]:
    since = timezone.now() - LIVE_FOR
    if show == "needs":
        waiting = StaffTask.objects.filter(conversation_id=OuterRef("pk"), done_at=None)
        return talks.filter(Exists(waiting))
    if show == "live":
        return talks.filter(ended_at=None, last_turn_at__gt=since)
    if show == "ended":
        return talks.exclude(ended_at=None, last_turn_at__gt=since)
    return talks


def _searched(talks: QuerySet[Conversation], words: str, sight: Sight) -> QuerySet[Conversation]:
    """What was said, who said it, or from which number."""
    if not words:
        return talks
    said = Turn.objects.filter(conversation=OuterRef("pk")).filter(
        Q(heard__icontains=words) | Q(said__icontains=words)
    )
    named = Q()
    for word in fold(words).split():
        named &= Q(search_text__contains=word)
    patients = list(Patient.objects.filter(sight.patients(), named).values_list("remote_id", flat=True)[:200])
    about = Q(Exists(said)) | Q(state__patient_id__in=patients)
    digits = "".join(filter(str.isdecimal, words))
    if len(digits) >= 3:
        about |= Q(caller_number__contains=digits.lstrip("0")) | Q(state__caller__contains=digits.lstrip("0"))
    return talks.filter(about)


def _lines(rows: Sequence[Conversation], sight: Sight) -> list[TalkLine]:
    keys = [row.pk for row in rows]
    patients = _patients(rows, sight)
    names = names_of({row.taken_by for row in rows})
    last: dict[int, str] = {}
    for talk, heard, said in (
        Turn.objects.filter(conversation__in=keys)
        .exclude(heard="", said="")
        .order_by("conversation_id", "-number")
        .distinct("conversation_id")
        .values_list("conversation_id", "heard", "said")
    ):
        last[talk] = heard or said
    waiting: dict[int, list[str]] = {}
    open_tasks = StaffTask.objects.filter(conversation_id__in=keys, done_at=None)
    for pk, kind in open_tasks.values_list("conversation_id", "kind"):
        waiting.setdefault(pk or 0, []).append(kind)
    now = timezone.now()
    return [
        TalkLine(
            row,
            patients.get(row.state.get("patient_id", "")),
            CHANNELS.get(row.channel, row.channel),
            last.get(row.pk, ""),
            names.get(in_charge(row, now), ""),
            row.ended_at is None and now - row.last_turn_at < LIVE_FOR,
            len(waiting.get(row.pk, ())),
            StaffTask.Kind.EMERGENCY in waiting.get(row.pk, ()),
        )
        for row in rows
    ]


def _patients(rows: Sequence[Conversation], sight: Sight) -> dict[str, Patient]:
    ids = {row.state.get("patient_id", "") for row in rows} - {""}
    return {row.remote_id: row for row in Patient.objects.filter(sight.patients(), remote_id__in=ids)}


def talk_of(request: HttpRequest, pk: int) -> Conversation:
    """A conversation that the reader may see, or 404."""
    found = talks_seen(sight_of(membership_of(request))).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def asked_for(request: HttpRequest) -> Conversation:
    """The conversation that a live page's address names as its ``talk``, or 404."""
    return talk_of(request, asked.number(request.GET.get("talk", "")))


def talk(request: HttpRequest) -> dict[str, Any]:
    """One conversation, as it is now."""
    return talk_context(request, asked_for(request))


def talk_context(request: HttpRequest, row: Conversation) -> dict[str, Any]:
    sight, reader = sight_of(membership_of(request)), f"person:{request.user.pk}"
    turns = list(row.turns.all())
    holder = "" if row.ended_at else in_charge(row)
    tasks = list(StaffTask.objects.filter(conversation_id=row.pk).select_related("write").order_by("-pk"))
    return {
        "conversation": row,
        "turns": turns,
        "voices": names_of({turn.said_by for turn in turns} | {holder}),
        "names": menu_names(),
        "patient": _patients([row], sight).get(row.state.get("patient_id", "")),
        "channel": CHANNELS.get(row.channel, row.channel),
        "holder": holder,
        "is_mine": holder == reader,
        "is_over": row.ended_at is not None,
        "silent_for": timezone.now() - row.last_turn_at > timedelta(minutes=30),
        "task_lines": taskpage.lines_of(tasks, reader, sight),
        "letters": _letters(row),
        "waiting_mails": list(
            WaitingMail.objects.filter(hand_over__conversation=row).select_related("membership__person")
        ),
    }


def _letters(row: Conversation) -> list[PersonalLetter]:
    ids = HandOver.objects.filter(conversation=row).exclude(letter_id=None).values("letter_id")
    return list(PersonalLetter.objects.filter(pk__in=ids).order_by("pk"))


def from_team(request: HttpRequest) -> dict[str, Any]:
    """On the page where a conversation is tested: who has taken it over, and what they said last."""
    return from_team_context(asked_for(request))


def from_team_context(row: Conversation) -> dict[str, Any]:
    turns = list(row.turns.all())
    holder = "" if row.ended_at else in_charge(row)
    latest = turns[len(before_team(turns)) :]
    return {
        "conversation": row,
        "team_turns": latest,
        "holder": holder,
        "voices": names_of({turn.said_by for turn in turns} | {holder}),
    }


def before_team(turns: Sequence[Turn]) -> list[Turn]:
    """The turns up to the last that a patient or Robyn spoke in: what a person said since stands apart, live."""
    last = max((index for index, turn in enumerate(turns) if not turn.said_by), default=-1)
    return list(turns[: last + 1])


def menu_names() -> dict[str, str]:
    """What the ids in what was understood are called."""
    return {
        remote_id: name
        for model in (Practitioner, Location, AppointmentType)
        for remote_id, name in model.objects.values_list("remote_id", "name")
    }


def alarms() -> list[StaffTask]:
    """Emergencies that nobody has seen to yet, for the frame of every page."""
    open_ones = StaffTask.objects.filter(kind=StaffTask.Kind.EMERGENCY, done_at=None, taken_by="")
    return list(open_ones.order_by("-created_at")[:3])
