from __future__ import annotations

import base64
import dataclasses

import pytest

from routiq.connections.connecting import connect
from routiq.connections.gateways import place_of_key
from routiq.connections.models import Connection
from routiq.connections.secrets import Keyring, Place, SecretUnreadable, keyring, parse
from routiq.environment import SettingError
from routiq.pms.errors import KeyRejected
from routiq.practices.audit import SYSTEM
from routiq.practices.models import AuditEntry, Practice

HERE = Place(practice_id=1, table="connections_connection", column="key_cipher", row=7)


def test_a_secret_opens_in_its_place_and_nowhere_else() -> None:
    ring = Keyring({"k1": bytes(32)})
    cipher = ring.encrypt("the key", HERE)
    assert b"the key" not in cipher
    assert ring.decrypt(cipher, HERE) == "the key"
    for change in ({"practice_id": 2}, {"row": 8}, {"column": "other"}, {"table": "other"}):
        with pytest.raises(SecretUnreadable):
            ring.decrypt(cipher, dataclasses.replace(HERE, **change))


def test_the_same_secret_is_never_the_same_ciphertext() -> None:
    ring = Keyring({"k1": bytes(32)})
    assert ring.encrypt("the key", HERE) != ring.encrypt("the key", HERE)


def test_an_old_key_of_the_ring_still_opens() -> None:
    old = Keyring({"k1": bytes(32)})
    both = Keyring({"k2": bytes([1]) * 32, "k1": bytes(32)})
    assert both.decrypt(old.encrypt("the key", HERE), HERE) == "the key"
    with pytest.raises(SecretUnreadable, match="k2"):
        old.decrypt(both.encrypt("the key", HERE), HERE)


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x02abc", b"\x01\x02k1short"])
def test_a_damaged_ciphertext_is_named_so(damage: bytes) -> None:
    with pytest.raises(SecretUnreadable):
        Keyring({"k1": bytes(32)}).decrypt(damage, HERE)


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:!!!", "k1:" + base64.b64encode(bytes(16)).decode()])
def test_a_wrong_keyring_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingError) as refused:
        parse(text)
    assert "ROUTIQ_MASTER_KEYS" in str(refused.value)
    assert base64.b64encode(bytes(16)).decode() not in str(refused.value)


def test_the_vendors_key_is_stored_encrypted_and_shown_only_by_its_end(connection: Connection, sandbox) -> None:  # type: ignore[no-untyped-def]
    key = sandbox.key("admin")
    stored = Connection.objects.get()
    assert key.encode() not in bytes(stored.key_cipher)
    assert keyring().decrypt(stored.key_cipher, place_of_key(stored)) == key
    assert key.endswith(f"{stored.key_hint}-au2")
    assert len(stored.key_hint) == 4
    assert key not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("label", "region", "cause"),
    [("other", "", "other_account"), ("admin", "uk1", "wrong_shard")],
)
def test_a_key_that_does_not_belong_here_changes_nothing(
    connection: Connection,
    practice: Practice,
    sandbox,  # type: ignore[no-untyped-def]
    label: str,
    region: str,
    cause: str,
) -> None:
    before = Connection.objects.values().get()
    with pytest.raises(KeyRejected) as refused:
        connect(practice_id=practice.pk, vendor="cliniko", region=region, key=sandbox.key(label), actor=SYSTEM)
    assert refused.value.cause == cause
    assert refused.value.advice
    assert Connection.objects.values().get() == before


def test_a_receptionists_key_is_refused_with_the_reason(practice: Practice, sandbox) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Exception, match=r"(?i)administrator|receptionist") as refused:
        connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key("receptionist"), actor=SYSTEM)
    assert refused.value.code.startswith("NotPermitted")  # type: ignore[attr-defined]
    assert not Connection.objects.exists()
