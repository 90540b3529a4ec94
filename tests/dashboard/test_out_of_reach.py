"""The database of Routiq is away for a while: pages say so, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection as database
from django.test import Client


@pytest.fixture
def away(transactional_db: None, client_in: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody who is logged in, when nothing answers where the database was."""
    database.close()
    with monkeypatch.context() as moved:
        moved.setitem(database.settings_dict, "HOST", "/nowhere")
        yield client_in
        database.close()


@pytest.mark.parametrize("address", ["/", "/patients", "/live/dashboard"])
def test_a_page_says_that_it_is_not_the_visitors_fault(away: Client, address: str) -> None:
    answer = away.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "cannot reach its own database" in answer.content.decode()
    assert "/nowhere" not in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]


def test_whoever_logs_in_is_told_too(away: Client) -> None:
    answer = Client().post("/login", {"email": "owner@clinic.example", "password": "anything at all"})
    assert answer.status_code == 503
    assert "load the page again" in answer.content.decode()
