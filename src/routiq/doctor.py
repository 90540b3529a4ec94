"""Examining one practice: its connection, its mirror, and what keeps Robyn from booking."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from routiq.backups.nightly import hour
from routiq.backups.shelf import shelf
from routiq.connections.connecting import live_connection
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.messaging.carrier import NotCarried, carrier
from routiq.migrations_runner import outstanding
from routiq.mirror.queries import counts, practice_overview
from routiq.pms import registry
from routiq.pms.errors import PmsError
from routiq.practices.models import Practice
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.reading import try_model
from routiq.sync.health import Health, health_of
from routiq.sync.progress import progress_of

#: A backup every night, and one that may fail.
TOO_OLD = timedelta(days=2)


@dataclass(frozen=True)
class Finding:
    ok: bool
    text: str
    warning: bool = False
    """Nothing is broken, but it should be known."""


def examine() -> list[Finding]:
    """Everything that was looked at for the practice in force, what works and what does not."""
    practice = Practice.objects.get(pk=current_practice_id())
    missing = outstanding()
    findings = [
        Finding(not missing, f"database: {missing} migrations outstanding" if missing else "database: up to date"),
        Finding(
            practice.is_live,
            "practice: live" if practice.is_live else "practice: still being set up; press Go live on the dashboard",
        ),
    ]
    findings += _model()
    findings += _texts()
    findings += _backups()
    connection = live_connection()
    if connection is None:
        return [*findings, Finding(False, "connection: none; connect a practice management system under Setup")]
    label = registry.vendor(connection.vendor).label
    if not connection.is_active:
        text = f"connection: paused. {connection.paused_message} {connection.paused_advice}"
        # That it is paused is among the troubles too: it is said once.
        rest = [finding for finding in _health(connection) if finding.text not in text]
        return [*findings, Finding(False, text), *rest]
    findings += [_key(connection, label), _sync(connection)]
    findings += _health(connection)
    numbers = counts()
    findings.append(
        Finding(
            numbers["patients_all"] > 0,
            f"mirror: {numbers['patients_all']} patients, {numbers['appointments']} appointments",
        )
    )
    overview = practice_overview()
    findings += [
        Finding(
            item.scope != "account",
            f"online bookings: {item.scope.replace('_', ' ')} “{item.name}” is off; {label}: "
            f"{' → '.join(item.switch.path)} → “{item.switch.label}”",
        )
        for item in overview.switched_off
    ]
    return findings


def _model() -> list[Finding]:
    """Whether the model that Robyn may ask answers, if there is one."""
    trial = try_model(timezone.now())
    if trial is None:
        return []
    if trial.works:
        return [Finding(True, f"model: {trial.host} answers as it must")]
    told = f"model: {trial.host} does not answer as it must ({trial.why}); Robyn reads by her rules meanwhile."
    return [Finding(False, f"{told} {_DO[trial.why]}")]


_DO = defaultdict(
    lambda: "Look into that server's own log, and try another model.",
    late="Give it a smaller model or more time with ROUTIQ_MODEL_SECONDS.",
    unreachable="See that it runs, and that ROUTIQ_MODEL_URL is its address with the path, such as /v1.",
    refused="Check ROUTIQ_MODEL_NAME and ROUTIQ_MODEL_KEY.",
    schema="Its model does not keep to the schema; name another with ROUTIQ_MODEL_NAME.",
)


def _texts() -> list[Finding]:
    """Whether texts can be handed over, where the installation sends any."""
    by = carrier()
    if by is None:
        return []
    try:
        name = by.check()
    except NotCarried as error:
        what = (
            "Check ROUTIQ_TWILIO_ACCOUNT and ROUTIQ_TWILIO_TOKEN."
            if error.code in _NOT_LET_IN
            else ("Look at the account in Twilio's console, and at what this machine may reach.")
        )
        return [Finding(False, f"texts: Twilio does not answer as it must ({error.code}). {what}")]
    return [Finding(True, f"texts: sent by Twilio's account “{name}”")]


_NOT_LET_IN = ("20003", "20404", "status_401", "status_403", "status_404")


def _backups() -> list[Finding]:
    """Whether there is a backup to come back from, and whether it would help."""
    kept = shelf()
    now, newest = timezone.now(), kept.newest()
    if newest is None and hour() is None:
        return [Finding(True, f"backups: left to you (ROUTIQ_BACKUP_AT is off), and none is in {kept.files}")]
    if newest is None:
        return [Finding(False, f"backups: there is none in {kept.files}; run `routiq backup`")]
    age = now - newest.made_at
    told = f"backups: the last is {int(age.total_seconds() // 3600)} hours old"
    findings = [
        Finding(age < TOO_OLD, told if age < TOO_OLD else f"{told}; run `routiq backup` and see what it says")
    ]
    if kept.files.stat().st_dev == kept.keys.stat().st_dev:
        text = (
            "backups: they and their keys are on one disk: put ROUTIQ_BACKUP_KEYS on another, or copy each elsewhere"
        )
        findings.append(Finding(True, text, warning=True))
    text = "backups: the master keys are in none; keep ROUTIQ_MASTER_KEYS, or master_keys of the data folder, apart"
    return [*findings, Finding(True, text, warning=True)]


def _when(moment: datetime | None, connection: Connection) -> str:
    return f"{moment.astimezone(connection.practice.zone):%c}" if moment is not None else "now, it is due"


def _ago(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    return f"{seconds} s ago" if seconds < 600 else f"{seconds // 60} min ago"


def _requests(health: Health) -> str:
    live = sum(minute[1] for minute in health.budget)
    background = sum(minute[2] for minute in health.budget)
    limit = f"; at most {health.budget_limit} a minute" if health.budget_limit is not None else ""
    return f"{live} while somebody waited, {background} in the background{limit}"


def _health(connection: Connection) -> list[Finding]:
    """What the health page shows."""
    health = health_of(connection)
    if health.freshness is None:
        return []
    age = int(health.freshness.total_seconds())
    last = health.last_reconciliation
    lines = [
        Finding(health.is_fresh, f"freshness: at worst {age} seconds old"),
        Finding(True, "last success: " + "; ".join(f"{each.label} {_ago(each.age)}" for each in health.streams)),
        Finding(True, f"events waiting: {health.waiting_events}"),
        Finding(True, f"requests in the last hour: {_requests(health)}"),
        Finding(True, f"next reconciliation: {_when(health.next_reconciliation, connection)}"),
    ]
    if last is not None and last.report:
        told = "; ".join(
            f"{stream}: " + ", ".join(f"{name} {number}" for name, number in counts.items())
            for stream, counts in last.report.items()
        )
        held = any(counts.get("held_back") for counts in last.report.values())
        lines.append(Finding(not held, f"last reconciliation: {told}"))
    if health.webhooks is not None and health.webhooks.state == health.webhooks.State.LIVE:
        arriving = "webhooks: live" if health.webhooks_arrive else "webhooks: registered but not arriving"
        lines.append(Finding(health.webhooks_arrive, arriving))
    lines += [Finding(False, f"{trouble.message} {trouble.advice}") for trouble in health.troubles]
    return lines


def _key(connection: Connection, label: str) -> Finding:
    try:
        account = gateway_of(connection).check()
    except PmsError as error:
        return Finding(False, f"key: {error.message} {error.advice}")
    return Finding(True, f"key: accepted by {label} for “{account.name}”")


def _sync(connection: Connection) -> Finding:
    progress = progress_of(connection)
    if progress is None:
        return Finding(False, "sync: has never begun; press Sync Now")
    run = progress.run
    if run.state == run.State.DONE:
        age = timezone.now() - (run.finished_at or run.requested_at)
        return Finding(True, f"sync: {run.get_kind_display()} complete {int(age.total_seconds() // 60)} minutes ago")
    if run.error_message:
        return Finding(False, f"sync: {run.error_message} {run.error_advice}")
    return Finding(True, f"sync: {run.get_kind_display()} under way, {progress.records} records so far")
