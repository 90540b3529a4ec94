"""As in a web process, only smaller: threads share a few database sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from routiq.practices.postgres.base import DatabaseWrapper

SESSIONS = 2


@pytest.fixture
def two_sessions(transactional_db: None) -> Iterator[None]:
    """For all threads together; whoever waits for one longer than two seconds gets an error."""
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    connection.close()
    options["pool"] = {"min_size": 0, "max_size": SESSIONS, "timeout": 2}
    yield
    connection.close()
    pools: dict[str, Any] = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    for pool in pools.values():
        pool.close()
    pools.clear()
    del options["pool"]
