"""A first sync with the limit off, beside ``dlt`` doing the same, turn about."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from bench.figures import Chapter, Figure, median_of
from bench.least import window_start
from bench.stage import (
    ROOT,
    Installation,
    Stage,
    administrator,
    clean_environment,
    install,
    sandbox_with,
    wait_for_run,
)
from bench.watching import watching
from pms_sandbox.testing import RunningSandbox

YARDSTICK = ROOT / ".venv-bench" / "bin" / "python"
#: The product's table for each table that dlt makes. A record is a row of one of these.
TABLES = {
    "patients": ["patients"],
    "individual_appointments": ["individual_appointments"],
    "group_appointments": ["group_appointments"],
    "attendees": ["attendees"],
    "unavailable_blocks": ["unavailable_blocks"],
    "practitioners": ["practitioners", "practitioners_inactive"],
    "businesses": ["businesses"],
    "appointment_types": ["appointment_types"],
    "offerings": ["services__practitioners"],
    "daily_availabilities": ["daily_availabilities"],
    "phones": ["patients__patient_phone_numbers"],
}
MIRROR = {
    "patients": "mirror_patient",
    "individual_appointments": "mirror_appointment",
    "group_appointments": "mirror_classsession",
    "attendees": "mirror_attendance",
    "unavailable_blocks": "mirror_unavailableblock",
    "practitioners": "mirror_practitioner",
    "businesses": "mirror_location",
    "appointment_types": "mirror_appointmenttype",
    "offerings": "mirror_offering",
    "daily_availabilities": "mirror_rosterday",
    "phones": "mirror_patientphone",
}


@dataclass
class Load:
    """One load of everything. ``seconds`` from the start of the process to the last record being there."""

    seconds: float
    working_seconds: float
    """Without the start of the process: a worker is up before a practice connects."""
    cpu_seconds: float
    requests: int
    counts: dict[str, int]
    more: dict[str, Any]


def routiq_load(
    place: Stage, sandbox: RunningSandbox, vendor: str = "cliniko", tables: dict[str, str] = MIRROR
) -> Load:
    installed = install(place, sandbox)
    installed.connect_practice(vendor)
    sandbox.clear_requests()
    started = time.time()
    with installed.process("worker", "routiq.cli", "worker") as worker, watching(worker.pid) as usage:
        began, done = wait_for_run(installed, 300)
    counts = {name: _count(installed, table) for name, table in tables.items()}
    requests = len(sandbox.requests())
    return Load(done - started, done - began, usage.cpu_seconds, requests, counts, {"peak_mb": usage.peak_mb})


def _count(installed: Installation, table: str) -> int:
    return int(installed.rows(f"SELECT count(*) FROM {table}")[0][0])


def dlt_load(place: Stage, sandbox: RunningSandbox, *, trimmed: bool) -> Load:
    """``trimmed``: it is told to keep only the fields that the product keeps."""
    task = {
        "api": sandbox.cliniko_url.replace("{shard}", sandbox.shard),
        "key": sandbox.key("admin"),
        "since": window_start().astimezone().isoformat(),
        "trimmed": trimmed,
    }
    return yardstick(place, sandbox, "dlt_pipeline.py", task, TABLES)


def yardstick(
    place: Stage, sandbox: RunningSandbox, script: str, task: dict[str, Any], tables: dict[str, list[str]]
) -> Load:
    """One load by a pipeline of dlt into a database of its own, in a process of its own."""
    if not YARDSTICK.exists():
        raise SystemExit("bench: dlt is not installed; run `make .venv/bench.done` first")
    database = place.database()
    admin = administrator(database)
    folder = tempfile.mkdtemp(dir=place.folder)
    # The socket's folder is where the server is; dlt wants to read a host name too.
    address = admin.replace("postgres@/", "postgres:unused@localhost/")
    task = {**task, "folder": folder, "database": address}
    sandbox.clear_requests()
    with tempfile.TemporaryFile(dir=folder) as told, tempfile.TemporaryFile(dir=folder) as errors:
        started = time.time()
        child = subprocess.Popen(
            [str(YARDSTICK), str(ROOT / "bench" / script)],
            stdin=subprocess.PIPE,
            stdout=told,
            stderr=errors,
            cwd=folder,
            env=clean_environment() | {"DLT_DATA_DIR": folder},
        )
        assert child.stdin is not None
        child.stdin.write(json.dumps(task).encode())
        child.stdin.close()
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.time() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            raise RuntimeError(f"dlt failed:\n{errors.read().decode()[-4000:]}")
        told.seek(0)
        more = json.loads(told.read().splitlines()[-1])
    with psycopg.connect(admin) as connection:
        counts = {
            name: sum(
                int(connection.execute(f"SELECT count(*) FROM practice.{table}").fetchone()[0])  # type: ignore[index, call-overload]
                for table in made
            )
            for name, made in tables.items()
        }
    cpu = used.ru_utime + used.ru_stime
    return Load(seconds, more["seconds"], cpu, len(sandbox.requests()), counts, more)


def warm(sandbox: RunningSandbox) -> None:
    """Let the sandbox encode every record once, so that neither side pays for it."""
    proof = base64.b64encode(f"{sandbox.key('admin')}:".encode()).decode()
    headers = {"Authorization": f"Basic {proof}", "Accept": "application/json", "User-Agent": "bench (a@b.example)"}
    for name in ("patients", "individual_appointments", "group_appointments", "attendees", "unavailable_blocks"):
        url = f"{sandbox.cliniko_url.replace('{shard}', sandbox.shard)}/{name}?per_page=100&q[]=archived_at:*"
        url += "" if name in ("patients", "group_appointments", "unavailable_blocks") else "&q[]=cancelled_at:*"
        while url:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                url = json.load(answer)["links"].get("next", "")


def measure(place: Stage, patients: int, *, repeats: int, full: bool) -> Chapter:
    ours: list[Load] = []
    theirs: list[Load] = []
    trimmed: list[Load] = []
    with sandbox_with(patients) as sandbox:
        warm(sandbox)
        for _ in range(repeats):
            for loads, load in (
                (ours, partial(routiq_load, place, sandbox)),
                (theirs, partial(dlt_load, place, sandbox, trimmed=False)),
                (trimmed, partial(dlt_load, place, sandbox, trimmed=True)),
            ):
                place.settle()
                loads.append(load())
    records = sum(ours[0].counts.values())
    unequal = [
        f"{name}: {ours[0].counts[name]} and {load.counts[name]}"
        for load in (*ours, *theirs, *trimmed)
        for name in TABLES
        if load.counts[name] != ours[0].counts[name]
    ]
    return Chapter(
        "sync_unlimited",
        [
            Figure("records loaded by each", records),
            Figure("tables whose counts differ", len(unequal), at_most=0),
            median_of("Routiq, records a second", [records / load.working_seconds for load in ours]),
            median_of("dlt, records a second", [records / load.working_seconds for load in theirs]),
            median_of("dlt trimmed, records a second", [records / load.working_seconds for load in trimmed]),
            times("records a second, times dlt's", ours, theirs, "working_seconds", at_least=4, enforced=full),
            times("records a second, times dlt's, processes' start included", ours, theirs, "seconds"),
            times("records a second, times that of dlt trimmed", ours, trimmed, "working_seconds"),
            median_of("Routiq, processor time", [load.cpu_seconds for load in ours], "s"),
            median_of("dlt, processor time", [load.cpu_seconds for load in theirs], "s"),
            median_of("dlt trimmed, processor time", [load.cpu_seconds for load in trimmed], "s"),
            share("processor time, share of dlt's", ours, theirs, at_most=0.25, enforced=full),
            share("processor time, share of dlt trimmed", ours, trimmed),
        ],
        [
            f"dlt {theirs[0].more['version']}: rest_api source, parallel extraction, {os.cpu_count()} normalising "
            "processes, csv by COPY, append to empty tables without indexes",
            f"requests: Routiq {ours[0].requests}, dlt {theirs[0].requests}",
            "trimmed: dlt is told to drop the fields that the product does not keep",
            *unequal[:5],
        ],
        {
            "routiq": [vars(load) for load in ours],
            "dlt": [vars(load) for load in theirs],
            "dlt_trimmed": [vars(load) for load in trimmed],
        },
    )


def times(name: str, ours: list[Load], theirs: list[Load], clock: str, **bound: Any) -> Figure:
    """How many times as quick, run by run."""
    pairs = zip(ours, theirs, strict=True)
    return median_of(name, [getattr(there, clock) / getattr(here, clock) for here, there in pairs], **bound)


def share(name: str, ours: list[Load], theirs: list[Load], **bound: Any) -> Figure:
    pairs = zip(ours, theirs, strict=True)
    return median_of(name, [here.cpu_seconds / there.cpu_seconds for here, there in pairs], **bound)
