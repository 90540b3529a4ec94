from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from routiq import environment
from routiq.environment import SettingError
from routiq.logs import JsonLines


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "secret"))
    assert environment.text("THING") == "from the file"
    monkeypatch.setenv("THING", "directly")
    with pytest.raises(SettingError, match="given twice"):
        environment.text("THING")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ROUTIQ_PMS_REQUESTS", "many", "must be a whole number"),
        ("ROUTIQ_PMS_REQUESTS", "-1", "must be at least 0"),
        ("ROUTIQ_HTTPS", "perhaps", "must be on or off"),
        ("ROUTIQ_OFFICE_HOURS", "weekdays", "must look like Mon-Fri 08:00-18:00"),
        ("ROUTIQ_OFFICE_HOURS", "Fri-Mon 08:00-18:00", "must look like"),
        ("ROUTIQ_OFFICE_HOURS", "Mon-Fri 18:00-08:00", "must look like"),
        ("ROUTIQ_OFFICE_HOURS", "Mon-Fri 08:00-25:00", "must look like"),
        ("DATABASE_URL", "mysql://localhost/routiq", "must start with postgresql://"),
        ("DATABASE_URL", "postgresql://localhost", "names no database"),
        ("ROUTIQ_MODEL_URL", "ftp://models.example", "must be an address"),
        ("ROUTIQ_SECRET_KEY_FILE", "/nowhere/at/all", "cannot read"),
        ("ROUTIQ_MASTER_KEYS", "k1:short", "pair 1 must be"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_its_name(name: str, value: str, says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "routiq.cli", "worker"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings", name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert f"setting {name}" in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_role_that_may_bypass_the_policies_is_refused() -> None:
    superuser = os.environ["DATABASE_URL"].replace("routiq_app@", "postgres@")
    done = subprocess.run(
        [sys.executable, "-m", "routiq.cli", "worker"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "routiq.settings", "DATABASE_URL": superuser},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "can bypass row-level security" in done.stderr


def test_a_logged_error_tells_where_but_not_what_somebody_typed() -> None:
    try:
        raise ValueError("Ada Nguyen, 0491 570 006")
    except ValueError:
        record = logging.LogRecord("routiq.x", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert line["where"]
    assert "Ada" not in json.dumps(line)


def test_office_hours_go_by_the_clock_on_the_wall() -> None:
    hours = environment.office_hours("ROUTIQ_OFFICE_HOURS", "Mon-Sat 07:30-19:00")
    assert str(hours) == "Mon-Sat 07:30-19:00"
    saturday = datetime(2026, 11, 21, 7, 30)
    assert hours.are_on(saturday)
    assert not hours.are_on(saturday.replace(hour=7, minute=29))
    assert not hours.are_on(saturday.replace(hour=19, minute=0))
    assert not hours.are_on(saturday.replace(day=22))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://models.example/v1", "https"),
        ("http://203.0.114.9/v1", "https"),
        ("https://me:secret@models.example/v1", "ROUTIQ_MODEL_KEY"),
        ("http://[", "must be an address"),
    ],
)
def test_words_of_patients_go_to_no_model_in_the_clear(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTIQ_MODEL_URL", url)
    monkeypatch.setenv("ROUTIQ_MODEL_NAME", "small")
    with pytest.raises(SettingError, match=says) as caught:
        environment.model_server()
    assert "me:secret" not in caught.value.problem


@pytest.mark.parametrize("url", ["https://models.example/v1", "http://127.0.0.1:11434/v1", "http://10.0.0.5/v1"])
def test_a_model_is_named_by_its_address(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("ROUTIQ_MODEL_URL", url)
    with pytest.raises(SettingError, match="ROUTIQ_MODEL_NAME"):
        environment.model_server()
    monkeypatch.setenv("ROUTIQ_MODEL_NAME", "small")
    monkeypatch.setenv("ROUTIQ_MODEL_KEY_FILE", str(tmp_path / "key"))
    chosen = environment.model_server()
    assert (chosen.url, chosen.name, chosen.key, chosen.seconds) == (url, "small", "s3cret", 1.5)
    assert "s3cret" not in repr(chosen)
    monkeypatch.delenv("ROUTIQ_MODEL_URL")
    assert environment.model_server().url == ""
