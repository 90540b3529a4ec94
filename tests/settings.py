"""Settings for tests: the product's own, on a database of this run's own in the embedded server.

Where several processes share the tests, each has its own.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path

import psycopg

from routiq import embedded

DATA_FOLDER = Path(__file__).resolve().parent.parent / "var" / "test"
DATABASE = f"test_{os.getpid()}"

#: Who made the database that the environment names: the process that shares the tests out, or one that runs them.
_MADE_BY = "ROUTIQ_TESTS_DATABASE_BY"
_WHO = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ.setdefault("ROUTIQ_DATA", str(DATA_FOLDER))
if "DATABASE_URL" not in os.environ or (_WHO != "main" and os.environ.get(_MADE_BY) == "main"):
    os.environ[_MADE_BY] = _WHO
    _server = embedded.start(DATA_FOLDER, database=DATABASE)
    os.environ["DATABASE_URL"] = _server.app_url
    os.environ["DATABASE_OWNER_URL"] = _server.owner_url
    _admin = _server.owner_url.replace(f"{embedded.OWNER}@/{DATABASE}", "postgres@/postgres")

    with psycopg.connect(_admin, autocommit=True) as _session:
        # Nothing here has to survive a loss of power, and waiting for the disk takes longer than many a test.
        _session.execute("ALTER SYSTEM SET fsync = off")
        _session.execute("ALTER SYSTEM SET full_page_writes = off")
        _session.execute("SELECT pg_reload_conf()")

    @atexit.register
    def _drop() -> None:
        with psycopg.connect(_admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")  # type: ignore[call-overload]


from routiq.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
