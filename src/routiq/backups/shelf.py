"""The backups that there are, and their keys: a file each, in two folders that are kept apart.

Their names say all that is known of them, so that nothing else has to be kept: ``routiq-20261129T163000Z.age`` was
begun at that moment (UTC), and ``routiq-20261129T163000Z.key`` opens it, and nothing else does.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from routiq import environment, faults
from routiq.backups import ledger

log = logging.getLogger("routiq.backups")

_NAME = re.compile(r"routiq-\d{8}T\d{6}Z")
_MOMENT = "routiq-%Y%m%dT%H%M%SZ"


class BackupFailed(Exception):
    """No backup was made, and nothing is left of the attempt. The text says what to do."""


@dataclass(frozen=True)
class Backup:
    name: str
    file: Path
    key: Path

    @property
    def made_at(self) -> datetime:
        """When it was begun (aware, UTC): what was written later is not in it."""
        return datetime.strptime(self.name, _MOMENT).replace(tzinfo=UTC)

    @property
    def is_whole(self) -> bool:
        """It can be restored: its file is there, and its key."""
        return self.file.exists() and self.key.exists()


@dataclass(frozen=True)
class Shelf:
    """Where backups and keys lie, and for how many days a backup can be read."""

    files: Path
    keys: Path
    days: int

    def of(self, name: str) -> Backup:
        return Backup(name, self.files / f"{name}.age", self.keys / f"{name}.key")

    def at(self, moment: datetime) -> Backup:
        """The one that is begun at this moment (aware)."""
        return self.of(f"{moment.astimezone(UTC):{_MOMENT}}")

    def all(self) -> list[Backup]:
        """Every backup of which the file or the key is there, oldest first."""
        found = {path.stem for path in (*self.files.glob("*.age"), *self.keys.glob("*.key"))}
        return [self.of(name) for name in sorted(found) if is_name(name)]

    def newest(self) -> Backup | None:
        """The newest that can be restored."""
        return next((backup for backup in reversed(self.all()) if backup.is_whole), None)

    def ends_at(self, backup: Backup) -> datetime:
        """When its key is destroyed, or as soon after as a backup is made."""
        return backup.made_at + timedelta(days=self.days)


def shelf() -> Shelf:
    """As the settings say."""
    data = environment.data_folder()
    files = Path(environment.text("ROUTIQ_BACKUP_FOLDER", str(data / "backups"))).resolve()
    keys = Path(environment.text("ROUTIQ_BACKUP_KEYS", str(data / "backup-keys"))).resolve()
    if files == keys or files in keys.parents or keys in files.parents:
        raise environment.SettingError(
            "ROUTIQ_BACKUP_KEYS",
            f"must be a folder apart from ROUTIQ_BACKUP_FOLDER ({files}): whoever has a backup must not have its key",
        )
    return Shelf(files, keys, environment.whole("ROUTIQ_BACKUP_DAYS", 30, least=1))


def is_name(name: str) -> bool:
    """Whether a backup is called so: its moment, and nothing else."""
    if not _NAME.fullmatch(name):
        return False
    try:
        datetime.strptime(name, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


@contextmanager
def to_ourselves(shelf: Shelf) -> Iterator[None]:
    """Both folders, there and closed to others, and no other process at work on them. ``BackupFailed``."""
    for folder, name in ((shelf.files, "ROUTIQ_BACKUP_FOLDER"), (shelf.keys, "ROUTIQ_BACKUP_KEYS")):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise environment.SettingError(name, f"cannot be made: {folder}: {error.strerror}") from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise environment.SettingError(name, f"{folder} cannot be written; give this user the right to")
    with (shelf.files / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("Another backup is being made just now: wait until it is done.") from None
        yield


def tidy(shelf: Shelf) -> None:
    """Remove what a killed attempt left half made. Nobody else may be at work on the shelf."""
    for part in shelf.files.glob("*.age.part"):
        forget(shelf.of(part.name.removesuffix(".age.part")))
    for copy in shelf.keys.glob("*.key.*"):
        copy.unlink()


def forget(backup: Backup) -> None:
    """Remove what there is of one that was never finished."""
    _destroy(backup.key)
    partial(backup).unlink(missing_ok=True)


def partial(backup: Backup) -> Path:
    """Where it is written until it is whole."""
    return backup.file.with_name(f"{backup.file.name}.part")


def destroy_what_is_over(shelf: Shelf, now: datetime) -> list[Backup]:
    """Destroy the keys whose days are over at ``now`` (aware), then the files that they opened; returns which.

    Killed at any instant it goes on at the next call: the file goes last. Nothing is destroyed for having no
    counterpart: a folder may just not be there, because its disk is not.
    """
    over = [backup for backup in shelf.all() if shelf.ends_at(backup) <= now]
    for backup in over:
        _destroy(backup.key)
        faults.point("backup_key_destroyed")
        ledger.note(shelf.keys, ledger.KEY_DESTROYED, now, backup=backup.name, made_at=backup.made_at.isoformat())
        backup.file.unlink(missing_ok=True)
        log.info("backup key destroyed", extra={"backup": backup.name, "days": shelf.days})
    return over


def _destroy(key: Path) -> None:
    """Written over, then removed: what lies about of a removed file is no key any more, as far as a disk obeys."""
    try:
        with key.open("r+b") as file:
            file.write(b"\0" * key.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    key.unlink()
    make_sure_of(key.parent)


def make_sure_of(folder: Path) -> None:
    """What was named, renamed or removed in this folder is so after a loss of power too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def note_here(what: str, practice_id: int, connection_id: int) -> None:
    """Something happened to a connection just now that no restore is to undo: see :mod:`routiq.backups.ledger`. Where
    the keys are kept on another machine, a deletion is noted by the next backup."""
    keys = shelf().keys
    if keys.is_dir():
        try:
            ledger.note(keys, what, datetime.now(UTC), practice=practice_id, connection=connection_id)
        except OSError as error:
            log.warning("not noted beside the keys", extra={"what": what, "why": type(error).__name__})
