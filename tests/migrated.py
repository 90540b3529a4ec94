"""A migrated database for a run of the tests: copied from one that is kept for as long as no migration changes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from routiq import embedded
from tests.settings import DATA_FOLDER

ROOT = Path(__file__).resolve().parent.parent


def migrate() -> None:
    """Bring the database that the environment names up to date, in a process of its own, as an installation does."""
    done = subprocess.run(
        [sys.executable, "-c", "from routiq.migrations_runner import migrate; migrate()"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def copy_or_migrate() -> None:
    """The same, but where it is a new database of the embedded server, as a copy of one that was migrated before."""
    owner_url = os.environ["DATABASE_OWNER_URL"]
    database = urlsplit(owner_url).path.lstrip("/")
    if not owner_url.startswith(f"postgresql://{embedded.OWNER}@/test_"):
        migrate()
        return
    administrator = owner_url.replace(f"{embedded.OWNER}@/{database}", "postgres@/postgres")
    kept = f"migrated_{_fingerprint()}"
    with _one_at_a_time(), psycopg.connect(administrator, autocommit=True) as session:
        known = {name for (name,) in session.execute("SELECT datname FROM pg_database")}
        if kept in known:
            _copy(session, kept, database)
        else:
            migrate()
            for name in known:
                if name.startswith("migrated_"):
                    session.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            # Not there until it is whole: copied under another name first.
            _copy(session, database, "migrating")
            session.execute(sql.SQL("ALTER DATABASE migrating RENAME TO {}").format(sql.Identifier(kept)))


def _copy(session: psycopg.Connection, template: str, database: str) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
    session.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(database), sql.Identifier(template), sql.Identifier(embedded.OWNER)
        )
    )


def _fingerprint() -> str:
    """Of all that a migrated database depends on."""
    seen = sha256(f"{version('django')} {version('procrastinate')}".encode())
    runner = ROOT / "src" / "routiq" / "migrations_runner.py"
    for path in [runner, *sorted((ROOT / "src" / "routiq").glob("*/migrations/*.py"))]:
        seen.update(path.read_bytes())
    seen.update((ROOT / "src" / "routiq" / "practices" / "rls.py").read_bytes())
    return seen.hexdigest()[:16]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (DATA_FOLDER / ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
