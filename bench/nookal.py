"""Nookal: a first sync at its pace; one with no pace beside ``dlt``; and how soon a change is here.

Nookal publishes no limit, so the product begins gently and goes by how it answers, at most two requests a second.
"""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from datetime import timedelta
from functools import partial

from bench.figures import Chapter, Figure, median_of
from bench.freshness import active, delays, edit_steadily
from bench.least import window_start
from bench.stage import Stage, install, sandbox_with, wait_for_run
from bench.unlimited import Load, routiq_load, share, times, yardstick
from bench.watching import watching
from pms_sandbox.testing import RunningSandbox, running_sandbox

#: Requests a second, instead of the default 2: the same run is five times as quick, and every fixed cost (the gentle
#: beginning, the ends of walks, the time an answer takes) weighs five times as much.
PACE = 10.0
#: The product's table for each table that dlt makes. A record is a row of one of these.
_TABLES = {
    "patients": ["patients"],
    "classes": ["classes"],
    "participants": ["participants"],
    "practitioners": ["practitioners"],
    "locations": ["locations"],
    "types": ["services", "class_types"],
    "blocks": ["events"],
    "waiting": ["waiting"],
    "invoices": ["invoices"],
    "appointments": ["appointments"],
    "payments": ["invoices__details__payments"],
}
_MIRROR = {
    "patients": "mirror_patient",
    "classes": "mirror_classsession",
    "participants": "mirror_attendance",
    "practitioners": "mirror_practitioner",
    "locations": "mirror_location",
    "types": "mirror_appointmenttype",
    "blocks": "mirror_unavailableblock",
    "waiting": "mirror_waitinglistentry",
    "invoices": "mirror_invoice",
    "appointments": "mirror_appointment",
    "payments": "mirror_payment",
    "phones": "mirror_patientphone",
    "offerings": "mirror_offering",
}


def paced(place: Stage, patients: int, *, full: bool) -> Chapter:
    """5,000 patients, about 60,000 appointments and 20,000 invoices, once."""
    with sandbox_with(patients) as sandbox:
        installed = install(place, sandbox, per_second=PACE)
        installed.connect_practice("nookal")
        sandbox.clear_requests()
        with installed.process("worker", "routiq.cli", "worker") as worker, watching(worker.pid) as usage:
            began, done = wait_for_run(installed, 1200)
        asked = [entry for entry in sandbox.requests() if entry["path"].startswith("get")]
        counts = {name: installed.rows(f"SELECT count(*) FROM {table}")[0][0] for name, table in _MIRROR.items()}
    seconds = done - began
    return Chapter(
        "nookal_paced",
        [
            Figure("patients", counts["patients"]),
            Figure("appointments and seats", counts["appointments"] + counts["participants"]),
            Figure("invoices", counts["invoices"]),
            Figure("requests of the sync", len(asked)),
            Figure("wall time", seconds, "s"),
            Figure("wall time / (requests / pace)", seconds / (len(asked) / PACE), at_most=1.15, enforced=full),
            Figure("refused or failed", sum(entry["status"] != 200 for entry in asked), at_most=0),
            Figure("memory of the worker, at its highest", usage.peak_mb, "MB", at_most=250, enforced=full),
        ],
        [f"{PACE:g} requests a second instead of 2, to have it {PACE / 2:g} times as quick"],
        {"counts": counts},
    )


