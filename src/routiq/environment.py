"""Reading settings from the environment, loudly.

Every setting may be given directly or, for secrets, as ``NAME_FILE`` naming a file that holds it. A wrong value stops
the program with the setting's name, what was wrong, and what is expected.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit


class SettingError(SystemExit):
    """A setting is missing or wrong; the program ends with the reason and exit status 1."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"routiq: setting {name}: {problem}")


def text(name: str, default: str | None = None) -> str:
    """The setting, or the content of the file that ``NAME_FILE`` names. Without both: the default, or an error."""
    value = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if value is not None and path is not None:
        raise SettingError(name, f"is given twice, directly and as {name}_FILE; keep one")
    if path is not None:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE", f"cannot read {path}: {error.strerror}") from None
    if value is not None:
        return value.strip()
    if default is None:
        raise SettingError(name, "is required")
    return default


def whole(name: str, default: int, *, least: int = 0) -> int:
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise SettingError(name, f"must be a whole number, not {raw!r}") from None
    if value < least:
        raise SettingError(name, f"must be at least {least}, not {value}")
    return value


def number(name: str, default: float, *, least: float = 0.0, most: float = math.inf) -> float:
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise SettingError(name, f"must be a number, not {raw!r}") from None
    if not value >= least:
        raise SettingError(name, f"must be at least {least}, not {raw}")
    if value > most:
        raise SettingError(name, f"must be at most {most}, not {raw}")
    return value


def switch(name: str, default: bool) -> bool:
    raw = text(name, "on" if default else "off").lower()
    if raw in ("on", "true", "yes", "1"):
        return True
    if raw in ("off", "false", "no", "0"):
        return False
    raise SettingError(name, f"must be on or off, not {raw!r}")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_OFFICE_HOURS = re.compile(r"([A-Z][a-z]{2})-([A-Z][a-z]{2}) (\d{2}:\d{2})-(\d{2}:\d{2})")


@dataclass(frozen=True)
class OfficeHours:
    """When practices work, by their own clock. ISO weekdays, both included; ``closes`` is past the last minute."""

    first_day: int
    last_day: int
    opens: time
    closes: time

    def are_on(self, local: datetime) -> bool:
        return self.first_day <= local.isoweekday() <= self.last_day and self.opens <= local.time() < self.closes

    def __str__(self) -> str:
        days = f"{_DAYS[self.first_day - 1]}-{_DAYS[self.last_day - 1]}"
        return f"{days} {self.opens:%H:%M}-{self.closes:%H:%M}"


def office_hours(name: str, default: str) -> OfficeHours:
    """``Mon-Fri 08:00-18:00``"""
    raw = text(name, default)
    said = _OFFICE_HOURS.fullmatch(raw)
    if said is not None and said[1] in _DAYS and said[2] in _DAYS:
        try:
            hours = OfficeHours(
                _DAYS.index(said[1]) + 1,
                _DAYS.index(said[2]) + 1,
                time.fromisoformat(said[3]),
                time.fromisoformat(said[4]),
            )
        except ValueError:
            hours = None
        if hours is not None and hours.first_day <= hours.last_day and hours.opens < hours.closes:
            return hours
    raise SettingError(name, f"must look like Mon-Fri 08:00-18:00, not {raw!r}")


def data_folder() -> Path:
    """Where the embedded database and what is made on first use are kept."""
    return Path(text("ROUTIQ_DATA", "var")).resolve()


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


#: A statement that a session has run so often is planned once and for all that come after it.
_PLANNED_AFTER = 2


