"""Making a backup: one consistent state of the whole database, encrypted as it comes, whole or not there at all."""

from __future__ import annotations

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from routiq import faults, kept_files
from routiq.backups import ledger, sealing
from routiq.backups.servers import MARK, Server
from routiq.backups.shelf import (
    Backup,
    BackupFailed,
    Shelf,
    destroy_what_is_over,
    forget,
    make_sure_of,
    partial,
    tidy,
    to_ourselves,
)
from routiq.backups.tools import ToolFailed, ToolMissing, Tools, running, tools_for

log = logging.getLogger("routiq.backups")

#: Not in a backup: work that is under way and would be done a second time, and who is logged in just now.
LEFT_OUT = ("public.procrastinate_*", "public.django_session")


def back_up(shelf: Shelf, server: Server) -> Backup:
    """Make a backup of this database, read it back, then destroy the keys whose days are over (whether or not it
    could be made). ``server`` is reached as a role that may read past row-level security. ``BackupFailed``."""
    with to_ourselves(shelf):
        tidy(shelf)
        try:
            return _make(shelf, server)
        except (ToolMissing, ToolFailed) as error:
            raise BackupFailed(f"No backup was made. {error}") from None
        except OSError as error:
            raise BackupFailed(f"No backup was made: {error.strerror or type(error).__name__}.") from None
        finally:
            destroy_what_is_over(shelf, datetime.now(UTC))


def _make(shelf: Shelf, server: Server) -> Backup:
    tools = tools_for(_version_of(server), embedded_server=server.is_embedded)
    while (backup := shelf.at(datetime.now(UTC))) in shelf.all():
        time.sleep(0.1)  # Its name is its second.
    try:
        key = sealing.new_key()
        kept_files.make_once(backup.key, key + "\n")
        make_sure_of(shelf.keys)
        faults.point("backup_key_kept")
        _write(partial(backup), tools, server, key)
        faults.point("backup_written")
        sealing.check(partial(backup), key)
        ledger.note_purged(shelf.keys, _purged_in(server))
    except sealing.NotOpened:
        forget(backup)
        raise BackupFailed("What was written could not be read back: look at the disk of the backups.") from None
    except BaseException:
        forget(backup)
        raise
    partial(backup).rename(backup.file)
    make_sure_of(shelf.files)
    log.info("backed up", extra={"backup": backup.name, "bytes": backup.file.stat().st_size})
    return backup


def _write(path: Path, tools: Tools, server: Server, key: str) -> None:
    command = [tools.dump, "--format=custom", "--lock-wait-timeout=300000"]
    command += [f"--exclude-table-data={pattern}" for pattern in LEFT_OUT]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with running(command, server.url) as dump:
            sealing.seal(dump, file, key)
        file.flush()
        os.fsync(file.fileno())


def _version_of(server: Server) -> int:
    """The server's version, once it is clear that there is something to read and that the role reads all of it."""
    with server.connected() as session:
        row = session.execute(
            "SELECT rolsuper OR rolbypassrls, current_setting('server_version_num')::int / 10000, "
            "to_regclass('public.django_migrations') IS NOT NULL, to_regclass(%s) IS NOT NULL "
            "FROM pg_roles WHERE rolname = current_user",
            [MARK],
        ).fetchone()
    assert row is not None
    reads_all, version, has_tables, is_being_restored = row
    if not reads_all:
        raise BackupFailed(
            "The role of DATABASE_BACKUP_URL is held to row-level security and would see no practice's rows. As a "
            "superuser: ALTER ROLE … BYPASSRLS"
        )
    if not has_tables:
        raise BackupFailed("There is nothing to back up: this database has no tables yet (routiq migrate).")
    if is_being_restored:
        raise BackupFailed("A restore into this database was begun and not finished: run `routiq restore` again.")
    return int(version)


def _purged_in(server: Server) -> list[ledger.Purged]:
    with server.connected() as session:
        rows = session.execute(
            "SELECT practice_id, split_part(target, ':', 2)::bigint, at FROM public.practices_auditentry "
            "WHERE action = 'connection.purged' ORDER BY at"
        ).fetchall()
    return [ledger.Purged(practice, connection, at.astimezone(UTC)) for practice, connection, at in rows]
