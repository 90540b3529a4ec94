"""Moving every stored secret to a new master key: killed anywhere, beside a serving product, with a damaged row."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import override_settings
from django.utils import timezone

from pms_sandbox.testing import RunningSandbox
from routiq.connections import rotation
from routiq.connections import secrets as our_secrets
from routiq.connections.connecting import connect
from routiq.connections.gateways import place_of_key
from routiq.connections.models import Connection
from routiq.connections.secrets import Keyring, Place, SecretUnreadable, add_key, keyring
from routiq.practices.audit import SYSTEM
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.processes import routiq_command
from routiq.sync.models import WebhookEndpoint
from tests.conftest import make_practice

K1, K2 = secrets.token_bytes(32), secrets.token_bytes(32)
OLD, NEW = Keyring({"k1": K1}), Keyring({"k2": K2, "k1": K1})
ONLY_NEW = Keyring({"k2": K2})


def place_of_endpoint(row: WebhookEndpoint) -> Place:
    return Place(row.practice_id, "sync_webhookendpoint", "secret_cipher", row.pk)


def fill(practice: Practice, endpoints: int) -> Connection:
    """A connection with its key and so many webhook secrets, all under the old key."""
    with acting_for(practice.pk):
        made = Connection.objects.create(practice=practice, vendor="cliniko", account_id="1", account_name="A")
        made.key_cipher = OLD.encrypt(f"key {made.pk}", place_of_key(made))
        made.save()
        for number in range(endpoints):
            row = WebhookEndpoint.objects.create(
                practice=practice, connection=made, token_hash=f"{practice.pk}-{number}"
            )
            row.secret_cipher = OLD.encrypt(f"secret {row.pk}", place_of_endpoint(row))
            row.save()
    return made


@pytest.fixture
def practices(transactional_db: None) -> list[Practice]:
    """Two practices with 202 secrets between them, and one that has none."""
    made = [make_practice(name)[0] for name in ("One", "Two", "Three")]
    fill(made[0], 120)
    fill(made[1], 80)
    return made


def assert_all_open(ring: Keyring, practices: list[Practice]) -> None:
    for practice in practices:
        with acting_for(practice.pk):
            for made in Connection.objects.all():
                assert ring.decrypt(made.key_cipher, place_of_key(made)) == f"key {made.pk}"
            for row in WebhookEndpoint.objects.all():
                assert ring.decrypt(row.secret_cipher, place_of_endpoint(row)) == f"secret {row.pk}"


def routiq_keys(*arguments: str, ring: Keyring = NEW, fault: str = "") -> subprocess.CompletedProcess[str]:
    text = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in ring._keys.items())
    connections.close_all()
    return subprocess.run(
        routiq_command("keys", *arguments),
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "routiq.settings",
            "ROUTIQ_MASTER_KEYS": text,
            "ROUTIQ_FAULT": fault,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_column_that_holds_a_secret_is_known() -> None:
    known = {(column.model.__name__, column.column) for column in rotation.secret_columns()}
    assert {("Connection", "key_cipher"), ("WebhookEndpoint", "secret_cipher")} <= known


def test_every_secret_of_every_practice_moves_and_opens_under_the_new_key_alone(practices: list[Practice]) -> None:
    assert rotation.rotate(NEW) == rotation.Rotation(rotated=202)
    assert_all_open(ONLY_NEW, practices)
    assert rotation.keys_in_use() == {"k2": 202}
    assert rotation.rotate(NEW) == rotation.Rotation(current=202)


@pytest.mark.crash
@pytest.mark.parametrize("row", [1, 57, 121, 202])
def test_killed_at_any_row_it_is_run_again(practices: list[Practice], row: int) -> None:
    assert routiq_keys("rotate", fault=f"key_rotated:{row}").returncode == -signal.SIGKILL
    assert rotation.keys_in_use()["k2"] == row
    assert_all_open(NEW, practices)

    again = routiq_keys("rotate")
    assert again.returncode == 0, again.stderr
    assert f"{202 - row} secrets are now under k2; {row} were already" in again.stdout
    assert_all_open(ONLY_NEW, practices)


def test_a_damaged_row_is_named_and_left_and_the_others_go_on(practices: list[Practice]) -> None:
    with acting_for(practices[1].pk):
        rows = WebhookEndpoint.objects.order_by("pk")
        bad, swapped, other = rows[3], rows[4], rows[5]
        damaged = bytes(bad.secret_cipher)[:-1] + bytes([bytes(bad.secret_cipher)[-1] ^ 1])
        WebhookEndpoint.objects.filter(pk=bad.pk).update(secret_cipher=damaged)
        WebhookEndpoint.objects.filter(pk=swapped.pk).update(secret_cipher=other.secret_cipher)
        Connection.objects.update(key_cipher=b"not a ciphertext")

    done = routiq_keys("rotate")
    assert done.returncode == 1
    assert "199 secrets are now under k2" in done.stdout
    for row in (bad, swapped):
        assert f"practice {practices[1].pk}, sync_webhookendpoint.secret_cipher, row {row.pk}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret 1" not in done.stdout + done.stderr
    with acting_for(practices[1].pk):
        assert bytes(WebhookEndpoint.objects.get(pk=bad.pk).secret_cipher) == damaged
    assert rotation.keys_in_use() == {"k2": 199, "k1": 2, "?": 1}

    with acting_for(practices[0].pk):
        first = WebhookEndpoint.objects.order_by("pk").first()
        WebhookEndpoint.objects.filter(pk=first.pk).update(secret_cipher=bytes(first.secret_cipher)[:-1])
    assert place_of_endpoint(first) in rotation.rotate(NEW).unreadable, "also when the key is current already"


def test_a_key_that_is_replaced_meanwhile_is_not_written_over(practices: list[Practice]) -> None:
    with acting_for(practices[0].pk):
        made = Connection.objects.get()
    outcome: list[rotation.Rotation] = []

    def rotate() -> None:
        outcome.append(rotation.rotate(NEW))
        connections.close_all()

    thread = threading.Thread(target=rotate)
    with acting_for(practices[0].pk), transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=made.pk)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the rotation waits for the row"
        row.key_cipher = OLD.encrypt("a newer key", place_of_key(row))
        row.save()
    thread.join(30)
    with acting_for(practices[0].pk):
        made.refresh_from_db()
    assert ONLY_NEW.decrypt(made.key_cipher, place_of_key(made)) == "a newer key"
    assert outcome[0].rotated == 202


def test_the_list_tells_ids_and_counts_and_never_a_key(practices: list[Practice]) -> None:
    listed = routiq_keys("list")
    assert listed.returncode == 0
    lines = [" ".join(line.split()) for line in listed.stdout.splitlines()]
    assert lines == ["k2 0 secrets current", "k1 202 secrets run: routiq keys rotate"]
    without = routiq_keys("list", ring=ONLY_NEW)
    assert "k1 202 secrets MISSING from ROUTIQ_MASTER_KEYS" in " ".join(without.stdout.split())
    for key in (K1, K2):
        assert base64.b64encode(key).decode() not in listed.stdout + listed.stderr + without.stdout


def test_a_new_key_is_not_made_where_the_operator_keeps_them(practices: list[Practice]) -> None:
    refused = routiq_keys("rotate", "--new")
    assert refused.returncode == 1
    assert "ROUTIQ_MASTER_KEYS" in refused.stderr
    assert rotation.keys_in_use() == {"k1": 202}


@pytest.fixture
def own_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("ROUTIQ_MASTER_KEYS", raising=False)
    with override_settings(DATA=tmp_path):
        yield tmp_path / "master_keys"
    keyring()


def test_a_running_process_knows_a_new_key_at_its_next_use(own_ring: Path) -> None:
    place = Place(1, "table", "column", 1)
    cipher = keyring().encrypt("the key", place)
    assert keyring().current == "k1"
    assert add_key() == "k2"
    assert keyring().names == ("k2", "k1")
    assert keyring().decrypt(cipher, place) == "the key"
    assert Keyring.key_id_of(keyring().encrypt("the key", place)) == "k2"
    assert stat.S_IMODE(own_ring.stat().st_mode) == 0o600


def test_a_ring_that_cannot_be_read_for_a_moment_does_not_stop_the_product(own_ring: Path) -> None:
    before = keyring()
    own_ring.write_text("half a ri")
    assert keyring() is before
    our_secrets._in_use.clear()
    with pytest.raises(SystemExit):
        keyring()


def test_what_is_no_ciphertext_has_no_key() -> None:
    with pytest.raises(SecretUnreadable):
        Keyring.key_id_of(b"plain text")


def test_replacing_the_api_key_after_a_rotation_works(
    connection: Connection, practice: Practice, sandbox: RunningSandbox
) -> None:
    ring = Keyring({"next": K2, **keyring()._keys})
    rotation.rotate(ring)
    stored = Connection.objects.get()
    assert ring.decrypt(stored.key_cipher, place_of_key(stored)) == sandbox.key()
    connect(practice_id=practice.pk, vendor="cliniko", region="", key=sandbox.key(), actor=SYSTEM)
    stored.refresh_from_db()
    assert keyring().decrypt(stored.key_cipher, place_of_key(stored)) == sandbox.key()
    assert stored.key_set_at <= timezone.now()
