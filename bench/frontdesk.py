"""What somebody on the line waits for: being recognised, hearing times, and "booked"; with a vendor that takes its
time for every answer, and also while the first sync of everything runs."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import psycopg

from bench.figures import Chapter, Figure, percentile
from bench.stage import LIMIT, Installation, Practice, Stage, administrator, install, wait_for_run
from pms_sandbox.testing import RunningSandbox, running_sandbox

#: What the vendor takes for each answer, milliseconds.
LATENCY = 300.0
#: The vendor's window, shortened as in ``sync_paced``, so that the sync's share and the caller's are used up sooner.
WINDOW = 6.0
#: Requests a second at the vendor that publishes no limit, as in ``nookal_paced``.
PACE = 10.0
PRACTITIONERS = 8
#: Seconds of quiet bookings after the sync.
QUIET = 60


def recognition(place: Stage, *, patients: int, full: bool) -> Chapter:
    with running_sandbox(process=True, patients=60, seed=7, rate_limit=0) as sandbox:
        installed = install(place, sandbox)
        practice = _synced(installed)
        filled = ("bench.desk_work", "recognise", "--practice", str(practice.id), "--size", str(patients))
        installed.run(*filled)
        _analyse(installed)
        told = json.loads(installed.run(*filled))
    waits = [seconds * 1000 for seconds in told["seconds"]]
    return Chapter(
        "recognition",
        [
            Figure("patients in the copy", told["patients"], at_least=patients),
            Figure("calls from somebody's number", told["met"] / len(waits), "share"),
            Figure("a caller recognised, p50", percentile(waits, 0.5), "ms"),
            Figure("a caller recognised, p99", percentile(waits, 0.99), "ms", at_most=5, enforced=full),
        ],
        ["two numbers each, in several forms; families share some, some are nobody's, some are withheld"],
    )


def finding(place: Stage, *, asked: int, full: bool) -> Chapter:
    """On each system. Where the vendor publishes no limit, its pace is part of what is measured."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for vendor in ("cliniko", "nookal"):
        with _slow_sandbox(1500, limit=0) as sandbox:
            _only(sandbox, PRACTITIONERS)
            installed = install(place, sandbox)
            practice = _synced(installed, vendor)
            work = ("bench.desk_work", "times", "--practice", str(practice.id), "--size", str(asked))
            told = json.loads(installed.run(*work))
        figures += _found(vendor.capitalize(), told, full=full)
        details[vendor] = told
    return Chapter("find_times", figures, [f"each answer of the vendor takes {LATENCY:g} ms"], details)


def _found(label: str, told: dict[str, Any], *, full: bool) -> list[Figure]:
    cold, cold_all, warm = ([each * 1000 for each in told[name]] for name in ("cold", "cold_all", "warm"))
    return [
        Figure(f"{label}: practitioners", told["people"], at_least=PRACTITIONERS, enforced=full),
        Figure(f"{label}: requests when nothing is known", told["requests"]["cold"]),
        Figure(f"{label}: nothing known, p95", percentile(cold, 0.95), "ms", at_most=2000, enforced=full),
        Figure(f"{label}: requests for both weeks whole", told["requests"]["cold_all"]),
        Figure(f"{label}: both weeks whole, p95", percentile(cold_all, 0.95), "ms", at_most=2000, enforced=full),
        Figure(f"{label}: requests when it is known", told["requests"]["warm"], at_most=0),
        Figure(f"{label}: known, p95", percentile(warm, 0.95), "ms", at_most=50, enforced=full),
    ]


