"""API keys: text, owner and role; the same for the same seed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from pms_sandbox.world.model import World

ROLES = ("administrator", "power receptionist", "receptionist", "scheduler", "bookkeeper", "practitioner")


@dataclass
class ApiKey:
    """A key belongs to one user and has that user's rights (spec 1.2, 1.6)."""

    label: str
    key: str
    role: str
    shard: str
    account: str
    user_id: str
    revoked: bool = False

    @property
    def secret(self) -> str:
        """The text before the shard suffix, which works as well."""
        return self.key.rsplit("-", 1)[0]


def key_text(label: str, seed: int, shard: str) -> str:
    """43 characters without a hyphen, then the shard, as the vendor prints it."""
    digest = hashlib.sha256(f"pms-sandbox/{seed}/{label}".encode()).digest()
    text = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return f"{text.replace('-', 'x').replace('_', 'Z')}-{shard}"


STANDARD = (
    ("admin", "administrator", "main"),
    ("receptionist", "receptionist", "main"),
    ("practitioner", "practitioner", "main"),
    ("spare", "administrator", "main"),
    ("other", "administrator", "other"),
)


class KeyRing:
    """All keys of both accounts, looked up by what a caller sends as Basic user name."""

    def __init__(self, worlds: dict[str, World], seed: int, shard: str) -> None:
        self._worlds, self._seed, self._shard = worlds, seed, shard
        self.keys: dict[str, ApiKey] = {}
        self._by_text: dict[str, ApiKey] = {}
        self.reset()

    def reset(self) -> None:
        self.keys.clear()
        self._by_text.clear()
        for label, role, account in STANDARD:
            self.add(label, role, account)

    def add(self, label: str, role: str, account: str = "main") -> ApiKey:
        if role not in ROLES:
            raise ValueError(f"role must be one of {', '.join(ROLES)}")
        key = ApiKey(
            label,
            key_text(label, self._seed, self._shard),
            role,
            self._shard,
            account,
            self._user(account, role),
        )
        self.keys[label] = key
        self._by_text[key.key] = self._by_text[key.secret] = key
        return key

    def find(self, text: str) -> ApiKey | None:
        key = self._by_text.get(text)
        return None if key is None or key.revoked else key

    def _user(self, account: str, role: str) -> str:
        """The user behind a role: an administrator who is no practitioner, a practitioner with visits."""
        users = self._worlds[account]["users"].rows
        found = [id_ for id_, row in users.items() if row["role"] == role and row["active"]]
        if not found:
            return next(iter(users))
        return found[-1] if role == "administrator" else found[0]
