"""Encrypting a stream into a file, and back: the age format, which the ``age`` command reads as well.

Reference: https://age-encryption.org/v1. Every byte is authenticated: what was changed or cut short is refused. The
library copies in small pieces, whatever the size.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Protocol

import pyrage


class NotOpened(Exception):
    """This key does not open it, or it was changed since it was made."""


class Writer(Protocol):
    def write(self, data: bytes, /) -> int: ...


def new_key() -> str:
    """``AGE-SECRET-KEY-1…``"""
    return str(pyrage.x25519.Identity.generate())


def seal(reader: IO[bytes], writer: Writer, key: str) -> None:
    """Encrypt all that ``reader`` gives. Errors of ``writer`` are raised as they are."""
    minding = _Minding(writer)
    try:
        pyrage.encrypt_io(reader, minding, [pyrage.x25519.Identity.from_str(key).to_public()])
    finally:
        minding.mind()


def unseal(file: Path, writer: Writer, key: str) -> None:
    """Decrypt the file. ``NotOpened``; what was written until then is genuine, but not all of it. Errors of
    ``writer``, and of opening the file, are raised as they are."""
    minding = _Minding(writer)
    with file.open("rb") as reader:
        try:
            pyrage.decrypt_io(reader, minding, [pyrage.x25519.Identity.from_str(key)])
        except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
            minding.mind()
            raise NotOpened from error
    minding.mind()


def check(file: Path, key: str) -> None:
    """Read all of it and keep nothing. ``NotOpened``."""
    unseal(file, _Nowhere(), key)


class _Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)


class _Minding:
    """Remembers what went wrong: the library's last write is its own, and that one it does not report."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._error: BaseException | None = None

    def write(self, data: bytes, /) -> int:
        try:
            self._write_all(memoryview(data))
        except BaseException as error:
            self._error = self._error or error
            raise
        return len(data)

    def _write_all(self, data: memoryview) -> None:
        while data:
            data = data[self._writer.write(data) :]  # type: ignore[arg-type]

    def flush(self) -> None:
        """Whoever opened the file sees to that."""

    def mind(self) -> None:
        if self._error is not None:
            raise self._error
