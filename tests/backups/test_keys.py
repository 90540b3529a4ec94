"""A key is destroyed on its day, and what is not genuine is refused."""

from __future__ import annotations

import io
import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from routiq import environment
from routiq.backups import ledger, restoring, sealing
from routiq.backups.shelf import Backup, Shelf, destroy_what_is_over, shelf

NOW = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)


def made(kept: Shelf, at: datetime, content: bytes = b"rows") -> Backup:
    backup = kept.at(at)
    for folder in (kept.files, kept.keys):
        folder.mkdir(exist_ok=True)
    key = sealing.new_key()
    backup.key.write_text(key + "\n")
    with backup.file.open("wb") as file:
        sealing.seal(io.BytesIO(content), file, key)
    return backup


def test_after_its_days_the_key_is_destroyed_and_with_it_the_backup(
    kept: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    old, young = made(kept, NOW - timedelta(days=30)), made(kept, NOW - timedelta(days=30) + timedelta(seconds=1))
    held = old.key.open("rb")  # As a copy on the disk would.
    with caplog.at_level(logging.INFO, "routiq"):
        assert destroy_what_is_over(kept, NOW) == [old]
    assert held.read().strip(b"\0") == b"", "written over before it went"
    assert not old.key.exists()
    assert not old.file.exists()
    assert restoring.check(young) == young.key.read_text().strip()
    assert [record.message for record in caplog.records] == ["backup key destroyed"]
    (line,) = (json.loads(text) for text in (kept.keys / "ledger.jsonl").read_text().splitlines())
    assert (line["what"], line["backup"]) == (ledger.KEY_DESTROYED, old.name)


def test_without_its_key_nobody_reads_it(kept: Shelf) -> None:
    backup = made(kept, NOW)
    backup.key.unlink()
    with pytest.raises(restoring.NotRestored, match="nobody can read this"):
        restoring.check(backup)
    with pytest.raises(sealing.NotOpened):
        sealing.check(backup.file, sealing.new_key())


def test_a_folder_that_is_away_costs_nothing(kept: Shelf) -> None:
    backup = made(kept, NOW - timedelta(days=3))
    kept.keys.rename(kept.keys.with_name("away"))
    assert destroy_what_is_over(kept, NOW) == []
    assert backup.file.exists()
    kept.keys.with_name("away").rename(kept.keys)
    kept.files.rename(kept.files.with_name("away"))
    assert destroy_what_is_over(kept, NOW) == []
    assert backup.key.exists()


def test_a_file_that_was_changed_anywhere_or_cut_short_is_refused_in_words(kept: Shelf) -> None:
    backup = made(kept, NOW, os.urandom(200_000))
    genuine = backup.file.read_bytes()
    assert restoring.check(backup)
    for place in (0, 30, 150, 1_000, 100_000, len(genuine) - 1):
        changed = bytearray(genuine)
        changed[place] ^= 1
        backup.file.write_bytes(changed)
        with pytest.raises(restoring.NotRestored, match="changed or cut short"):
            restoring.check(backup)
    for other in (genuine[:-1], genuine[:70_000], genuine + b"x", b""):
        backup.file.write_bytes(other)
        with pytest.raises(restoring.NotRestored, match="changed or cut short"):
            restoring.check(backup)


@pytest.mark.parametrize("size", [0, 1, 65537, 200_000])
def test_a_write_that_fails_is_an_error_be_it_the_last(size: int, tmp_path: Path) -> None:
    key, content = sealing.new_key(), os.urandom(size)
    sealed = tmp_path / "sealed"
    with sealed.open("wb") as file:
        sealing.seal(io.BytesIO(content), file, key)
    for disk in (_Full(), _Full(after_all_but_the_last=True)):
        with pytest.raises(OSError, match="No space left"):
            sealing.seal(io.BytesIO(content), disk, key)
    if size:
        with pytest.raises(OSError, match="No space left"):
            sealing.unseal(sealed, _Full(), key)


class _Full:
    """A disk that is full, or has room for all but the last piece, which is a small one."""

    def __init__(self, *, after_all_but_the_last: bool = False) -> None:
        self._least = 8192 if after_all_but_the_last else 10**9

    def write(self, data: bytes, /) -> int:
        if len(data) < self._least:
            raise OSError(28, "No space left on device")
        return len(data)


def test_a_line_of_the_ledger_that_was_cut_off_spoils_no_other(kept: Shelf) -> None:
    kept.keys.mkdir()
    first, second = ledger.Purged(1, 2, NOW), ledger.Purged(3, 4, NOW)
    ledger.note_purged(kept.keys, [first])
    with (kept.keys / "ledger.jsonl").open("a") as file:
        file.write('{"what": "purged", "prac')
    ledger.note_purged(kept.keys, [first, second])
    assert ledger.purged(kept.keys) == [first, second]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("notes.txt", "is no backup: their names look like"),
        ("routiq-20261399T163000Z.age", "is no backup"),
        ("routiq-20261129T163000Z.age", "is not there. `routiq backups` lists"),
    ],
)
def test_what_is_no_backup_is_named(kept: Shelf, given: str, says: str) -> None:
    with pytest.raises(restoring.NotRestored, match=says):
        restoring.backup_at(kept, given)


def test_keys_beside_the_backups_are_refused(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for keys in (kept.files, kept.files / "keys", kept.files.parent):
        monkeypatch.setenv("ROUTIQ_BACKUP_KEYS", str(keys))
        with pytest.raises(environment.SettingError, match="must be a folder apart from ROUTIQ_BACKUP_FOLDER"):
            shelf()
