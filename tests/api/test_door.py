"""Who gets in, what stops them, and how a refusal looks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from routiq.api import limits, routes_practice
from routiq.practices import audit, tokens
from routiq.practices.tenancy import NOBODY, acting_for, current_scope
from tests.api.conftest import ROOT, Answer, Caller, caller_for
from tests.api.paths import BODIES, ROUTES, Route
from tests.api.rows import make_belongings
from tests.conftest import PASSWORD, make_practice

every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


def ask(caller: Caller, route: Route, ids: dict[str, Any], **headers: str) -> Answer:
    return caller.call(route.method, route.with_ids(ids), BODIES.get(str(route)), **headers)


def assert_unauthorised(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.error["code"] == "unauthorised"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@every_route
def test_nothing_answers_without_a_token(nobody: Caller, route: Route) -> None:
    ids = make_belongings(make_practice()[0]).ids
    assert_unauthorised(ask(nobody, route, ids))


@every_route
def test_a_revoked_token_opens_nothing(caller: Caller, route: Route) -> None:
    ids = make_belongings(caller.practice).ids
    with acting_for(caller.practice.pk):
        tokens.revoke(caller.token.pk, audit.SYSTEM)
    assert_unauthorised(ask(caller, route, ids))


@every_route
def test_the_cookie_of_a_login_opens_nothing(nobody: Caller, route: Route) -> None:
    practice, owner = make_practice()
    ids = make_belongings(practice).ids
    assert nobody._client.login(username=owner.email, password=PASSWORD)
    assert_unauthorised(ask(nobody, route, ids))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer rtq_",
        "Bearer rtq_unknown",
        "Basic {}",
        "Token {}",
        "{}",
        "Bearer {}x",
        "Bearer é",
    ],
)
def test_only_a_whole_known_token_after_bearer_counts(caller: Caller, nobody: Caller, header: str) -> None:
    assert_unauthorised(nobody.get("/practice", Authorization=header.format(caller.text)))


def test_the_token_is_taken_from_the_header_only(caller: Caller, nobody: Caller) -> None:
    assert_unauthorised(nobody.get(f"/practice?token={caller.text}&access_token={caller.text}"))


def test_a_token_opens_its_own_practice(caller: Caller, stranger: Caller) -> None:
    assert caller.get("/practice")["name"] == caller.practice.name
    assert stranger.get("/practice")["name"] == stranger.practice.name


def test_no_forgery_check_stands_in_the_way_of_a_program(caller: Caller) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        f"{ROOT}/conversations", "{}", "application/json", headers={"Authorization": f"Bearer {caller.text}"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "path", ["/nothing", "/", "/patients/", "/patients/abc", "/docs", "/patients/1/appointments/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_address_is_a_json_404(caller: Caller, method: str, path: str) -> None:
    answer = caller.call(method, path)
    assert (answer.status, answer.error["code"]) == (404, "not_found")


def test_an_unknown_address_tells_nothing_to_those_without_a_token(nobody: Caller) -> None:
    assert_unauthorised(nobody.get("/nothing"))


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/patients"), ("GET", "/appointments"), ("PUT", "/practice")]
)
def test_a_wrong_method_is_a_json_405_that_names_the_right_one(caller: Caller, method: str, path: str) -> None:
    answer = caller.call(method, path)
    assert (answer.status, answer.error["code"]) == (405, "method_not_allowed")
    allowed = answer.headers["Allow"].split(", ")
    assert answer.error["advice"] == f"Use {' or '.join(allowed)}."


@pytest.mark.parametrize("body", [b"{", b"not json", b"\xff\xfe", b"[" * 20_000])
def test_what_is_no_json_is_a_400(caller: Caller, body: bytes) -> None:
    answer = caller.post("/conversations", body)
    assert (answer.status, answer.error["code"]) == (400, "malformed")


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
def test_json_that_is_no_object_is_named(caller: Caller, body: object) -> None:
    answer = caller.post("/conversations", b"null" if body is None else body)
    assert (answer.status, answer.error["code"]) == (422, "invalid")
    assert set(answer.error["fields"]) == {"body"}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(caller: Caller) -> None:
    answer = caller.post("/conversations", b" " * (limits.MOST_BYTES + 1))
    assert (answer.status, answer.error["code"]) == (413, "too_large")


def test_a_body_of_unknown_length_is_refused(caller: Caller) -> None:
    answer = caller.post("/conversations", {}, Transfer_Encoding="chunked")
    assert (answer.status, answer.error["code"]) == (411, "length_required")


def test_a_token_has_so_many_requests_a_minute(
    caller: Caller, stranger: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REQUESTS_PER_MINUTE", 3)
    with time_machine.travel(datetime(2026, 5, 4, 3, 17, 20, tzinfo=UTC), tick=False) as clock:
        assert [caller.get("/menu").status for _ in range(4)] == [200, 200, 200, 429]
        refused = caller.get("/menu")
        assert refused.error["code"] == "too_many_requests"
        assert refused.headers["Retry-After"] == "40"
        assert stranger.get("/menu").status == 200

        clock.shift(40)
        assert caller.get("/menu").status == 200


def test_no_answer_is_kept_or_sniffed(caller: Caller, nobody: Caller) -> None:
    for answer in (caller.get("/patients"), caller.get("/nothing"), nobody.get("/patients")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert len(answer.headers["Request-Id"]) == 16
    assert caller.get("/menu").headers["Request-Id"] != caller.get("/menu").headers["Request-Id"]


class Broken(Exception):
    pass


def test_what_nobody_expected_is_told_without_a_word_of_it(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        assert current_scope().practice == caller.practice.pk
        raise Broken("Mrs Perera, 0491 570 006")

    monkeypatch.setattr(routes_practice.showing, "practice", fail)
    answer = caller.get("/practice")
    assert (answer.status, answer.error["code"]) == (500, "internal")
    assert "Perera" not in str(answer.json)
    assert "Request-Id" in answer.error["advice"]
    assert current_scope() == NOBODY
    assert any(record.exc_info and record.exc_info[0] is Broken for record in caplog.records)


def test_a_fault_outside_the_operations_is_json_too(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise Broken

    monkeypatch.setattr(tokens, "holder", fail)
    assert caller.get("/practice").status == 500


def test_a_database_that_does_not_answer_is_told_as_no_fault_of_the_request(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise OperationalError("connection to db.internal failed")

    monkeypatch.setattr(tokens, "holder", fail)
    answer = caller.get("/practice")
    assert (answer.status, answer.error["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "db.internal" not in str(answer.json)


def test_the_token_notes_that_it_was_used(caller: Caller) -> None:
    assert caller.token.last_used_at is None
    caller.get("/menu")
    with acting_for(caller.practice.pk):
        caller.token.refresh_from_db()
    assert caller.token.last_used_at is not None


def test_two_tokens_of_one_practice_are_two_callers(caller: Caller) -> None:
    other = caller_for(caller.practice)
    assert other.get("/practice")["id"] == caller.get("/practice")["id"]
    with acting_for(caller.practice.pk):
        tokens.revoke(other.token.pk, audit.SYSTEM)
    assert other.get("/practice").status == 401
    assert caller.get("/practice").status == 200
