"""Callers of the API. No practice is in force around a request but the one that its token opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from pms_sandbox.testing import RunningSandbox
from routiq.practices import audit, tokens
from routiq.practices.models import ApiToken, Practice
from routiq.practices.tenancy import acting_for, current_scope
from routiq.sync import engine
from routiq.sync.models import SyncRun
from tests.conftest import make_practice
from tests.sandboxes import sandbox, shared_sandbox  # noqa: F401

ROOT = "/api/v1"


class Answer:
    """A status with the JSON that came; anything that is no JSON fails the test that got it."""

    def __init__(self, response: HttpResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        assert response.headers["Content-Type"].startswith("application/json"), response.content[:300]
        self.json: Any = json.loads(response.content)

    def __getitem__(self, name: str) -> Any:
        return self.json[name]

    @property
    def error(self) -> dict[str, Any]:
        assert set(self.json) == {"error"}, self.json
        error: dict[str, Any] = self.json["error"]
        assert {"code", "message", "advice"} <= set(error) <= {"code", "message", "advice", "fields", "booking_id"}
        assert error["message"]
        assert error["advice"]
        return error


class Caller:
    """A program that holds a token, or none."""

    def __init__(self, text: str = "", practice: Practice | None = None, token: ApiToken | None = None) -> None:
        self.text = text
        self._practice = practice
        self._token = token
        self._client = Client(raise_request_exception=False)

    @property
    def practice(self) -> Practice:
        assert self._practice is not None
        return self._practice

    @property
    def token(self) -> ApiToken:
        assert self._token is not None
        return self._token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        assert current_scope().practice is None, "A practice in force would hide what the door must do."
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.text:
            named.setdefault("Authorization", f"Bearer {self.text}")
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        address = path if path.startswith("/api") else f"{ROOT}{path}"
        answer = Answer(self._client.generic(method, address, data, content_type="application/json", headers=named))
        assert current_scope().practice is None
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)


def caller_for(practice: Practice) -> Caller:
    with acting_for(practice.pk):
        token, text = tokens.create("Tests", audit.SYSTEM)
    return Caller(text, practice, token)


@pytest.fixture
def nobody(db: None) -> Caller:
    return Caller()


@pytest.fixture
def caller(db: None) -> Caller:
    """A program of a live practice in Sydney."""
    return caller_for(make_practice()[0])


@pytest.fixture
def stranger(db: None) -> Caller:
    """A program of somebody else's practice."""
    return caller_for(make_practice("Someone Else Podiatry")[0])


Connect = Callable[[Caller], Answer]


@pytest.fixture
def connect(transactional_db: None, sandbox: RunningSandbox) -> Connect:  # noqa: F811
    """Connect a caller's practice over the API, as its owner would. Sync threads need committed rows."""

    def with_key(caller: Caller) -> Answer:
        return caller.post("/connections", {"vendor": "cliniko", "key": sandbox.key("admin")})

    return with_key


@pytest.fixture
def synced(connect: Connect, caller: Caller) -> Caller:
    """A caller whose practice is connected and mirrored."""
    assert connect(caller).status == 201
    carry(caller)
    return caller


def carry(caller: Caller) -> None:
    """Do at once what a worker would do."""
    with acting_for(caller.practice.pk):
        run = SyncRun.objects.get(state=SyncRun.State.RUNNING)
        assert engine.carry(run.pk) is engine.Ended.DONE
