"""One practice's token on everything of another: not there, on every route."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from routiq.connections.models import Connection
from routiq.practices.models import AuditEntry
from routiq.practices.tenancy import acting_for
from routiq.robyn.models import Turn
from routiq.sync.models import SyncEvent, SyncRun
from tests.api.conftest import Caller
from tests.api.paths import BODIES, ROUTES, Route
from tests.api.rows import make_belongings


@pytest.mark.parametrize("route", [route for route in ROUTES if route.takes], ids=str)
def test_ids_of_another_practice_are_not_there(caller: Caller, stranger: Caller, route: Route) -> None:
    ours, theirs = make_belongings(caller.practice), make_belongings(stranger.practice)
    path, body = route.with_ids(theirs.ids), BODIES.get(str(route))
    answer = caller.call(route.method, path, body)
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert stranger.practice.name not in json.dumps(answer.json)
    # The same address is there for its own practice, and there is no such thing at all elsewhere.
    assert caller.call(route.method, route.with_ids(ours.ids), body).status != 404
    absent = {
        name: "0" * 8 + "-0000-4000-8000-" + "0" * 12 if name in ("booking_id", "change_id") else 10**17
        for name in theirs.ids
    }
    assert caller.call(route.method, route.with_ids(absent), body).json == answer.json


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "GET" and not r.takes], ids=str)
def test_lists_hold_nothing_of_another_practice(caller: Caller, stranger: Caller, route: Route) -> None:
    make_belongings(caller.practice)
    make_belongings(stranger.practice)
    coming = f"?first={date.today()}&last={date.today() + timedelta(days=7)}"
    query = {"/availability": "?appointment_type=3", "/calendar": coming, "/knowledge/answer": "?question=piano"}.get(
        route.path, ""
    )
    assert stranger.practice.name not in json.dumps(caller.get(route.path + query).json)


@pytest.mark.parametrize(
    "path", ["/patients?phone=0491570006&status=all", "/patients?search=Else", "/patients?name=Else"]
)
def test_searching_finds_nobody_of_another_practice(caller: Caller, stranger: Caller, path: str) -> None:
    make_belongings(stranger.practice)
    assert caller.get(path)["items"] == []
    assert len(stranger.get(path)["items"]) == 1


def test_a_run_list_narrowed_to_another_practices_connection_is_empty(caller: Caller, stranger: Caller) -> None:
    theirs = make_belongings(stranger.practice)
    assert caller.get(f"/sync-runs?connection={theirs.connection.pk}")["items"] == []


def test_nothing_was_done_to_the_other_practice(caller: Caller, stranger: Caller) -> None:
    theirs = make_belongings(stranger.practice)
    caller.post(f"/connections/{theirs.connection.pk}/sync")
    caller.post(f"/conversations/{theirs.conversation.pk}/turns", {"text": "Hello"})
    theirs_at = f"/connections/{theirs.connection.pk}"
    caller.post(f"{theirs_at}/disconnect", {"confirm": theirs.connection.account_name})
    caller.post(f"{theirs_at}/delete-data", {"confirm": stranger.practice.name})
    caller.post(f"{theirs_at}/events/{theirs.event.pk}/replay")
    caller.post(f"{theirs_at}/reconciliations/{theirs.night.pk}/remove-held-back")
    with acting_for(stranger.practice.pk):
        assert Turn.objects.count() == 1
        assert SyncRun.objects.count() == 2
        assert SyncEvent.objects.count() == 1
        assert Connection.objects.get().is_active
        assert not AuditEntry.objects.filter(actor_kind="token", actor_id=str(caller.token.pk)).exists()


def test_what_hangs_on_a_connection_is_not_found_under_another_ones(caller: Caller, stranger: Caller) -> None:
    ours, theirs = make_belongings(caller.practice), make_belongings(stranger.practice)
    at = f"/connections/{ours.connection.pk}"
    assert caller.post(f"{at}/events/{theirs.event.pk}/replay").status == 404
    assert caller.post(f"{at}/reconciliations/{theirs.night.pk}/remove-held-back").status == 404
    assert caller.post(f"{at}/reconciliations/{ours.run.pk}/remove-held-back").status == 404


def test_an_id_of_any_length_is_just_not_there(caller: Caller) -> None:
    for number in ("0", "9" * 25, "9" * 6000):
        assert caller.get(f"/patients/{number}").status == 404


@pytest.mark.parametrize("route", ["PATCH /appointments/{}", "POST /appointments/{}/cancel"])
def test_an_id_that_no_text_can_hold_is_just_not_there(caller: Caller, route: str) -> None:
    method, path = route.split()
    body = {"offer": "an offer"} if method == "PATCH" else {}
    assert caller.call(method, path.format("%00"), body, Idempotency_Key="one").status == 404
