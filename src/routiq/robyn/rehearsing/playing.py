"""Playing a scenario again: the same words to Robyn as she is now, as a rehearsal, and how that compares.

The conversation that it takes is deleted when it has been compared: a run keeps what was said.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import zip_longest

from django.db import transaction
from django.utils import timezone

from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.models import Conversation, Rehearsal, Scenario, ScenarioRun
from routiq.robyn.rehearsing import ledger, outcomes
from routiq.robyn.rehearsing.scenarios import next_moment, standing_after

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
        went_elsewhere=run.went_elsewhere,
        ending=run.ending,
        said=run.said,
        ended_at=timezone.now(),
    )
    announce(run.practice_id, "scenarios")


def _say_all(run: ScenarioRun) -> None:
    # Not before something is played: a worker that only copies practices begins half a second sooner.
    from routiq.robyn import conversation

    scenario: Scenario = run.scenario
    practice = Practice.objects.get(pk=current_practice_id())
    started = conversation.start(
        conversation.REHEARSAL, scenario.caller_number, moment=next_moment(scenario, practice)
    )
    row = Conversation.objects.get(pk=started.conversation_id)
    try:
        unsaid = list(zip_longest(scenario.lines, scenario.answers_to))
        ended = started.ended
        while unsaid and not ended:
            line, answers_to = unsaid[0]
            if answers_to is not None and answers_to != _standing(row):
                run.went_elsewhere = True
                break
            ended = conversation.say(row.pk, line).ended
            del unsaid[0]
        turns = list(row.turns.all())
        kept = Rehearsal.objects.get(conversation=row)
        ending = outcomes.ending_of(ledger.from_plain(kept.ledger), turns)
        found = outcomes.compare(outcomes.from_plain(scenario.expected), ending)
        cut_short = _cut_short(run, [line for line, _ in unsaid])
        verdict = outcomes.Verdict.WORSE if cut_short else found.verdict
        remarks = [*cut_short, *found.remarks]
        run.verdict, run.remarks, run.ending = verdict.value, remarks, outcomes.to_plain(ending)
        run.said = [{"heard": each.heard, "said": each.said, "took_ms": each.took_ms} for each in turns]
    finally:
        row.delete()


def _cut_short(run: ScenarioRun, unsaid: Sequence[str]) -> list[str]:
    """Why not all was said that the patient says."""
    if not unsaid:
        return []
    line, place = unsaid[0][:60], len(run.scenario.lines) - len(unsaid) + 1
    if not run.went_elsewhere:
        return [f"Robyn ended the talk before “{line}” was said."]
    return [
        f"The talk went another way at sentence {place}: “{line}” was the answer to something else. Rehearse it anew."
    ]


def _standing(row: Conversation) -> list[str]:
    """What is open in the talk as it is now."""
    last = row.turns.order_by("-number").values_list("inside", flat=True).first()
    return standing_after(last or {})