def unlimited(place: Stage, patients: int, *, repeats: int, full: bool) -> Chapter:
    ours: list[Load] = []
    theirs: list[Load] = []
    with sandbox_with(patients) as sandbox:
        _warm(sandbox)
        for _ in range(repeats):
            for loads, load in (
                (ours, partial(routiq_load, place, sandbox, "nookal", _MIRROR)),
                (theirs, partial(_dlt_load, place, sandbox)),
            ):
                place.settle()
                loads.append(load())
    # Of what both load: phone numbers and who does what where dlt does not take apart.
    records = sum(ours[0].counts[name] for name in _TABLES)
    unequal = [
        f"{name}: {here.counts[name]} and {there.counts[name]}"
        for here, there in zip(ours, theirs, strict=True)
        for name in _TABLES
        if here.counts[name] != there.counts[name]
    ]
    return Chapter(
        "nookal_unlimited",
        [
            Figure("records loaded by each", records),
            Figure("tables whose counts differ", len(unequal), at_most=0),
            median_of("Routiq, records a second", [records / load.working_seconds for load in ours]),
            median_of("dlt, records a second", [records / load.working_seconds for load in theirs]),
            times("records a second, times dlt's", ours, theirs, "working_seconds", at_least=4, enforced=full),
            times("records a second, times dlt's, processes' start included", ours, theirs, "seconds"),
            median_of("Routiq, processor time", [load.cpu_seconds for load in ours], "s"),
            median_of("dlt, processor time", [load.cpu_seconds for load in theirs], "s"),
            share("processor time, share of dlt's", ours, theirs, at_most=0.25, enforced=full),
        ],
        [
            f"dlt {theirs[0].more['version']}, as in sync_unlimited; pages by their number, seats class by class",
            f"requests: Routiq {ours[0].requests}, dlt {theirs[0].requests}",
            *unequal[:5],
        ],
        {"routiq": [vars(load) for load in ours], "dlt": [vars(load) for load in theirs]},
    )


def _dlt_load(place: Stage, sandbox: RunningSandbox) -> Load:
    task = {
        "api": sandbox.nookal_url,
        "key": sandbox.key("nookal"),
        "since": window_start().date().isoformat(),
        "until": (window_start() + timedelta(days=1460)).date().isoformat(),
    }
    found = yardstick(place, sandbox, "dlt_nookal.py", task, _TABLES)
    # Each seat of a class stands in the list of appointments as well; the product keeps it once.
    found.counts["appointments"] -= found.counts["participants"]
    return found


def _warm(sandbox: RunningSandbox) -> None:
    """Let the sandbox touch every record once, so that neither side pays for it."""
    for method in ("getPatients", "getAppointments", "getInvoices"):
        page: int | None = 1
        while page:
            form = {"api_key": sandbox.key("nookal"), "page": page, "page_length": 100, "expanded": 1}
            with urllib.request.urlopen(
                f"{sandbox.nookal_url}/{method}", urllib.parse.urlencode(form).encode()
            ) as answer:
                page = json.load(answer)["settings"]["nextPage"]


def freshness(place: Stage, *, full: bool) -> Chapter:
    """From a change at the practice to its row, by the quick round of office hours."""
    every = 60.0 if full else 6.0
    with running_sandbox(process=True, patients=300, seed=7, rate_limit=0) as sandbox:
        installed = install(place, sandbox, per_second=2.0 if full else 20.0)
        installed.environment["ROUTIQ_PMS_QUICK_ROUND_SECONDS"] = str(every)
        # Whatever the hour of the measurement, it is office hours at the practice.
        installed.environment["ROUTIQ_OFFICE_HOURS"] = "Mon-Sun 00:00-23:59"
        installed.connect_practice("nookal")
        with installed.process("worker", "routiq.cli", "worker"):
            wait_for_run(installed, 600)
            # One after the other, over more than two rounds, so that some come right after a look.
            number = 130
            edited = edit_steadily(sandbox, active(sandbox)[:number], number / (every * 2.2))
            found = delays(installed, edited, every * 3)
            time.sleep(0.1)
            asked = sandbox.requests()
    return Chapter(
        "nookal_freshness",
        [
            Figure("changes that arrived", len(found) / len(edited), "share", at_least=1.0),
            Figure("edit to row, worst", max(found), "s", at_most=75 * every / 60, enforced=full),
            Figure("refused or failed", sum(entry["status"] != 200 for entry in asked), at_most=0),
        ],
        [f"quick round each {every:g} s, {2 if full else 20} requests a second at most"],
    )
