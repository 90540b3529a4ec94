"""Anything at all is sent to every operation of the published description, right and wrong, with ids of our own, of
somebody else's practice and of nothing: no error of ours, answers as described, and nothing of the other practice.

``make fuzz-api``: ``FUZZ_EXAMPLES`` is how many requests each operation gets in either way, ``FUZZ_SEED`` what they
are drawn from; without them a few that are always the same. One each is part of ``make test``.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from routiq.api import limits
from routiq.connections.models import Connection
from routiq.practices.tenancy import acting_for
from tests.api.conftest import ROOT, Caller
from tests.api.rows import Belongings, make_belongings
from tests.parsing import nothing_collected

BY_DEFAULT = 5
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def description(synced: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The description as it is served, and the product behind it, in this thread."""
    monkeypatch.setattr(limits, "REQUESTS_PER_MINUTE", 10**9)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with nothing_collected():  # The first use imports many modules that pytest rewrites.
        described = schemathesis.openapi.from_wsgi(
            f"{ROOT}/openapi.json", get_wsgi_application(), headers={"Authorization": f"Bearer {synced.text}"}
        )
    yield described
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def told_apart(theirs: Belongings, name: str) -> list[str]:
    """What no answer to anybody else may hold."""
    return [name, str(theirs.booking.pk), str(theirs.change.pk), theirs.appointment.remote_id]


def send_anything(description: Any, synced: Caller, stranger: Caller, examples: int, drawn_from: int) -> int:
    """So many requests to each operation in either way; how many there were in all."""
    with acting_for(synced.practice.pk):
        connection = Connection.objects.get()
    theirs = make_belongings(stranger.practice)
    with acting_for(stranger.practice.pk):
        theirs.appointment.remote_id = "7755330011997755"
        theirs.appointment.save()
    ids = (make_belongings(synced.practice, connection).ids, theirs.ids, {})
    secrets = told_apart(theirs, stranger.practice.name)
    mine = stranger.get(f"/patients/{theirs.patient.pk}").json, stranger.get(f"/bookings/{theirs.booking.pk}").json
    assert all(secret in json.dumps(mine) for secret in secrets[:2]), "what is looked for can be found"

    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) > 30
    sent = 0
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(drawn_from)
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode), whose=st.sampled_from(ids))
            def send(case: schemathesis.Case, whose: dict[str, Any]) -> None:
                nonlocal sent
                drawn = case.path_parameters or {}
                given_ids = {name: str(whose[name]) if name in whose else value for name, value in drawn.items()}
                case.path_parameters = given_ids
                answer = case.call(headers={"Authorization": f"Bearer {synced.text}"})
                sent += 1
                case.validate_response(answer, checks=CHECKS)
                for secret in secrets:
                    assert secret not in answer.text or secret in json.dumps(given_ids), (
                        f"{case.operation.label}: {secret}"
                    )

            try:
                send()
            except Exception as error:
                error.add_note(f"{operation.label}, FUZZ_SEED={drawn_from} FUZZ_EXAMPLES={examples} make fuzz-api")
                raise
    return sent


def test_no_request_of_a_small_share_breaks_anything(description: Any, synced: Caller, stranger: Caller) -> None:
    """One each, always the same ones: what an operation cannot stand at all is seen with every change."""
    assert send_anything(description, synced, stranger, examples=1, drawn_from=1) > 60


@pytest.mark.slow
def test_no_request_breaks_anything_or_shows_another_practice(
    description: Any, synced: Caller, stranger: Caller
) -> None:
    examples = int(os.environ.get("FUZZ_EXAMPLES") or BY_DEFAULT)
    drawn_from = int(os.environ.get("FUZZ_SEED") or (random.randrange(2**32) if examples != BY_DEFAULT else 1))
    send_anything(description, synced, stranger, examples, drawn_from)
