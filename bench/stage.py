"""Where a measurement plays: a PostgreSQL server of its own, a sandbox, and the product's real processes beside them.

Nothing of the machine's settings reaches the children: each is told by its environment, as an installation is.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pms_sandbox.testing import RunningSandbox, running_sandbox
from routiq import embedded

ROOT = Path(__file__).resolve().parent.parent
#: The vendor's limit, as the sandbox enforces it and the product is told.
LIMIT = 200
#: The share of it that background work may use.
BACKGROUND = 0.8
_STOPS_WITHIN = 20.0
#: What a machine's environment may hold that an installation's does not. The last one keeps Python from storing what
#: it compiled: installed packages come compiled, so that would count against the one side that runs from its sources.
_FOREIGN = ("ROUTIQ_", "DATABASE_", "DJANGO_", "PG", "PYTHONDONTWRITEBYTECODE")


@dataclass
class Stage:
    """A database server in a temporary folder, for as long as one measurement runs."""

    folder: Path
    _count: int = field(default=0)

    def database(self) -> embedded.EmbeddedDatabase:
        """A new, empty database on the one server."""
        self._count += 1
        return embedded.start(self.folder, f"bench_{self._count}")

    def settle(self) -> None:
        """Drop the databases so far and write out what is in memory, so that no load pays for the one before it: the
        server would go on to vacuum and to write its pages while the next one is timed."""
        server = administrator(embedded.start(self.folder, "postgres"))
        with psycopg.connect(server, autocommit=True) as connection:
            for number in range(1, self._count + 1):
                connection.execute(f"DROP DATABASE IF EXISTS bench_{number} WITH (FORCE)")  # type: ignore[call-overload]
            connection.execute("CHECKPOINT")


@dataclass(frozen=True)
class Practice:
    id: int
    connection: int


@dataclass
class Installation:
    """The product on a database of its own, pointed at a sandbox; not running until a process is started."""

    sandbox: RunningSandbox
    database: embedded.EmbeddedDatabase
    environment: dict[str, str]
    folder: Path

    def run(self, module: str, *arguments: str) -> str:
        """A process that does one thing and ends; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stderr[-4000:]}")
        return done.stdout

    @contextlib.contextmanager
    def process(self, name: str, module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that runs meanwhile; its output goes to ``<name>.out``. Asked to stop at the end."""
        with (self.folder / f"{name}.out").open("wb") as output, (self.folder / f"{name}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.environment, stdout=output, stderr=log
            )
            try:
                yield child
            finally:
                child.terminate()
                try:
                    child.wait(_STOPS_WITHIN)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text()

    def connect_practice(self, vendor: str = "cliniko") -> Practice:
        """A practice and its owner, connected: the first sync is asked for, and waits for a worker."""
        key = self.sandbox.key({"cliniko": "admin"}.get(vendor, vendor))
        told = json.loads(self.run("bench.setting_up", "--key", key, "--vendor", vendor))
        return Practice(told["practice"], told["connection"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read as the server's administrator, past the tenant's policies."""
        with psycopg.connect(administrator(self.database)) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def administrator(database: embedded.EmbeddedDatabase) -> str:
    return database.owner_url.replace(f"{embedded.OWNER}@", "postgres@")


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="routiq-bench-") as name:
        folder = Path(name)
        server = embedded.start(folder, "postgres")
        try:
            yield Stage(folder)
        finally:
            server.stop()


@contextlib.contextmanager
def sandbox_with(patients: int, *, limit: int = 0, window: float = 60.0) -> Iterator[RunningSandbox]:
    """The sandbox in a process of its own. ``limit`` 0: it counts no requests."""
    with running_sandbox(process=True, patients=patients, seed=7, rate_limit=limit, rate_window=window) as sandbox:
        yield sandbox


def install(
    place: Stage, sandbox: RunningSandbox, *, limit: int = 0, window: float = 60.0, per_second: float = 0.0
) -> Installation:
    """The product on a new, migrated database. ``limit`` 0: it keeps no budget either; ``per_second`` is the same for
    vendors that publish no limit."""
    database = place.database()
    environment = clean_environment() | {
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "DJANGO_SETTINGS_MODULE": "routiq.settings",
        "ROUTIQ_DATA": str(place.folder),
        "ROUTIQ_CLINIKO_URL": sandbox.cliniko_url,
        "ROUTIQ_NOOKAL_URL": sandbox.nookal_url,
        "ROUTIQ_PMS_REQUESTS": str(limit),
        "ROUTIQ_PMS_REQUESTS_PER_SECOND": str(per_second),
        "ROUTIQ_PMS_WINDOW_SECONDS": str(window),
    }
    installed = Installation(sandbox, database, environment, Path(tempfile.mkdtemp(dir=place.folder)))
    installed.run("routiq.cli", "migrate")
    return installed


def clean_environment() -> dict[str, str]:
    """This process's, without what would steer the product or the database."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}


def wait_for_run(installed: Installation, seconds: float) -> tuple[float, float]:
    """Until the first sync is done; gives when it began and when it was done, unix seconds.

    ``RuntimeError`` when it stops short or takes longer than ``seconds``.
    """
    deadline = time.monotonic() + seconds
    query = (
        "SELECT state, extract(epoch FROM began_at)::float8, extract(epoch FROM finished_at)::float8, error_code "
        "FROM sync_syncrun WHERE kind = 'first'"
    )
    with psycopg.connect(administrator(installed.database), autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(query).fetchone()
            if row is not None and row[0] == "done":
                return row[1], row[2]
            if row is not None and row[0] != "running":
                raise RuntimeError(f"the sync is {row[0]}: {row[3]}")
            time.sleep(0.05)
    raise RuntimeError(f"the sync is not done after {seconds:.0f} s")
