"""Filling an empty database from a backup: all of it or nothing, and only from a file that is proven genuine."""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg
from psycopg import sql

from routiq import faults
from routiq.backups import sealing
from routiq.backups.servers import MARK, Server
from routiq.backups.shelf import Backup, Shelf, is_name
from routiq.backups.tools import ToolFailed, ToolMissing, running, tools_for

log = logging.getLogger("routiq.backups")


class NotRestored(Exception):
    """Nothing was restored, and the database is as it was. The text says what to do."""


def backup_at(shelf: Shelf, given: str) -> Backup:
    """The backup that somebody names, by its path or by the name of its file. ``NotRestored``."""
    path = Path(given)
    file = path if path.is_absolute() or path.exists() else shelf.files / path
    if file.suffix != ".age" or not is_name(file.stem):
        raise NotRestored(f"{given} is no backup: their names look like routiq-20261129T163000Z.age")
    if not file.exists():
        raise NotRestored(f"{file} is not there. `routiq backups` lists what is.")
    return Backup(file.stem, file.resolve(), shelf.of(file.stem).key)


def check(backup: Backup) -> str:
    """Read the file to its end; returns its key. ``NotRestored`` when that is missing or does not open it all."""
    try:
        key = backup.key.read_text().strip()
    except OSError:
        raise NotRestored(
            f"The key {backup.key} is not there. If its days are over it was destroyed, and nobody can read this "
            "backup any more. If the keys are kept elsewhere, name that folder with ROUTIQ_BACKUP_KEYS."
        ) from None
    try:
        sealing.check(backup.file, key)
    except sealing.NotOpened:
        raise NotRestored(
            f"{backup.file} was changed or cut short since it was made, or this is not its key: nothing was "
            "restored. Take another copy of it, or another backup."
        ) from None
    except OSError as error:
        raise NotRestored(f"{backup.file} cannot be read: {error.strerror}.") from None
    return key


def restore(backup: Backup, server: Server) -> None:
    """Check the file, then fill the database, which must be empty. Afterwards it is marked as being restored until
    :func:`finish`; called again after a crash it goes on. ``NotRestored``."""
    key = check(backup)
    with server.connected() as session:
        if _is_filled(session):
            if _marked(session) != backup.name:
                raise NotRestored(_NOT_EMPTY)
            return  # It was filled before, and what follows was interrupted.
        version = session.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone()
        assert version is not None
        try:
            tools = tools_for(version[0], embedded_server=server.is_embedded, restoring=True)
        except ToolMissing as error:
            raise NotRestored(str(error)) from None
        _mark(session, backup)
        command = [tools.restore, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        try:
            with running(command, server.url, into=True) as filling:
                sealing.unseal(backup.file, filling, key)
        except (ToolFailed, sealing.NotOpened) as error:
            _unmark(session)
            raise NotRestored(f"Nothing was restored. {error}".strip()) from None
        faults.point("backup_filled_in")
        session.execute("ANALYZE")


def finish(server: Server) -> None:
    """The database may serve."""
    with server.connected() as session:
        _unmark(session)


_TABLE = sql.Identifier(*MARK.split("."))
_NOT_EMPTY = (
    "This database is not empty, and a restore never writes over anything. Give it an empty one: with the embedded "
    "database stop Routiq and move the folder `postgres` out of the data folder; with a server of your own create a "
    "new database for the owner, and name it in DATABASE_URL and DATABASE_OWNER_URL."
)
_FILLED = """
SELECT EXISTS (
  SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND pg_class.oid IS DISTINCT FROM to_regclass(%s)
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
)
"""


def _is_filled(session: psycopg.Connection) -> bool:
    row = session.execute(_FILLED, [MARK]).fetchone()
    return bool(row and row[0])


def _marked(session: psycopg.Connection) -> str:
    """The backup whose restore was begun here and not finished; empty when there is none."""
    if session.execute("SELECT to_regclass(%s) IS NULL", [MARK]).fetchone() == (True,):
        return ""
    row = session.execute(sql.SQL("SELECT backup FROM {}").format(_TABLE)).fetchone()
    return str(row[0]) if row else ""


def _mark(session: psycopg.Connection, backup: Backup) -> None:
    with session.transaction():
        session.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} (backup text NOT NULL)").format(_TABLE))
        session.execute(sql.SQL("DELETE FROM {}").format(_TABLE))
        session.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(_TABLE), [backup.name])


def _unmark(session: psycopg.Connection) -> None:
    session.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_TABLE))
