"""The commands of an operator, as processes, on an installation of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.processes import routiq_command

PASSWORD = "a long enough password"


@dataclass
class Installation:
    folder: Path
    sandbox: RunningSandbox

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROUTIQ_", "DATABASE_"))}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "routiq.settings",
            "ROUTIQ_DATA": str(self.folder),
            "ROUTIQ_CLINIKO_URL": self.sandbox.cliniko_url,
            "ROUTIQ_PMS_REQUESTS": "0",
            "ROUTIQ_PASSWORD": PASSWORD,
            "ROUTIQ_PMS_KEY": self.sandbox.key("admin"),
            "ROUTIQ_LOG_LEVEL": "DEBUG",
        }

    def run(self, *arguments: str, status: int = 0, **more: str) -> str:
        done = subprocess.run(
            routiq_command(*arguments),
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, shared_sandbox: RunningSandbox) -> Installation:
    shared_sandbox.reset()
    made = Installation(tmp_path_factory.mktemp("installation") / "data", shared_sandbox)
    made.run("migrate")
    return made


def test_a_new_installation_is_set_up_connected_synced_and_examined_by_command(installation: Installation) -> None:
    made = installation.run("create-admin", "--email", "o@clinic.example", "--practice", "Test Physio")
    assert "practice 1 created" in made
    assert "has a login already" in installation.run(
        "create-admin",
        "--email",
        "O@clinic.example",
        "--practice",
        "Again",
        status=1,
        ROUTIQ_PASSWORD="another one here",
    )
    assert "never begun" not in installation.run("doctor", status=1)
    assert "connected to" in installation.run("connect")
    assert "sync: done" in installation.run("sync", "--wait")
    token = installation.run("token", "reports").strip().splitlines()[-1]
    assert token.startswith("rtq_")

    findings = installation.run("doctor", status=1)
    assert "ok   key: accepted by Cliniko" in findings
    assert "FIX  practice: still being set up" in findings
    assert "ok   mirror: " in findings
    assert re.search(r"ok   last success: .*Appointments \d+ s ago", findings)
    assert "ok   events waiting: 0" in findings
    assert re.search(r"ok   requests in the last hour: \d+ while somebody waited, \d+ in the background", findings)
    assert "Display this business in online bookings" in findings


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("create-admin", "--email", "x", "--practice", "P"), "email"),
        (
            ("create-admin", "--email", "x@clinic.example", "--practice", "P", "--time-zone", "Mars"),
            "no IANA time zone",
        ),
        (("sync", "--practice", "99"), "Name a practice with --practice"),
        (("connect", "--vendor", "other", "--practice", "1"), "is no system we know"),
    ],
)
def test_bad_input_is_answered_in_words(installation: Installation, arguments: tuple[str, ...], says: str) -> None:
    done = subprocess.run(
        routiq_command(*arguments), env=installation.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert says.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_wrong_key_is_refused_with_advice_and_never_repeated(installation: Installation) -> None:
    wrong = "x" * 40 + "-au2"
    said = installation.run("connect", status=1, ROUTIQ_PMS_KEY=wrong)
    assert "key" in said.lower()
    assert wrong not in said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_serve_is_the_whole_product_stops_in_order_and_logs_nothing_personal(installation: Installation) -> None:
    port = free_port()
    log = installation.folder.parent / "serve.log"
    with log.open("wb") as out:
        serving = subprocess.Popen(
            routiq_command("serve", "--port", str(port)), env=installation.environment, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 60
        while answers(f"http://127.0.0.1:{port}/readyz") != 200:
            assert time.monotonic() < deadline, log.read_text()
            assert serving.poll() is None, log.read_text()
            time.sleep(0.1)
        assert answers(f"http://127.0.0.1:{port}/livez") == 200
        assert answers(f"http://127.0.0.1:{port}/api/v1/practice") == 401
        while "worker ready" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(40) == 0, log.read_text()
    assert answers(f"http://127.0.0.1:{port}/livez") is None
    assert not (installation.folder / "postgres" / "postmaster.pid").exists()

    written = log.read_text()
    assert installation.sandbox.key("admin") not in written
    people = installation.sandbox.world("patients")["patients"]
    for patient in people:
        assert f"{patient['first_name']} {patient['last_name']}" not in written
        assert not patient["email"] or patient["email"] not in written
        for phone in patient["patient_phone_numbers"] or []:
            assert phone["number"] not in written
