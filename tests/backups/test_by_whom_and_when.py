"""Who may make a backup, with which programs, and that one is made every night and seen to be there."""

from __future__ import annotations

import os
import sys
import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.test import Client, override_settings

from routiq import doctor, embedded, environment
from routiq.backups import nightly, servers
from routiq.backups.making import back_up
from routiq.backups.nightly import Nightly, hour, is_due
from routiq.backups.shelf import Backup, BackupFailed, Shelf
from routiq.backups.tools import ToolMissing, tools_for
from routiq.practices.models import Practice
from tests import clearing

SYDNEY = ZoneInfo("Australia/Sydney")
AT = time(3, 30)


def kept_at(kept: Shelf, moment: datetime) -> Backup:
    backup = kept.at(moment)
    for path in (backup.file, backup.key):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return backup


@pytest.fixture
def role() -> Iterator[str]:
    """The address of a role that may read everything and own nothing, as the documentation makes it."""
    if not clearing.is_possible():
        pytest.skip("needs the embedded server's administrator")
    name = f"reads_{os.getpid()}"
    with psycopg.connect(servers.to_read().url, autocommit=True) as session:
        session.execute(f"CREATE ROLE {name} LOGIN BYPASSRLS")  # type: ignore[call-overload]
        session.execute(f"GRANT pg_read_all_data TO {name}")  # type: ignore[call-overload]
        yield os.environ["DATABASE_URL"].replace("routiq_app@", f"{name}@")
        session.execute(f"DROP ROLE {name}")  # type: ignore[call-overload]


def test_a_server_of_ones_own_is_read_by_the_role_and_the_programs_that_are_named(
    practice: Practice, transactional_db: None, kept: Shelf, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_BACKUP_URL", role)
    monkeypatch.setenv("PATH", str(embedded.programs()))
    assert back_up(kept, servers.to_read()).is_whole


def test_who_would_see_nothing_is_refused_and_leaves_nothing(
    transactional_db: None, kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = kept_at(kept, datetime.now(UTC) - timedelta(days=31))
    monkeypatch.setenv("DATABASE_BACKUP_URL", os.environ["DATABASE_OWNER_URL"])
    with pytest.raises(BackupFailed, match="held to row-level security"):
        back_up(kept, servers.to_read())
    assert kept.all() == []
    assert not old.key.exists(), "what is over is destroyed all the same"


def test_where_nobody_is_named_it_says_whom_to_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://routiq_app@db.example/routiq")
    with pytest.raises(environment.SettingError, match="CREATE ROLE routiq_backup LOGIN BYPASSRLS"):
        servers.to_read()


def test_programs_that_do_not_fit_the_server_are_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tools_for(18, embedded_server=True)
    assert own.version == 18
    monkeypatch.setenv("PATH", str(embedded.programs()))
    with pytest.raises(ToolMissing, match=r"is version 18 and the server is version 19.*postgresql-client-19"):
        tools_for(19, embedded_server=False)
    assert tools_for(15, embedded_server=False).version == 18, "an older server can be read"
    with pytest.raises(ToolMissing, match="version 15"):
        tools_for(15, embedded_server=False, restoring=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="not on PATH"):
        tools_for(18, embedded_server=False)


@pytest.mark.parametrize(
    ("given", "means"),
    [("", (AT, SYDNEY)), ("off", None), ("22:05 Pacific/Auckland", (time(22, 5), ZoneInfo("Pacific/Auckland")))],
)
def test_the_hour_is_a_setting(
    given: str, means: tuple[time, ZoneInfo] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given:
        monkeypatch.setenv("ROUTIQ_BACKUP_AT", given)
    assert hour() == means


@pytest.mark.parametrize("given", ["3:30 Australia/Sydney", "03:30", "03:30 Mars", "on"])
def test_an_hour_that_is_none_is_named(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTIQ_BACKUP_AT", given)
    with pytest.raises(environment.SettingError, match="must look like 03:30 Australia/Sydney, or be off"):
        hour()


def test_it_is_due_once_each_night_also_for_a_machine_that_was_off(kept: Shelf) -> None:
    def due(day: int, at: int, minute: int = 0) -> bool:
        return is_due(kept, AT, SYDNEY, datetime(2026, 11, day, at, minute, tzinfo=SYDNEY))

    assert not due(28, 3, 29)
    assert due(28, 3, 30), "there is none at all"
    kept_at(kept, datetime(2026, 11, 28, 3, 31, tzinfo=SYDNEY))
    assert not due(28, 23)
    assert not due(29, 3)
    assert due(29, 11)
    kept.newest().key.unlink()  # type: ignore[union-attr]
    assert due(28, 4), "one that cannot be read is none"


def test_the_nightly_one_is_a_process_of_its_own_one_at_a_time_and_again_after_a_failure(
    kept: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script = f"import os; open({str(seen)!r}, 'a').write(os.environ['WHO'] + ' '); raise SystemExit(1)"
    asked = Nightly(kept, time(0, 0), ZoneInfo("UTC"), [sys.executable, "-c", script], {"WHO": "reader"})
    asked.look()
    assert not seen.exists(), "a machine that just came up is left alone"
    monkeypatch.setattr(nightly, "_EVERY", 0.0)
    asked._look_at = 0.0
    deadline = clock.monotonic() + 30
    while asked._not_before < datetime.now(UTC):
        asked.look()
        assert clock.monotonic() < deadline
    asked.look()
    assert asked._running is None
    assert seen.read_text() == "reader ", "once, and not again within the hour"
    asked.stop()


def test_web_and_worker_never_see_who_reads_everything(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_BACKUP_URL", "postgresql://routiq_backup:secret@db.example/routiq")
    made = nightly.nightly()
    assert made is not None
    assert "DATABASE_BACKUP_URL" not in os.environ
    assert made._settings["DATABASE_BACKUP_URL"].endswith("@db.example/routiq")


def test_doctor_and_metrics_tell_how_old_the_last_one_is(
    practice: Practice, kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[tuple[bool, str]]:
        return [(found.ok, found.text) for found in doctor.examine() if found.text.startswith("backups")]

    def metrics() -> str:
        with override_settings(METRICS_KEY="k"):
            return Client().get("/metrics", headers={"Authorization": "Bearer k"}).content.decode()

    assert told() == [(False, f"backups: there is none in {kept.files}; run `routiq backup`")]
    assert "routiq_backup_age_seconds" not in metrics()
    kept_at(kept, datetime.now(UTC) - timedelta(days=3))
    assert told()[0] == (False, "backups: the last is 72 hours old; run `routiq backup` and see what it says")
    kept_at(kept, datetime.now(UTC) - timedelta(hours=5))
    last, where, secrets = told()
    assert last == (True, "backups: the last is 5 hours old")
    assert "are on one disk: put ROUTIQ_BACKUP_KEYS on another" in where[1]
    assert "keep ROUTIQ_MASTER_KEYS" in secrets[1]
    assert "routiq_backup_age_seconds{} 1800" in metrics()
    monkeypatch.setenv("ROUTIQ_BACKUP_AT", "off")
    for backup in kept.all():
        backup.file.unlink()
    assert told() == [(True, f"backups: left to you (ROUTIQ_BACKUP_AT is off), and none is in {kept.files}")]
