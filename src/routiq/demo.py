"""The demo: the product beside the sandbox, an invented practice on each system, everything on this machine.

Each start begins anew: the sandbox lives in memory, so a practice that was kept would remember a diary that is gone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from routiq.environment import SettingError

EMAIL = "owner@harbour.example"
PASSWORD = "robyn-at-the-desk"
#: One invented practice on each system: its name, the system, and the sandbox's name for the key.
PRACTICES = (
    ("Harbour Street Physiotherapy", "cliniko", "admin"),
    ("Quay Street Physiotherapy", "nookal", "nookal"),
)


def sandbox_command(port: int, patients: int, rate_limit: int) -> list[str]:
    return [
        sys.executable, "-m", "pms_sandbox", "serve",
        "--port", str(port), "--patients", str(patients), "--rate-limit", str(rate_limit), "--webhooks", "on",
    ]  # fmt: skip


def sandbox_key(wanted: str) -> str:
    """The sandbox's key of this name, as its own command tells it."""
    done = subprocess.run([sys.executable, "-m", "pms_sandbox", "keys"], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        label, _, rest = line.strip().partition(" ")
        if label == wanted:
            return next(word for word in rest.split() if "-" in word and len(word) > 30)
    raise SystemExit(f"routiq: the sandbox names no key {wanted}")


def begin_anew(data: Path) -> None:
    """Forget the demo before. The server's files stay, so that the next start is quick."""
    import psycopg

    from routiq import embedded

    if (data / "postgres").exists():
        server = embedded.start(data, "postgres")
        admin = server.owner_url.replace(f"{embedded.OWNER}@", "postgres@")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS routiq WITH (FORCE)")


def forget(data: Path) -> None:
    """Remove the demo's folder; its database must be stopped."""
    shutil.rmtree(data, ignore_errors=True)


def free_port(wanted: int) -> int:
    """``SettingError`` when somebody listens there already: better than a demo that talks to a stranger."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise SettingError(
                "PORT", f"{wanted} is in use on this machine; stop what runs there or name another"
            ) from None
    return wanted


def wait_for(url: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except urllib.error.HTTPError:
            return  # It answers; that is all that was asked.
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit(f"routiq: nothing answers at {url}") from None
            time.sleep(0.1)


def prepare() -> None:
    """The invented practices, their owner, and their connections; in a process where Django is set up."""
    from routiq.practices import audit
    from routiq.practices.models import Person, Practice
    from routiq.practices.people import create_practice, set_status
    from routiq.practices.tenancy import acting_for
    from routiq.sync.start import connect_and_sync

    owner = Person.objects.create_person(EMAIL, PASSWORD, name="Olive Nguyen")
    actor = audit.Actor("person", str(owner.pk))
    for name, system, label in PRACTICES:
        practice = create_practice(name, owner=owner)
        with acting_for(practice.pk):
            set_status(practice, Practice.Status.LIVE, actor)
        connect_and_sync(practice_id=practice.pk, vendor=system, region="", key=sandbox_key(label), actor=actor)


def environment(data: Path, port: int, sandbox_port: int) -> None:
    """What the demo's processes are told."""
    os.environ["ROUTIQ_BASE_URL"] = f"http://127.0.0.1:{port}"
    os.environ["ROUTIQ_DATA"] = str(data)
    os.environ["ROUTIQ_CLINIKO_URL"] = f"http://127.0.0.1:{sandbox_port}/cliniko/{{shard}}/v1"
    os.environ["ROUTIQ_NOOKAL_URL"] = f"http://127.0.0.1:{sandbox_port}/production/v2"
