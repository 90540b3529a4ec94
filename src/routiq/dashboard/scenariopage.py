"""What the pages of scenarios show: who rings when, what was expected, and how it went the last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from routiq.dashboard import asked
from routiq.practices.clocks import clock
from routiq.robyn.models import Rehearsal, Scenario, ScenarioRun
from routiq.robyn.rehearsing import ledger, outcomes
from routiq.robyn.rehearsing.outcomes import Ending
from routiq.robyn.rehearsing.scenarios import expected_of

DAYS = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_VERDICTS = {"same": "As saved", "better": "Better", "worse": "Worse"}
_OUTCOMES = {
    "done": "Done",
    "handed_over": "Left to the team",
    "talked": "Nothing written, nothing for the team",
}


@dataclass(frozen=True)
class ScenarioLine:
    scenario: Scenario
    when: str
    """``Monday, 10:05 am``, by the practice's clock."""
    expected: tuple[str, ...]
    run: ScenarioRun | None
    """The latest."""
    verdict: str


def ending_in_words(ending: Ending, *, with_day: bool = False) -> tuple[str, ...]:
    """The outcome, and under it each thing that would be written or told to the team."""
    told = [_sentence(outcomes.in_words(each, with_day=with_day)) for each in ending.done]
    told += [f"A message for the team: {kind.replace('_', ' ')}." for kind in ending.left]
    return tuple(told) or (f"{_OUTCOMES[ending.outcome]}.",)


def would_have_written(rehearsal: Rehearsal | None, turns: Sequence[Any] = ()) -> tuple[str, ...]:
    if rehearsal is None:
        return ()
    return ending_in_words(outcomes.ending_of(ledger.from_plain(rehearsal.ledger), turns), with_day=True)


def line_of(scenario: Scenario) -> ScenarioLine:
    runs = sorted(scenario.runs.all(), key=lambda run: run.pk)
    when = f"{DAYS[scenario.weekday]}, {clock(scenario.clock)}"
    run = runs[-1] if runs else None
    verdict = _VERDICTS.get(run.verdict, "") if run else ""
    return ScenarioLine(scenario, when, ending_in_words(expected_of(scenario)), run, verdict)


def listed(request: HttpRequest) -> dict[str, Any]:
    lines = [line_of(each) for each in Scenario.objects.prefetch_related("runs")]
    played = [line.run for line in lines if line.run is not None and line.run.verdict]
    waiting = [line for line in lines if line.run is not None and line.run.state in ScenarioRun.UNDER_WAY]
    tally = {verdict: sum(run.verdict == verdict for run in played) for verdict in _VERDICTS}
    return {"lines": lines, "tally": tally, "played": len(played), "under_way": len(waiting)}


def scenario_of(pk: int) -> Scenario:
    found = Scenario.objects.prefetch_related("runs").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def run_of(request: HttpRequest) -> dict[str, Any]:
    """The scenario that a live page's address names."""
    return shown(scenario_of(asked.number(request.GET.get("scenario", ""))))


def shown(scenario: Scenario) -> dict[str, Any]:
    line = line_of(scenario)
    ended = outcomes.from_plain(line.run.ending) if line.run is not None and line.run.verdict else None
    return {"line": line, "ended": ending_in_words(ended, with_day=True) if ended is not None else ()}


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
