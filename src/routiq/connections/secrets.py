"""Keeping the vendors' keys: AES-256-GCM, each ciphertext bound to its place.

The keyring is ``ROUTIQ_MASTER_KEYS`` (or ``ROUTIQ_MASTER_KEYS_FILE``): ``id:base64`` pairs, separated by commas; the
first encrypts, all decrypt. Without it a keyring is made in the data folder on first use. A file is read again at
each use, so a running process knows a new key as soon as it stands there. Practice, table, column and row are
authenticated with the secret, so a ciphertext copied to another place does not open there.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from routiq import environment, kept_files

_VERSION = b"\x01"
_NONCE_BYTES = 12


class SecretUnreadable(Exception):
    """No key of the ring opens this ciphertext: the keyring is incomplete, or the row was tampered with."""


@dataclass(frozen=True)
class Place:
    """Where a ciphertext lives."""

    practice_id: int
    table: str
    column: str
    row: int

    def encode(self) -> bytes:
        return f"{self.practice_id}/{self.table}/{self.column}/{self.row}".encode()


class Keyring:
    def __init__(self, keys: dict[str, bytes]) -> None:
        """``keys`` maps key ids (1 to 20 characters) to 32 bytes; the first one encrypts."""
        self._keys = keys
        self.current = next(iter(keys))
        self.names = tuple(keys)

    def encrypt(self, secret: str, place: Place) -> bytes:
        name = self.current.encode()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, secret.encode(), place.encode())
        return _VERSION + bytes([len(name)]) + name + nonce + sealed

    def decrypt(self, cipher: bytes | memoryview, place: Place) -> str:
        cipher = bytes(cipher)
        name, end = self.key_id_of(cipher), 2 + cipher[1]
        if name not in self._keys:
            raise SecretUnreadable(f"The keyring has no key {name!r}: add it to ROUTIQ_MASTER_KEYS.")
        nonce, sealed = cipher[end : end + _NONCE_BYTES], cipher[end + _NONCE_BYTES :]
        try:
            return AESGCM(self._keys[name]).decrypt(nonce, sealed, place.encode()).decode()
        except (InvalidTag, ValueError):
            raise SecretUnreadable("The ciphertext does not belong here, or was changed.") from None

    @staticmethod
    def key_id_of(cipher: bytes | memoryview) -> str:
        """The id of the key that a ciphertext names, whether or not the ring has it."""
        cipher = bytes(cipher)
        if len(cipher) < 2 or cipher[:1] != _VERSION:
            raise SecretUnreadable("This is no ciphertext of ours.")
        return cipher[2 : 2 + cipher[1]].decode(errors="replace")


def parse(text: str) -> Keyring:
    """``SettingError`` names the pair that is wrong, never its content."""
    keys: dict[str, bytes] = {}
    for number, pair in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, _, encoded = pair.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not 1 <= len(name) <= 20 or len(key) != 32:
            raise environment.SettingError(
                "ROUTIQ_MASTER_KEYS", f"pair {number} must be NAME:BASE64 with 32 bytes of key"
            )
        keys[name] = key
    if not keys:
        raise environment.SettingError("ROUTIQ_MASTER_KEYS", "holds no key")
    return Keyring(keys)


_parsed = lru_cache(maxsize=1)(parse)
_in_use: list[Keyring] = []


def keyring() -> Keyring:
    """The ring as it is configured now. ``SettingError`` when that cannot be read and no ring was in use before."""
    try:
        ring = _parsed(environment.text("ROUTIQ_MASTER_KEYS", "") or _own_file().read_text().strip())
    except (environment.SettingError, OSError):
        if not _in_use:
            raise
        # A file that is being exchanged is no reason to stop serving with the keys we have.
        return _in_use[0]
    _in_use[:] = [ring]
    return ring


def is_kept_here() -> bool:
    """Whether the ring is the one in the data folder, and not given by the operator."""
    return not environment.text("ROUTIQ_MASTER_KEYS", "")


def _own_file() -> Path:
    path = Path(settings.DATA) / "master_keys"
    kept_files.make_once(path, _new_pair("k1"))
    return path


def add_key() -> str:
    """Put a new key in front of the ring in the data folder: from now on it encrypts. Returns its id."""
    path = _own_file()
    text = path.read_text().strip()
    names = parse(text).names
    name = next(f"k{number}" for number in range(len(names) + 1, 10**6) if f"k{number}" not in names)
    # All of it or nothing: a ring that is cut short would lose secrets for good.
    kept_files.exchange(path, f"{_new_pair(name)},{text}")
    return name


def _new_pair(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
