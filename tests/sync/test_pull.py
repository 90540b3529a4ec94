"""Answers that come at once are stored together, each with the moment that it was asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.mirror.changes import Change
from routiq.mirror.models import Appointment
from routiq.pms.errors import VendorUnavailable
from routiq.pms.gateway import Page, Selection, Stream
from routiq.sync import pull as pulling
from routiq.sync.pull import pull


class Overheard:
    """A connection's gateway; how often it was asked, and where it stumbles."""

    def __init__(self, connection: Connection, stumbles_at: int = 0) -> None:
        self._gateway = gateway_of(connection)
        self._stumbles_at = stumbles_at
        self.asked_at: list[datetime] = []

    def fetch(self, *asked: Any, **how: Any) -> Page:
        if len(self.asked_at) + 1 == self._stumbles_at:
            raise VendorUnavailable("Not now.", vendor="cliniko", cause="server_error")
        page = self._gateway.fetch(*asked, **how)
        self.asked_at.append(page.asked_at)
        return page


def pulled(connection: Connection, gateway: Overheard, *, several: bool) -> Page:
    checkpoints: list[Page] = []

    def checkpoint(page: Page, written: int, changes: list[Change]) -> None:
        assert written == len(page.records)
        checkpoints.append(page)

    page = pull(
        gateway,  # type: ignore[arg-type]
        connection,
        Stream.APPOINTMENTS,
        Selection(),
        None,
        checkpoint,
        several=several,
    )
    assert checkpoints == [page]
    return page


@pytest.fixture(autouse=True)
def a_machine_of_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "TOGETHER", 60.0)


def test_answers_that_come_at_once_are_stored_together_each_as_old_as_it_is(connection: Connection) -> None:
    gateway = Overheard(connection)
    page = pulled(connection, gateway, several=True)

    assert (len(gateway.asked_at), page.pages, len(page.records)) == (4, 4, 400)
    assert set(Appointment.objects.values_list("seen_at", flat=True)) == set(gateway.asked_at)
    assert page.next_cursor is not None


def test_where_answers_are_slow_each_is_stored_by_itself(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "TOGETHER", 0.0)
    assert pulled(connection, Overheard(connection), several=True).pages == 1


def test_what_was_answered_before_one_failed_is_stored(connection: Connection) -> None:
    page = pulled(connection, Overheard(connection, stumbles_at=3), several=True)
    assert (page.pages, Appointment.objects.count()) == (2, 200)

    with pytest.raises(VendorUnavailable):
        pulled(connection, Overheard(connection, stumbles_at=1), several=True)


def test_a_look_for_changes_stores_page_by_page(connection: Connection) -> None:
    assert pulled(connection, Overheard(connection), several=False).pages == 1
