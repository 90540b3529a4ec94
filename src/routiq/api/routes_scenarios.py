"""Scenarios: rehearsals that are kept, played again and compared. Nothing of them is ever written."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from routiq.api import errors
from routiq.api import schemas_scenarios as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.api.fields import Taken, Text
from routiq.robyn.models import Conversation, Scenario, ScenarioRun
from routiq.robyn.rehearsing import scenarios

router = Router(tags=["scenarios"])


class Keep(Taken):
    conversation_id: int
    name: Text


@router.get("/scenarios", response=answers({200: shapes.Scenarios}), summary="All scenarios")
def list_scenarios(request: HttpRequest) -> shapes.Scenarios:
    """By name, each with what was expected and its last run."""
    return shapes.Scenarios(items=[shapes.Scenario.told(row) for row in Scenario.objects.all()])


@router.post("/scenarios", response=answers({201: shapes.Scenario}, 404, takes_body=True), summary="Keep a rehearsal")
def save_scenario(request: HttpRequest, wanted: Keep) -> Status[shapes.Scenario]:
    """A conversation on the channel `rehearsal` becomes a scenario; how it ended is what is expected."""
    try:
        kept = scenarios.save(wanted.conversation_id, wanted.name, caller_of(request).actor)
    except Conversation.DoesNotExist:
        raise errors.not_found("conversation") from None
    except scenarios.NotSaved as error:
        field = "conversation_id" if error.code in ("not_a_rehearsal", "nothing_said") else "name"
        raise errors.invalid({field: f"{error.message} {error.advice}"}) from None
    return Status(201, shapes.Scenario.told(kept))


@router.post("/scenarios/run", response=answers({200: shapes.Runs}), summary="Run all scenarios")
def run_all_scenarios(request: HttpRequest) -> shapes.Runs:
    """A worker plays them one after the other, as rehearsals; look at them again for what came of it."""
    asked = scenarios.ask_to_play(list(Scenario.objects.all()), caller_of(request).actor)
    return shapes.Runs(items=[shapes.Run.told(row) for row in asked])


@router.get("/scenarios/{int:scenario_id}", response=answers({200: shapes.Scenario}, 404), summary="A scenario")
def get_scenario(request: HttpRequest, scenario_id: int) -> shapes.Scenario:
    """With what was expected and its last run."""
    return shapes.Scenario.told(_scenario(scenario_id))


@router.post("/scenarios/{int:scenario_id}/run", response=answers({200: shapes.Run}, 404), summary="Run a scenario")
def run_scenario(request: HttpRequest, scenario_id: int) -> shapes.Run:
    """A worker plays it as a rehearsal. Asked again while it waits, it is the same run."""
    for run in scenarios.ask_to_play([_scenario(scenario_id)], caller_of(request).actor):
        return shapes.Run.told(run)
    raise _none()


@router.post(
    "/scenarios/{int:scenario_id}/expect-last-run",
    response=answers({200: shapes.Scenario}, 404, 409),
    summary="Take how it went as right",
)
def expect_last_run(request: HttpRequest, scenario_id: int) -> shapes.Scenario:
    """How its last run ended is what is expected from now on. 409 while there is none that was played to its end,
    also when the talk went another way than the one that was kept."""
    run = _scenario(scenario_id).runs.filter(state=ScenarioRun.State.DONE).order_by("-pk").first()
    if run is None:
        raise errors.ApiError(409, "not_played", "It has not been played yet.", "Run it, then take that as right.")
    if run.went_elsewhere:
        raise errors.ApiError(409, "not_played", "It was not played to its end.", "Rehearse it anew, and keep that.")
    try:
        return shapes.Scenario.told(scenarios.take_as_right(run.pk, caller_of(request).actor))
    except ScenarioRun.DoesNotExist:  # Removed this instant.
        raise _none() from None


@router.post(
    "/scenarios/{int:scenario_id}/remove", response=answers({200: shapes.Scenario}, 404), summary="Remove a scenario"
)
def remove_scenario(request: HttpRequest, scenario_id: int) -> shapes.Scenario:
    """With its runs. Given as it was."""
    row = _scenario(scenario_id)
    given = shapes.Scenario.told(row)
    try:
        scenarios.remove(row.pk, caller_of(request).actor)
    except Scenario.DoesNotExist:  # By somebody else, this instant.
        raise _none() from None
    return given


def _scenario(pk: int) -> Scenario:
    row = Scenario.objects.filter(pk=pk).first()
    if row is None:
        raise _none()
    return row


def _none() -> errors.ApiError:
    return errors.not_found("scenario")
