"""One practice for all scenarios of a file: the first sync is done once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import clearing
from tests.scenarios.stage import Stage, set_up


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    if not clearing.is_possible():
        pytest.skip("the database is put back by its superuser, who is within reach in the embedded server only")
    with django_db_blocker.unblock(), set_up(request.module.VENDOR) as stage:
        yield stage
