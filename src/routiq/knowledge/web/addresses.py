"""Addresses of web pages: what is taken, and what belongs to one website. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

LONGEST = 500
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
#: Names that never lead to somebody's website.
_INNER = (".local", ".localhost", ".internal", ".home", ".lan", ".intranet", ".corp", ".arpa", ".onion")
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|css|js|json|xml|rss|zip|gz|mp[34]|m4a|mov|avi|webm|woff2?|ttf|eot|docx?|xlsx?|pptx?"
    r"|pdf|ics|vcf|exe|dmg|apk)$",
    re.IGNORECASE,
)
_NO_CONTENT = re.compile(
    r"/(?:wp-admin|wp-json|wp-login|cart|checkout|login|signin|feed|tag|author|search|cgi-bin|xmlrpc)(?:[/.]|$)",
    re.IGNORECASE,
)


class NotAnAddress(ValueError):
    """The text is shown on screen."""


def cleaned(typed: str) -> str:
    """The address that somebody typed, as ``https://host/path``."""
    text = typed.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        text = f"https://{text}"
    if len(text) > LONGEST or any(ord(c) <= 32 or ord(c) == 127 for c in text):
        raise NotAnAddress("This is no web address. Paste it from your browser.")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NotAnAddress("This is no web address. Paste it from your browser.") from None
    if parts.scheme not in ("http", "https"):
        raise NotAnAddress("Only web pages can be read: give an address that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise NotAnAddress("Leave out the name and password: only public pages can be read.")
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        raise NotAnAddress("Leave out the port: only public websites can be read.")
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        raise NotAnAddress("This is no web address. Paste it from your browser.") from None
    if _is_number(host) or not _HOST.fullmatch(host) or host.endswith(_INNER):
        raise NotAnAddress("Give your website’s own name, such as www.clinic.example.")
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def same_site(address: str, start: str) -> bool:
    """Under the very name that the practice gave, with or without ``www.``, and never back from https to http."""
    here, there = urlsplit(address), urlsplit(start)
    if here.scheme not in ("http", "https") or (there.scheme == "https" and here.scheme == "http"):
        return False
    if here.username is not None or here.password is not None:
        return False
    try:
        if (here.port or _usual(here.scheme)) != (there.port or _usual(there.scheme)) and not (
            here.port is None and there.port is None
        ):
            return False
    except ValueError:
        return False
    return bare(here.hostname or "") == bare(there.hostname or "")


def bare(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def followed(link: str, page: str, start: str) -> str | None:
    """The address that a link on ``page`` leads to, when it is a page of the same site worth reading."""
    try:
        target = urljoin(page, link.strip())
        parts = urlsplit(target)
    except ValueError:
        return None
    if len(target) > LONGEST or not same_site(target, start):
        return None
    if _NO_PAGE.search(parts.path) or _NO_CONTENT.search(parts.path):
        return None
    # Queries multiply pages without end (calendars, sorted lists); the practice's words are at plain addresses.
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", ""))
