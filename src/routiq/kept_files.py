"""Files in the data folder that hold a secret: readable by their owner alone, whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def make_once(path: Path, text: str) -> None:
    """Make the file unless it is there. Of processes that start at once one makes it, and all read the same."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _written_beside(path, text)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()


def exchange(path: Path, text: str) -> None:
    """Put the file in the place of the one that is there."""
    _written_beside(path, text).replace(path)


def _written_beside(path: Path, text: str) -> Path:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    beside.touch(mode=0o600)
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside
