"""Which decisions about patients programs make at the practice."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from routiq.api import schemas_decisions as shapes
from routiq.api.answers import answers
from routiq.api.auth import caller_of
from routiq.disclosure.countries import law_of
from routiq.disclosure.policy import policy_now
from routiq.disclosure.register import Entry, register

router = Router(tags=["practice"])


@router.get(
    "/automated-decisions",
    response=answers({200: shapes.AutomatedDecisions}),
    summary="Which decisions programs make",
)
def get_automated_decisions(request: HttpRequest) -> shapes.AutomatedDecisions:
    """Every decision about patients that a program makes or helps to make, as the practice has it set now, and the
    text about them for its privacy policy."""
    found = register()
    policy = policy_now(found)
    return shapes.AutomatedDecisions(
        items=[_decision(entry) for entry in found.entries],
        why=law_of(caller_of(request).practice.country_code).why,
        policy=shapes.Policy.of(policy, html=str(policy.html)),
    )


def _decision(entry: Entry) -> shapes.AutomatedDecision:
    decision = entry.decision
    return shapes.AutomatedDecision.of(
        decision,
        data=[each.value for each in decision.data],
        by=decision.by.value,
        is_made=entry.as_set.made,
        as_set=entry.as_set.words,
    )
