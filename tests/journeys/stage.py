"""The whole product for journeys: its own processes, its own database, and the sandbox it takes for Cliniko."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pms_sandbox.testing import RunningSandbox

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "blue kettle on the stove"
STARTS_WITHIN = 90.0
REQUESTS_PER_MINUTE = "300"
"""A first sync of the sandbox's practice then takes about ten seconds: long enough to watch, short enough to wait."""


@dataclass(frozen=True)
class Owner:
    """Somebody who can log in, and the practice that is theirs."""

    email: str
    practice: str
    practice_id: str
    password: str = PASSWORD


class Stage:
    """A running product at ``url``."""

    def __init__(self, url: str, sandbox: RunningSandbox, environment: dict[str, str]) -> None:
        self.url = url
        self.sandbox = sandbox
        self._environment = environment
        self._owners = 0

    def open_practice(self, name: str, of: Owner | None = None) -> Owner:
        """A new practice with its owner, as an operator creates one: somebody new, or the owner ``of`` another."""
        self._owners += 0 if of else 1
        email = of.email if of else f"owner{self._owners}@clinic.example"
        said = self.command("create-admin", "--email", email, "--practice", name, ROUTIQ_PASSWORD=PASSWORD)
        return Owner(email, name, said.split()[1])

    def connect(self, owner: Owner, key: str, vendor: str = "cliniko") -> None:
        """Connect the practice and stay until its first sync is complete."""
        self.command("connect", "--vendor", vendor, "--practice", owner.practice_id, ROUTIQ_PMS_KEY=key)
        self.command("sync", "--wait", "--practice", owner.practice_id)

    def command(self, *arguments: str, **more: str) -> str:
        """What ``routiq`` with these arguments prints."""
        done = subprocess.run(
            [sys.executable, "-m", "routiq.cli", *arguments],
            env=self._environment | more,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"routiq {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def running_product(data: Path, sandbox: RunningSandbox) -> Iterator[Stage]:
    """Database, web server and worker in ``data``; what they log is in ``data/product.log``."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(data, sandbox, url)
    with (data / "product.log").open("wb") as log:
        product = subprocess.Popen(
            [sys.executable, "-m", "routiq.cli", "serve", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(f"{url}/readyz", product, data)
            yield Stage(url, sandbox, environment)
        finally:
            product.terminate()
            try:
                product.wait(40)
            except subprocess.TimeoutExpired:
                product.kill()
                product.wait()


def _environment(data: Path, sandbox: RunningSandbox, url: str) -> dict[str, str]:
    """Nothing of the tests' own database and settings reaches the product."""
    own = ("DATABASE_", "DJANGO_", "ROUTIQ_", "PYTEST_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return inherited | {
        "ROUTIQ_DATA": str(data),
        "ROUTIQ_BASE_URL": url,
        "ROUTIQ_CLINIKO_URL": sandbox.cliniko_url,
        "ROUTIQ_NOOKAL_URL": sandbox.nookal_url,
        "ROUTIQ_BACKUP_AT": "off",
        "ROUTIQ_PMS_REQUESTS": REQUESTS_PER_MINUTE,
        "ROUTIQ_PMS_REQUESTS_PER_SECOND": "0",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, product: subprocess.Popen[bytes], data: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError as error:
            if product.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"the product is not ready: {error}\n{(data / 'product.log').read_text()[-3000:]}"
                ) from None
            time.sleep(0.1)
