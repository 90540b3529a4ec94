"""How soon a change at the vendor is here: through webhooks, through polls, after a storm; and what it costs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from bench.figures import Chapter, Figure, percentile
from bench.stage import LIMIT, Installation, Stage, install, wait_for_run
from pms_sandbox.testing import RunningSandbox, running_sandbox


@dataclass
class Served:
    """A practice, mirrored, with the web server up; ``url`` is its own address."""

    installed: Installation
    practice: int
    connection: int
    url: str


@contextmanager
def served(place: Stage, sandbox: RunningSandbox, *, limit: int) -> Iterator[Served]:
    installed = install(place, sandbox, limit=limit)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    installed.environment["ROUTIQ_BASE_URL"] = url
    # Connecting registers webhooks and asks for the first sync; a worker does both.
    practice = installed.connect_practice()
    with installed.process("web", "routiq.cli", "web", "--port", str(port)):
        _until(lambda: _status(f"{url}/readyz") == 200, 60, "the web server")
        with installed.process("worker", "routiq.cli", "worker"):
            wait_for_run(installed, 300)
            _until(lambda: installed.rows("SELECT 1 FROM sync_webhookregistration"), 60, "the registration")
        yield Served(installed, practice.id, practice.connection, url)


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _until(done: Any, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.05)


# -- the inbox ------------------------------------------------------------------------------------------------------


def inbox(place: Stage, *, seconds: int, rate: int, full: bool) -> Chapter:
    """An open-loop sender against the inbox while every worker is dead; then a worker that catches up."""
    with running_sandbox(process=True, patients=100, seed=7, rate_limit=0, webhooks=True) as sandbox:
        people = [row["id"] for row in sandbox.world("patients")["patients"]]
        with served(place, sandbox, limit=0) as here:
            subscription = sandbox.control("GET", "webhooks")["subscriptions"][0]
            acks, statuses = asyncio.run(_send(subscription["url"], subscription["secret"], people, seconds, rate))
            stored = here.installed.rows("SELECT count(*) FROM sync_syncevent WHERE source = 'webhook'")[0][0]
            began = time.monotonic()
            with here.installed.process("late", "routiq.cli", "worker"):
                waiting = "SELECT count(*) FROM sync_syncevent WHERE outcome = 'waiting'"
                _until(lambda: here.installed.rows(waiting)[0][0] == 0, 120, "the backlog")
            caught_up = time.monotonic() - began
    sent = seconds * rate
    return Chapter(
        f"webhook_inbox: {rate} a second for {seconds} s, no worker alive",
        [
            Figure("accepted of those sent", statuses[204] / sent, "share", at_least=1.0),
            Figure("stored of those sent", stored / sent, "share", at_least=1.0),
            Figure("answer p50", percentile(acks, 0.5) * 1000, "ms", at_most=20, enforced=full),
            Figure("answer p99", percentile(acks, 0.99) * 1000, "ms", at_most=250, enforced=full),
            Figure("all followed up after the worker's start", caught_up, "s"),
        ],
        ["open loop: each delivery has its own moment to be sent, whether the last was answered or not"],
        {"statuses": {str(status): number for status, number in statuses.items()}},
    )


async def _send(
    url: str, secret: str, people: list[str], seconds: int, rate: int
) -> tuple[list[float], Counter[int]]:
    """Times are from the moment a delivery was due to its answer, so a late sender counts against the inbox."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    acks: list[float] = []
    statuses: Counter[int] = Counter()
    # Like any sender, it lets go of an idle connection before the server does.
    limits = httpx2.Limits(max_connections=50, max_keepalive_connections=50, keepalive_expiry=2)
    async with httpx2.AsyncClient(limits=limits, timeout=30) as client:

        async def one(number: int, due: float) -> None:
            body = json.dumps(
                {
                    "id": f"evt_{number}",
                    "type": "patient.updated",
                    "occurred_at": datetime.now(UTC).isoformat(),
                    "data": {"id": people[number % len(people)]},
                }
            ).encode()
            stamp = str(int(time.time()))
            signed = b".".join([f"bench{number}".encode(), stamp.encode(), body])
            signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            answer = await client.post(
                url,
                content=body,
                headers={
                    "webhook-id": f"bench{number}",
                    "webhook-timestamp": stamp,
                    "webhook-signature": f"v1,{signature}",
                },
            )
            acks.append(time.perf_counter() - due)
            statuses[answer.status_code] += 1

        started = time.perf_counter()
        tasks = []
        for number in range(seconds * rate):
            due = started + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(one(number, due)))
        await asyncio.gather(*tasks)
    return acks, statuses


# -- from the change to the mirror ----------------------------------------------------------------------------------


def announced(place: Stage, *, seconds: int, rate: int, full: bool) -> Chapter:
    """Changes at a steady pace, each announced by a webhook; from the edit to the row. Then a storm of them."""
    patients = 2500 if full else 300
    with (
        running_sandbox(process=True, patients=patients, seed=7, rate_limit=LIMIT, webhooks=True) as sandbox,
        served(place, sandbox, limit=LIMIT) as here,
        here.installed.process("workers", "routiq.cli", "worker"),
    ):
        *people, last = active(sandbox)
        # The workers are up when a change of somebody else has come through.
        delays(here.installed, edit_steadily(sandbox, [last], rate))
        edited = edit_steadily(sandbox, people[: seconds * rate], rate)
        found = delays(here.installed, edited)
        storm, storm_requests, storm_seconds = _storm(sandbox, here, people, 2000 if full else 200)
    return Chapter(
        f"announced_changes: {rate} a second for {seconds} s, then a storm of {storm}",
        [
            Figure("changes that arrived", len(found) / len(edited), "share", at_least=1.0),
            Figure("edit to row p95", percentile(found, 0.95), "s", at_most=1.0, enforced=full),
            Figure("edit to row p99", percentile(found, 0.99), "s", at_most=2.0, enforced=full),
            Figure(f"requests for a storm of {storm}", storm_requests, "", at_most=40, enforced=full),
            Figure("storm followed up after", storm_seconds, "s"),
        ],
    )