def database_parts(name: str, url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?host=/socket`` as Django's database settings.

    Values travel apart from the statements (ADR 027), so that a session can keep what it planned.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise SettingError(name, "must start with postgresql:// (PostgreSQL is the only database)")
    options: dict[str, object] = {}
    host = parts.hostname or ""
    for pair in filter(None, parts.query.split("&")):
        key, _, value = pair.partition("=")
        if key == "host":
            host = unquote(value)
        else:
            options[key] = unquote(value)
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise SettingError(name, "names no database: end it with /routiq")
    return {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": _PLANNED_AFTER, **options},
    }


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over; ``host`` is empty when they are printed instead."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    ssl: bool = False


_LOCAL = ("localhost", "127.0.0.1", "::1")


def mail_server(name: str, default: str = "console:") -> MailServer:
    """``console:``, or ``smtp://user:password@host:port?tls=starttls`` (``ssl``, or ``off`` for this machine only).

    Without ``tls`` port 465 means ``ssl``, this machine ``off`` and everything else ``starttls``: a password never
    crosses a network in the clear. No error repeats the URL, which may hold the password.
    """
    url = text(name, default)
    if url == "console:":
        return MailServer("django.core.mail.backends.console.EmailBackend")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingError(name, "cannot be read; it is smtp://user:password@host:port?tls=starttls") from None
    if parts.scheme != "smtp" or not host:
        raise SettingError(name, "must be console: or smtp://user:password@host:port?tls=starttls")
    fallback = "ssl" if port == 465 else "off" if host in _LOCAL else "starttls"
    tls = parts.query.removeprefix("tls=") if parts.query else fallback
    if tls not in ("starttls", "ssl", "off"):
        raise SettingError(name, "may end in ?tls=starttls, ?tls=ssl or ?tls=off, and in nothing else")
    if tls == "off" and host not in _LOCAL:
        raise SettingError(name, "tls=off is for a mail server on this machine only; use starttls or ssl")
    if bool(parts.username) != bool(parts.password):
        raise SettingError(name, "needs both user and password, or neither")
    return MailServer(
        "django.core.mail.backends.smtp.EmailBackend",
        host,
        port or {"ssl": 465, "starttls": 587, "off": 25}[tls],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        starttls=tls == "starttls",
        ssl=tls == "ssl",
    )


def address(name: str, default: str | None) -> str:
    """An e-mail address, with a name before it if wanted: ``Routiq <routiq@clinic.example>``."""
    given = text(name, default)
    local, _, domain = parseaddr(given)[1].rpartition("@")
    if not local or not domain or "\n" in given:
        raise SettingError(name, "must be an e-mail address, such as Routiq <routiq@clinic.example>")
    return given


def base_url(name: str, default: str) -> str:
    """Where people reach the product, without a path: ``https://routiq.clinic.example``."""
    given = text(name, default).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SettingError(name, "must be an address such as https://routiq.clinic.example")
    return given


@dataclass(frozen=True)
class ModelServer:
    """The model that Robyn may ask; without ``url`` there is none."""

    url: str = ""
    name: str = ""
    key: str = field(default="", repr=False)
    seconds: float = 1.5

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_near(self) -> bool:
        """Whether it stands on this machine or in its own network, as far as the address tells."""
        return bool(self.host) and _is_near(self.host)


def model_server() -> ModelServer:
    """``ROUTIQ_MODEL_URL`` and what belongs to it. Words of patients go there, so that plain http is for this machine
    and its own network only."""
    url = text("ROUTIQ_MODEL_URL", "").rstrip("/")
    if not url:
        return ModelServer()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise SettingError("ROUTIQ_MODEL_URL", "must be an address such as http://127.0.0.1:11434/v1")
    if parts.username or parts.password:
        raise SettingError("ROUTIQ_MODEL_URL", "must hold no password; put the key into ROUTIQ_MODEL_KEY")
    if parts.scheme == "http" and not _is_near(host):
        raise SettingError("ROUTIQ_MODEL_URL", "must begin with https:// for a server outside your own network")
    if find_spec("pydantic_ai") is None:
        raise SettingError(
            "ROUTIQ_MODEL_URL", "needs routiq[llm]: pip install --require-hashes -r requirements/llm.txt"
        )
    return ModelServer(
        url,
        text("ROUTIQ_MODEL_NAME"),
        text("ROUTIQ_MODEL_KEY", ""),
        number("ROUTIQ_MODEL_SECONDS", 1.5, least=0.1, most=5.0),
    )


@dataclass(frozen=True)
class TextCarrier:
    """Who carries text messages; without ``account`` nobody does."""

    account: str = ""
    token: str = field(default="", repr=False)
    sender: str = ""
    url: str = ""


_TWILIO = "https://api.twilio.com"


def text_carrier() -> TextCarrier:
    """``ROUTIQ_TWILIO_ACCOUNT`` and what belongs to it. Patients' numbers go there, so that plain http is for this
    machine only."""
    account = text("ROUTIQ_TWILIO_ACCOUNT", "")
    if not account:
        return TextCarrier()
    if not re.fullmatch(r"AC[0-9a-f]{32}", account):
        raise SettingError("ROUTIQ_TWILIO_ACCOUNT", "must be the account's SID: AC and 32 digits from 0 to f")
    sender = text("ROUTIQ_SMS_FROM")
    if not re.fullmatch(r"\+[1-9]\d{7,14}|MG[0-9a-f]{32}", sender):
        # A name in place of a number cannot be answered with STOP.
        problem = "must be a number of the account, such as +61491570006, or the SID of a messaging service (MG...)"
        raise SettingError("ROUTIQ_SMS_FROM", problem)
    url = base_url("ROUTIQ_TWILIO_URL", _TWILIO)
    parts = urlsplit(url)
    if parts.path or parts.username or (parts.scheme == "http" and parts.hostname not in _LOCAL):
        raise SettingError("ROUTIQ_TWILIO_URL", "must be https:// and a host; plain http is for this machine only")
    return TextCarrier(account, text("ROUTIQ_TWILIO_TOKEN"), sender, url)


def _is_near(host: str) -> bool:
    """This machine, a private address, or a name without a dot, which only one's own network knows."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_loopback or address.is_private
