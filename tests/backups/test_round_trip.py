"""A backup of a real database, made, restored and served from, by the commands of an operator."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from psycopg import sql

from pms_sandbox.testing import RunningSandbox
from routiq.backups import ledger, making, restoring, sealing
from routiq.backups.making import LEFT_OUT, back_up
from routiq.backups.servers import Server, to_read
from routiq.backups.shelf import BackupFailed, Shelf, destroy_what_is_over
from routiq.connections.models import Connection
from routiq.mirror.models import Patient
from routiq.practices import audit
from routiq.practices.letters import tell_owners
from routiq.practices.models import Practice
from tests.backups.conftest import Command

_RULES = """
SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner),
  (SELECT array_agg(polname || pg_get_expr(polqual, polrelid) ORDER BY polname) FROM pg_policy WHERE polrelid = c.oid)
FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def rows(url: str) -> dict[str, str]:
    """A fingerprint of all rows of each table, as the administrator sees them."""
    with psycopg.connect(url) as session:
        found = {}
        for (table,) in session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            each = session.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table)))
            found[table] = sha256("\n".join(text for (text,) in each).encode()).hexdigest()
    left_out = tuple(name.removeprefix("public.").rstrip("*") for name in LEFT_OUT)
    return {table: seen for table, seen in found.items() if not table.startswith((*left_out, "routiq_restoring"))}


def rules(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as session:
        found = session.execute(_RULES).fetchall()
    return [row for row in found if row[0] != "routiq_restoring"]


def administrator(settings: dict[str, str]) -> str:
    return settings["DATABASE_OWNER_URL"].replace("routiq_owner@", "postgres@")


def test_it_comes_back_row_by_row_under_its_policies_and_only_into_an_empty_database(
    synced: Connection,
    practice: Practice,
    sandbox: RunningSandbox,
    kept: Shelf,
    command: Command,
    empty: dict[str, str],
) -> None:
    tell_owners("Something", "happened")
    SessionStore().save()
    made = command("backup")
    assert made.returncode == 0, made.stderr
    (backup,) = kept.all()
    assert backup.is_whole
    assert f"{backup.file}" in made.stdout
    assert "key here, destroyed in 30 days" in command("backups").stdout
    before = rows(to_read().url)

    killed = command("restore", backup.file.name, ROUTIQ_FAULT="backup_filled_in", **empty)
    assert killed.returncode == -9
    assert rows(administrator(empty)) == before
    assert rules(administrator(empty)) == rules(to_read().url)
    refused = command("worker", **empty)
    assert refused.returncode == 1
    assert "a restore into this database is not finished" in refused.stderr

    done = command("restore", str(backup.file), **empty)
    assert done.returncode == 0, done.stderr
    assert "practices: 1\n" in done.stdout
    assert "compared with their system from beginning to end: 1" in done.stdout
    patients = Patient.objects.count()
    with psycopg.connect(empty["DATABASE_URL"], autocommit=True) as session:
        count = "SELECT count(*) FROM mirror_patient"
        assert session.execute(count).fetchone() == (0,), "whoever says for no practice sees none"
        session.execute("SELECT set_config('routiq.practice', %s, false)", [str(practice.pk)])
        assert session.execute(count).fetchone() == (patients,)
        waiting = session.execute("SELECT task_name FROM procrastinate_jobs ORDER BY 1").fetchall()
        assert [name for (name,) in waiting] == ["practices.send_letter", "sync.carry_run", "sync.register_webhooks"]
        assert session.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        letters = session.execute("SELECT subject, error FROM practices_letter ORDER BY id").fetchall()
        assert letters == [("Something", "restored"), ("Routiq was restored from a backup", "")]

    with pytest.raises(restoring.NotRestored, match="This database is not empty"):
        restoring.restore(backup, Server(empty["DATABASE_OWNER_URL"], True, "DATABASE_OWNER_URL"))


def test_nothing_stands_there_in_plain(
    synced: Connection, sandbox: RunningSandbox, kept: Shelf, tmp_path: Path
) -> None:
    backup = back_up(kept, to_read())
    written = backup.file.read_bytes()
    assert written.startswith(b"age-encryption.org/v1\n")
    plain = _Collected()
    sealing.unseal(backup.file, plain, backup.key.read_text().strip())
    assert plain.data.startswith(b"PGDMP")
    # Among so many bytes a short name stands by chance.
    names = {patient.last_name.encode() for patient in Patient.objects.all() if len(patient.last_name) > 6}
    assert names
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (b"PGDMP", sandbox.key("admin").encode(), os.environ["DATABASE_URL"].encode(), *names):
        assert secret not in everything
    assert {stat.S_IMODE(path.stat().st_mode) for path in (backup.file, backup.key)} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kept.files, kept.keys)} == {0o700}


class _Collected:
    data = b""

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


@pytest.mark.parametrize("point", ["backup_key_kept", "backup_written"])
def test_killed_in_the_middle_nothing_looks_like_a_backup_and_the_next_run_tidies(
    point: str, transactional_db: None, kept: Shelf, command: Command
) -> None:
    assert command("backup", ROUTIQ_FAULT=point).returncode == -9
    assert not list(kept.files.glob("*.age"))
    assert kept.newest() is None
    half_made = list(kept.files.glob("*.part"))
    assert len(half_made) == (point == "backup_written")
    whole = back_up(kept, to_read())
    assert not list(kept.files.glob("*.part"))
    sealing.check(whole.file, whole.key.read_text().strip())
    if half_made:
        assert [backup.name for backup in kept.all()] == [whole.name], "the key of what was half made is gone too"


def test_what_a_disk_spoiled_is_no_backup(
    transactional_db: None, kept: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = making._write

    def spoiled(path: Path, *rest: Any) -> None:
        write(path, *rest)
        with path.open("r+b") as file:
            file.seek(1000)
            file.write(b"spoiled")

    monkeypatch.setattr(making, "_write", spoiled)
    with pytest.raises(BackupFailed, match="could not be read back"):
        back_up(kept, to_read())
    assert kept.all() == list(kept.files.glob("*.part")) == []


def test_killed_while_a_key_is_destroyed_the_next_run_goes_on(
    transactional_db: None, kept: Shelf, command: Command
) -> None:
    old = kept.at(datetime.now(UTC) - timedelta(days=31))
    for path in (old.file, old.key):
        path.parent.mkdir()
        path.write_bytes(b"old")
    assert command("backup", ROUTIQ_FAULT="backup_key_destroyed").returncode == -9
    assert (old.key.exists(), old.file.exists()) == (False, True)
    new = kept.newest()
    assert new is not None, "the new one was made first"
    assert destroy_what_is_over(kept, datetime.now(UTC)) == [old]
    assert kept.all() == [new]
    assert old.name in (kept.keys / "ledger.jsonl").read_text()


def test_what_was_purged_is_noted_beside_the_keys_by_whoever_is_first(
    practice: Practice, transactional_db: None, kept: Shelf
) -> None:
    entry = audit.record(audit.SYSTEM, "connection.purged", "connection:41")
    for _ in range(2):
        back_up(kept, to_read())
    assert ledger.purged(kept.keys) == [ledger.Purged(practice.pk, 41, entry.at)]
