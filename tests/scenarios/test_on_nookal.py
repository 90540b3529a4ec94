"""Every scenario once, on Nookal: it ends as it must, and nothing else is written."""

from __future__ import annotations

import pytest

from tests.scenarios.playing import play
from tests.scenarios.scenario import SCENARIOS, Scenario
from tests.scenarios.stage import Stage

VENDOR = "nookal"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_it_ends_as_it_must(stage: Stage, scenario: Scenario) -> None:
    played = play(stage, scenario)
    assert not played.wrong, played.told()
    assert not played.missing, played.told()
