"""Playing a scenario again: the same words to Robyn as she is now, as a rehearsal, and how that compares.

The conversation that it takes is deleted when it has been compared: a run keeps what was said.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.robyn import conversation
from routiq.robyn.models import Conversation, Rehearsal, Scenario, ScenarioRun
from routiq.robyn.rehearsing import ledger, outcomes
from routiq.robyn.rehearsing.scenarios import next_moment

log = logging.getLogger("routiq.robyn")

BROKE_OFF = timedelta(minutes=10)
"""A run that has been played for longer was interrupted, and is played again."""


def play_waiting() -> int:
    """Play all that waits in the practice in force, one after the other. Returns how many."""
    played = 0
    while (run := _next()) is not None:
        _play(run)
        played += 1
    return played


def is_waiting() -> bool:
    """Is there anything to be played for the practice in force that nobody seems to play?"""
    before = timezone.now() - BROKE_OFF
    return ScenarioRun.objects.filter(state__in=ScenarioRun.UNDER_WAY, asked_at__lt=before).exists()


@transaction.atomic
def _next() -> ScenarioRun | None:
    broke_off = timezone.now() - BROKE_OFF
    waiting = ScenarioRun.objects.select_for_update(skip_locked=True, of=("self",)).select_related("scenario")
    run = waiting.filter(state=ScenarioRun.State.WAITING).order_by("pk").first() or (
        waiting.filter(state=ScenarioRun.State.PLAYING, asked_at__lt=broke_off).order_by("pk").first()
    )
    if run is not None:
        run.state, run.asked_at = ScenarioRun.State.PLAYING, timezone.now()
        run.save(update_fields=["state", "asked_at"])
        announce(run.practice_id, "scenarios")
    return run


def _play(run: ScenarioRun) -> None:
    try:
        _say_all(run)
        run.state = ScenarioRun.State.DONE
    except Exception as error:
        # Whatever it is, the others are still to be played; what it was stands in the log, without its text.
        log.exception("scenario not played", extra={"run": run.pk, "error": type(error).__name__})
        run.state = ScenarioRun.State.FAILED
    # Its scenario may have been removed meanwhile: then there is nothing to keep.
    ScenarioRun.objects.filter(pk=run.pk).update(
        state=run.state,
        verdict=run.verdict,
        remarks=run.remarks,
        ending=run.ending,
        said=run.said,
        ended_at=timezone.now(),
    )
    announce(run.practice_id, "scenarios")


def _say_all(run: ScenarioRun) -> None:
    scenario: Scenario = run.scenario
    practice = Practice.objects.get(pk=current_practice_id())
    started = conversation.start(
        conversation.REHEARSAL, scenario.caller_number, moment=next_moment(scenario, practice)
    )
    row = Conversation.objects.get(pk=started.conversation_id)
    try:
        unsaid = list(scenario.lines)
        ended = started.ended
        while unsaid and not ended:
            ended = conversation.say(row.pk, unsaid.pop(0)).ended
        turns = list(row.turns.all())
        kept = Rehearsal.objects.get(conversation=row)
        ending = outcomes.ending_of(ledger.from_plain(kept.ledger), turns)
        found = outcomes.compare(outcomes.from_plain(scenario.expected), ending)
        remarks = list(found.remarks)
        verdict = found.verdict
        if unsaid:
            verdict = outcomes.Verdict.WORSE
            remarks.append(f"Robyn ended the talk before “{unsaid[0][:60]}” was said.")
        run.verdict, run.remarks, run.ending = verdict.value, remarks, outcomes.to_plain(ending)
        run.said = [{"heard": each.heard, "said": each.said, "took_ms": each.took_ms} for each in turns]
    finally:
        row.delete()
