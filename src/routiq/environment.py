"""Reading settings from the environment, loudly.

Every setting may be given directly or, for secrets, as ``NAME_FILE`` naming a file that holds it. A wrong value stops
the program with the setting's name, what was wrong, and what is expected.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.utils import parseaddr
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


def number(name: str, default: float, *, least: float = 0.0) -> float:
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise SettingError(name, f"must be a number, not {raw!r}") from None
    if not value >= least:
        raise SettingError(name, f"must be at least {least}, not {raw}")
    return value


def switch(name: str, default: bool) -> bool:
    raw = text(name, "on" if default else "off").lower()
    if raw in ("on", "true", "yes", "1"):
        return True
    if raw in ("off", "false", "no", "0"):
        return False
    raise SettingError(name, f"must be on or off, not {raw!r}")


def names(name: str, default: str) -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database_parts(name: str, url: str) -> dict[str, object]:
    """``postgresql://user:password@host:port/name?host=/socket`` as Django's database settings."""
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
        "OPTIONS": options,
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
