"""Folders for backups and keys of a test's own, and a database to restore into."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from routiq import embedded
from routiq.backups.servers import to_read
from routiq.backups.shelf import Shelf, shelf
from routiq.processes import routiq_command
from tests import clearing

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("ROUTIQ_BACKUP_FOLDER", str(tmp_path / "backups"))
    monkeypatch.setenv("ROUTIQ_BACKUP_KEYS", str(tmp_path / "keys"))
    return shelf()


@pytest.fixture
def command(kept: Shelf) -> Command:
    """``routiq …`` as a process, on the database of the tests unless told otherwise."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings", **more}
        done = subprocess.run(
            routiq_command(*arguments), env=settings, capture_output=True, text=True, check=False, timeout=300
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    """The settings that name an empty database in the embedded server."""
    if not clearing.is_possible():
        pytest.skip("needs the embedded server")
    name = f"restored_{os.getpid()}"
    session = psycopg.connect(to_read().url, autocommit=True)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    session.execute(drop)
    session.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(embedded.OWNER))
    )
    old = session.info.dbname
    yield {
        setting: os.environ[setting].replace(f"@/{old}?", f"@/{name}?")
        for setting in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    session.execute(drop)
    session.close()
