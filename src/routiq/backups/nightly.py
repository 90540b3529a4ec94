"""One backup every night, for as long as ``routiq serve`` runs: each in a process of its own."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import time as clock
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from routiq import environment
from routiq.backups.servers import to_read
from routiq.backups.shelf import Shelf, shelf
from routiq.processes import routiq_command
from routiq.sync.nightly import moment_of

log = logging.getLogger("routiq.backups")

#: So often is it looked whether it is time, seconds; a machine that just came up is left alone for as long.
_EVERY = 60.0
#: After one that failed.
_AGAIN = timedelta(hours=1)


def hour() -> tuple[time, ZoneInfo] | None:
    """When it is made, by which clock; ``None`` where ``ROUTIQ_BACKUP_AT`` is ``off``."""
    raw = environment.text("ROUTIQ_BACKUP_AT", "03:30 Australia/Sydney")
    if raw.lower() == "off":
        return None
    said = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) (\S+)", raw)
    if said is None or said[3] not in available_timezones():
        raise environment.SettingError(
            "ROUTIQ_BACKUP_AT", f"must look like 03:30 Australia/Sydney, or be off, not {raw!r}"
        )
    return time(int(said[1]), int(said[2])), ZoneInfo(said[3])


def check_settings() -> None:
    """``SettingError`` where a process should not start, because no backup could be made as the environment says."""
    shelf()
    hour()


def is_due(shelf: Shelf, at: time, zone: ZoneInfo, now: datetime) -> bool:
    """Is today's hour over at ``now`` (aware), and is there none since? A machine that was off makes up for it."""
    today = moment_of(now.astimezone(zone).date(), zone, at)
    newest = shelf.newest()
    return now >= today and (newest is None or newest.made_at < today)


def nightly() -> Nightly | None:
    """What ``routiq serve`` keeps beside its processes; ``None`` where nothing is made, which is said once. From here
    on the address of the one who may read everything is not in this process's environment, which web and worker
    inherit."""
    settings = dict(os.environ)
    at = hour()
    if at is None:
        return None
    try:
        to_read()
    except environment.SettingError as error:
        log.warning("no backups are made", extra={"setting": error.name})
        print(f"routiq: no backups are made: setting {error.name} {error.problem}", file=sys.stderr)  # noqa: T201
        return None
    finally:
        for name in ("DATABASE_BACKUP_URL", "DATABASE_BACKUP_URL_FILE"):
            os.environ.pop(name, None)
    return Nightly(shelf(), *at, routiq_command("backup"), settings)


class Nightly:
    """Asked several times a second; does something once a night."""

    def __init__(
        self, shelf: Shelf, at: time, zone: ZoneInfo, command: Sequence[str], settings: Mapping[str, str]
    ) -> None:
        """``command`` makes a backup, with ``settings`` as its environment."""
        self._shelf, self._at, self._zone = shelf, at, zone
        self._command, self._settings = command, settings
        self._running: subprocess.Popen[bytes] | None = None
        self._look_at = clock.monotonic() + _EVERY
        self._not_before = datetime.min.replace(tzinfo=UTC)

    def look(self) -> None:
        """Start one where it is time; note how the last one ended."""
        if clock.monotonic() < self._look_at:
            return
        self._look_at = clock.monotonic() + _EVERY
        now = datetime.now(UTC)
        if self._running is not None:
            status = self._running.poll()
            if status is None:
                return
            self._running = None
            if status:
                log.error("backup failed, trying again in an hour", extra={"status": status})
                self._not_before = now + _AGAIN
        if now >= self._not_before and is_due(self._shelf, self._at, self._zone, now):
            self._running = subprocess.Popen(self._command, env=dict(self._settings), start_new_session=True)

    def stop(self) -> None:
        """One under way is given up; the next run removes what is left of it."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait()