def active(sandbox: RunningSandbox) -> list[str]:
    return [row["id"] for row in sandbox.world("patients")["patients"] if not row["archived_at"]]


def edit_steadily(sandbox: RunningSandbox, people: list[str], rate: float) -> dict[str, float]:
    edited: dict[str, float] = {}
    started = time.perf_counter()
    for number, person in enumerate(people):
        time.sleep(max(started + number / rate - time.perf_counter(), 0))
        edited[person] = time.time()
        sandbox.edit([{"op": "update", "collection": "patients", "id": person, "fields": {"city": f"C{number}"}}])
    return edited


def delays(installed: Installation, edited: dict[str, float], patience: float = 60) -> list[float]:
    """Seconds from each edit until the event log says that its row was written."""
    query = (
        "SELECT record_id, extract(epoch FROM min(applied_at))::float8 FROM sync_syncevent "
        "WHERE outcome = 'applied' AND stream = 'patients' GROUP BY record_id"
    )
    _until(lambda: len(edited.keys() & dict(installed.rows(query)).keys()) == len(edited), patience, "the changes")
    applied = dict(installed.rows(query))
    return [applied[person] - at for person, at in edited.items() if person in applied]


def _storm(sandbox: RunningSandbox, here: Served, people: list[str], size: int) -> tuple[int, int, float]:
    chosen = people[:size]
    time.sleep(3)
    sandbox.clear_requests()
    began = time.monotonic()
    sandbox.edit(
        [{"op": "update", "collection": "patients", "id": person, "fields": {"state": "QLD"}} for person in chosen]
    )
    query = "SELECT count(*) FROM mirror_patient WHERE state = 'QLD' AND remote_id = ANY(%s)"
    listed = "ARRAY[" + ",".join(f"'{person}'" for person in chosen) + "]"
    _until(lambda: here.installed.rows(query.replace("%s", listed))[0][0] == len(chosen), 120, "the storm")
    seconds = time.monotonic() - began
    waiting = "SELECT count(*) FROM sync_syncevent WHERE outcome = 'waiting'"
    _until(lambda: here.installed.rows(waiting)[0][0] == 0, 60, "the last deliveries")
    requests = [entry for entry in sandbox.requests() if entry["path"].startswith("patients")]
    return len(chosen), len(requests), seconds


# -- without webhooks ------------------------------------------------------------------------------------------------


def polled(place: Stage, *, seconds: int, full: bool) -> Chapter:
    """No webhooks at all: how late a change is in office hours, and which share of the budget the looks use."""
    with (
        running_sandbox(process=True, patients=300, seed=7, rate_limit=LIMIT) as sandbox,
        served(place, sandbox, limit=LIMIT) as here,
    ):
        # Whatever the hour of the measurement, it is office hours at the practice.
        here.installed.environment["ROUTIQ_OFFICE_HOURS"] = "Mon-Sun 00:00-23:59"
        with here.installed.process("polls", "routiq.cli", "worker"):
            time.sleep(15)
            sandbox.clear_requests()
            began = time.monotonic()
            found = delays(here.installed, edit_steadily(sandbox, active(sandbox)[:seconds], 1))
            share = len(sandbox.requests()) / ((time.monotonic() - began) / 60) / LIMIT
    return Chapter(
        f"polled_changes: one a second for {seconds} s, office hours, webhooks off",
        [
            Figure("edit to row, worst", max(found), "s", at_most=10.0, enforced=full),
            Figure("share of the request budget", share, "", at_most=0.2, enforced=full),
        ],
    )


# -- a night -----------------------------------------------------------------------------------------------------


def nightly(place: Stage, patients: int) -> Chapter:
    """A round that finds nothing, and a reconciliation of a mirror that is true."""
    with running_sandbox(process=True, patients=patients, seed=7, rate_limit=0) as sandbox:
        installed = install(place, sandbox)
        practice = installed.connect_practice()
        with installed.process("worker", "routiq.cli", "worker"):
            wait_for_run(installed, 300)
        first = len(sandbox.requests())
        idle = _idle_round(installed, practice.id, sandbox)
        sandbox.clear_requests()
        told = json.loads(installed.run("bench.reconciling", "--practice", str(practice.id)))
        requests = len(sandbox.requests())
    return Chapter(
        f"nightly: {patients} patients, {told['appointments']:,} appointments",
        [
            Figure("requests of a round that finds nothing", idle, "", at_most=8),
            Figure("requests of the reconciliation / of the first sync", requests / first, "ratio", at_most=1.0),
            Figure("rows written that had not changed", told["written"], "rows", at_most=0),
            Figure("seconds", told["seconds"], "s"),
        ],
    )


def _idle_round(installed: Installation, practice: int, sandbox: RunningSandbox) -> int:
    installed.run("bench.reconciling", "--practice", str(practice), "--look")
    sandbox.clear_requests()
    installed.run("bench.reconciling", "--practice", str(practice), "--look")
    return len(sandbox.requests())
