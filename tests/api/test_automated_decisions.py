"""The register of automated decisions, for programs."""

from __future__ import annotations

from routiq.disclosure.register import DECISIONS
from routiq.frontdesk.models import DeskRules
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.api.conftest import Caller


def test_a_program_reads_every_decision_as_it_is_set_and_the_text(caller: Caller, stranger: Caller) -> None:
    with acting_for(caller.practice.pk):
        DeskRules.objects.create(practice=caller.practice, late_cancellation="block", cancellation_window_hours=48)
        Practice.objects.filter(pk=caller.practice.pk).update(country_code="NZ")
    answer = caller.get("/automated-decisions")
    assert answer.status == 200
    items = {item["code"]: item for item in answer["items"]}
    assert items.keys() == {decision.code for decision in DECISIONS}
    late = items["frontdesk.late_cancellation"]
    assert (late["by"], late["data"], late["is_made"]) == ("alone", ["visits"], True)
    assert "48 hours" in late["as_set"]
    assert not items["frontdesk.counts_as_missed"]["is_made"]
    assert "Health Information Privacy Code" in answer["why"]
    assert answer["policy"]["text"].startswith(answer["policy"]["title"])
    assert answer["policy"]["html"].startswith("<h2>")
    others = stranger.get("/automated-decisions")
    assert "48 hours" not in str(others.json)
    assert "Someone Else Podiatry" in others["policy"]["title"]