def booking(place: Stage, patients: int, *, full: bool) -> Chapter:
    """On each system one caller after the other books, while a first sync runs and after it."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for vendor in ("cliniko", "nookal"):
        told, done = _bookings(place, vendor, patients, full=full)
        figures += _booked(vendor.capitalize(), told, done, full=full)
        details[vendor] = {"outcomes": dict(Counter(each["outcome"] for each in told)), "bookings": told}
    return Chapter(
        "book",
        figures,
        [
            f"each answer of the vendor takes {LATENCY:g} ms; the first sync is of {patients:,} patients",
            f"Nookal at {PACE:g} requests a second instead of 2",
        ],
        details,
    )


def _bookings(place: Stage, vendor: str, patients: int, *, full: bool) -> tuple[list[dict[str, Any]], float]:
    """All that were tried, and when the first sync was done."""
    limit = LIMIT if vendor == "cliniko" else 0
    with _slow_sandbox(patients, limit=limit) as sandbox:
        installed = install(place, sandbox, limit=limit, window=WINDOW, per_second=PACE)
        practice = installed.connect_practice(vendor)
        with installed.process("worker", "routiq.cli", "worker"):
            arguments = ("book", "--practice", str(practice.id))
            with installed.process("desk", "bench.desk_work", *arguments):
                _, done = wait_for_run(installed, 600)
                time.sleep(QUIET if full else 15)
        return json.loads(installed.output("desk"))["bookings"], done


def _booked(label: str, told: list[dict[str, Any]], done: float, *, full: bool) -> list[Figure]:
    booked = [each for each in told if each["outcome"] == "booked"]
    during = [each["seconds"] * 1000 for each in booked if each["at"] + each["seconds"] < done]
    quiet = [each["seconds"] * 1000 for each in booked if each["at"] > done]
    p95, besides = percentile(quiet, 0.95), percentile(during, 0.95)
    return [
        Figure(f"{label}: booked in quiet", len(quiet), at_least=20, enforced=full),
        Figure(f"{label}: booked during the first sync", len(during), at_least=20, enforced=full),
        Figure(f"{label}: a booking in quiet, p50", percentile(quiet, 0.5), "ms"),
        Figure(f"{label}: a booking in quiet, p95", p95, "ms", at_most=1500, enforced=full),
        Figure(f"{label}: a booking during the first sync, p50", percentile(during, 0.5), "ms"),
        Figure(f"{label}: a booking during the first sync, p95", besides, "ms", at_most=1500, enforced=full),
        Figure(f"{label}: during / in quiet", besides / p95, at_most=1.3, enforced=full),
    ]


def _slow_sandbox(patients: int, *, limit: int) -> Any:
    return running_sandbox(
        process=True, patients=patients, seed=7, rate_limit=limit, rate_window=WINDOW, latency_ms=LATENCY
    )


def _synced(installed: Installation, vendor: str = "cliniko") -> Practice:
    practice = installed.connect_practice(vendor)
    with installed.process("worker", "routiq.cli", "worker"):
        wait_for_run(installed, 300)
    return practice


def _analyse(installed: Installation) -> None:
    """What the database does by itself within a minute of so many new rows."""
    with psycopg.connect(administrator(installed.database), autocommit=True) as connection:
        connection.execute("ANALYZE")


def _only(sandbox: RunningSandbox, number: int) -> None:
    """So many practitioners take bookings online: at the place where most work, for all that is done there. Who has
    no hours there gets those of somebody who has."""
    places = sandbox.world("businesses")["businesses"]
    shown = {row["id"] for row in places if row["show_in_online_bookings"] and not row["archived_at"]}
    hours = sandbox.world("daily_availabilities")["daily_availabilities"]
    works = dict.fromkeys((_id(row["business"]), _id(row["practitioner"])) for row in hours)
    most = Counter(place for place, _ in works if place in shown).most_common(1)[0][0]
    there = [who for place, who in works if place == most]
    everybody = [row["id"] for row in sandbox.world("practitioners")["practitioners"]]
    chosen = [*there, *(who for who in everybody if who not in there)][:number]
    pattern = [row for row in hours if (_id(row["business"]), _id(row["practitioner"])) == (most, there[0])]
    services = sandbox.world("services")["services"]
    done_there = sorted({_id(row["appointment_type"]) for row in services if _id(row["business"]) == most})
    edits: list[dict[str, Any]] = []
    for who in everybody:
        fields: dict[str, Any] = {"show_in_online_bookings": who in chosen, "active": True}
        if who in chosen:
            fields |= {"appointment_type_ids": done_there, "business_ids": [most]}
        edits.append({"op": "update", "collection": "practitioners", "id": who, "fields": fields})
    for who in chosen:
        for row in pattern if who not in there else ():
            day = {"business_id": most, "practitioner_id": who, "day_of_week": row["day_of_week"]}
            fields = {**day, "availabilities": row["availabilities"]}
            edits.append({"op": "create", "collection": "daily_availabilities", "fields": fields})
    for edit in edits:
        sandbox.edit([edit])


def _id(link: dict[str, Any]) -> str:
    return str(link["links"]["self"]).rsplit("/", 1)[-1]
