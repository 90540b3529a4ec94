"""What the benchmark counts at 5,000 patients, quickly and at 200: how many requests a first sync makes, and that the
vendor never has to say stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import override_settings

from bench.least import COLLECTIONS, least_requests, window_start
from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq.practices.models import Practice
from routiq.sync import engine
from tests.sandboxes import carry_open_run, connect

LIMIT, WINDOW = 40, 1.0
#: The walks' own ends, the patients who are fetched early and the last look for changes hardly grow with the
#: practice; at 5,000 patients, where about 700 requests are the least, so many more are the bound of 1.05.
MORE_THAN_THE_LEAST = 35


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(patients=200, seed=7, rate_limit=LIMIT, rate_window=WINDOW) as sandbox:
        yield sandbox


@pytest.mark.django_db(transaction=True)
def test_a_first_sync_asks_little_more_than_it_must_and_is_never_turned_away(
    practice: Practice, sandbox: RunningSandbox
) -> None:
    with override_settings(PMS_REQUESTS=LIMIT, PMS_WINDOW_SECONDS=WINDOW):
        connection = connect(practice, sandbox)
        sandbox.clear_requests()
        assert carry_open_run(connection) is engine.Ended.DONE

    asked = sandbox.requests()
    least = least_requests(sandbox.world(*COLLECTIONS), window_start())
    assert Counter(entry["status"] for entry in asked).keys() == {200}
    assert {entry["path"] for entry in asked} == least.keys()
    assert sum(least.values()) <= len(asked) <= sum(least.values()) + MORE_THAN_THE_LEAST
