"""Scenarios of the practice in force: saving one, asking for it to be played again, taking how it ended as right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone

from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.jobs_queue import defer_once
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.models import Conversation, Rehearsal, Scenario, ScenarioRun
from routiq.robyn.rehearsing import ledger, outcomes
from routiq.robyn.rehearsing.outcomes import Ending

MOST = 200
"""Scenarios of a practice."""
RUNS_KEPT = 5
"""Of each scenario."""
LONGEST_NAME = 120
STILL_NOW = timedelta(hours=1)
"""A scenario saved a moment ago means this Thursday when it says Thursday, not the one after."""


class NotSaved(Exception):
    """``message`` and ``advice`` are shown on screen."""

    def __init__(self, code: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.code = code
        """``not_a_rehearsal``, ``nothing_said``, ``no_name``, ``name_taken``, ``too_many``."""
        self.message = message
        self.advice = advice


def save(conversation_id: int, name: str, actor: Actor) -> Scenario:
    """Keep a rehearsal of the practice in force under a name. ``Conversation.DoesNotExist``, :class:`NotSaved`."""
    row = Conversation.objects.get(practice_id=current_practice_id(), pk=conversation_id)
    rehearsal = Rehearsal.objects.filter(conversation=row).first()
    if rehearsal is None:
        raise NotSaved("not_a_rehearsal", "This talk was no rehearsal.", "Rehearse it, then save that.")
    turns = list(row.turns.all())
    said = [(before, turn) for before, turn in pairwise(turns) if turn.heard]
    lines = [turn.heard for _, turn in said]
    called = " ".join(name.split())[:LONGEST_NAME]
    if not lines:
        raise NotSaved("nothing_said", "Nothing was said yet.", "Say what the patient would say, then save it.")
    if not called:
        raise NotSaved("no_name", "It has no name.", "Name it by what happens in it.")
    zone = Practice.objects.get(pk=row.practice_id).zone
    moment = rehearsal.moment.astimezone(zone)
    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=row.practice_id)
        if Scenario.objects.filter(name=called).exists():
            raise NotSaved("name_taken", "There is a scenario of this name.", "Give it another name.")
        if Scenario.objects.count() >= MOST:
            raise NotSaved("too_many", f"There are {MOST} scenarios.", "Remove one that tells you nothing any more.")
        saved = Scenario.objects.create(
            practice_id=row.practice_id,
            name=called,
            caller_number=row.caller_number,
            weekday=moment.isoweekday(),
            clock=moment.time().replace(second=0, microsecond=0),
            lines=lines,
            answers_to=[standing_after(before.inside) for before, _ in said],
            expected=outcomes.to_plain(outcomes.ending_of(ledger.from_plain(rehearsal.ledger), turns)),
            saved_by=str(actor),
        )
        audit.record(actor, "scenario.saved", f"scenario:{saved.pk}", turns=len(lines))
    return saved


def remove(pk: int, actor: Actor) -> None:
    """With its runs. ``Scenario.DoesNotExist``."""
    practice_id = current_practice_id()
    with transaction.atomic():
        Scenario.objects.get(practice_id=practice_id, pk=pk).delete()
        audit.record(actor, "scenario.removed", f"scenario:{pk}")
        announce(practice_id, "scenarios")


def ask_to_play(scenarios: Sequence[Scenario], actor: Actor) -> list[ScenarioRun]:
    """Have a worker play them, one after the other. One that waits to be played already is not asked for twice; one
    that was removed meanwhile is left out."""
    from routiq.robyn.jobs import play_scenarios  # The job plays, and playing needs what is here.

    runs = []
    with transaction.atomic():
        still_there = Scenario.objects.select_for_update().filter(pk__in=[each.pk for each in scenarios])
        for scenario in still_there:
            waiting = scenario.runs.filter(state__in=ScenarioRun.UNDER_WAY).first()
            runs.append(
                waiting
                or ScenarioRun.objects.create(
                    practice_id=scenario.practice_id, scenario=scenario, asked_by=str(actor)
                )
            )
            old = scenario.runs.order_by("-pk").values_list("pk", flat=True)[RUNS_KEPT:]
            ScenarioRun.objects.filter(pk__in=list(old)).delete()
        if runs:
            practice_id = current_practice_id()
            defer_once(play_scenarios, f"robyn.play_scenarios:{practice_id}", practice_id=practice_id)
            announce(practice_id, "scenarios")
    return runs


def take_as_right(run_id: int, actor: Actor) -> Scenario:
    """How this run ended is what is expected from now on. ``ScenarioRun.DoesNotExist``, also for one that went
    another way before all was said."""
    with transaction.atomic():
        run = ScenarioRun.objects.select_related("scenario").get(
            practice_id=current_practice_id(), pk=run_id, state=ScenarioRun.State.DONE, went_elsewhere=False
        )
        scenario = run.scenario
        scenario.expected = run.ending
        scenario.save(update_fields=["expected"])
        run.verdict, run.remarks = outcomes.Verdict.SAME.value, []
        run.save(update_fields=["verdict", "remarks"])
        audit.record(actor, "scenario.expectation_changed", f"scenario:{scenario.pk}")
    return scenario


def standing_after(inside: Mapping[str, Any]) -> list[str]:
    """What was open after a turn, from what was kept of it: the flow and the question."""
    return [inside.get("flow", ""), inside.get("asks", "")]


def expected_of(scenario: Scenario) -> Ending:
    return outcomes.from_plain(scenario.expected)


def next_moment(scenario: Scenario, practice: Practice, now: datetime | None = None) -> datetime:
    """When it is next that weekday and about that time at the practice (aware, UTC): now, for a while after it."""
    at = (now or timezone.now()).astimezone(practice.zone)
    day = at.date() + timedelta((scenario.weekday - at.isoweekday()) % 7)
    moment = datetime.combine(day, scenario.clock, practice.zone)
    if moment + STILL_NOW < at:
        moment = datetime.combine(day + timedelta(7), scenario.clock, practice.zone)
    return max(moment, at).astimezone(UTC)
