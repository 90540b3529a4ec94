"""What a caller sends: query string and form together, the form having the last word (spec 1)."""

from __future__ import annotations

import re
from email.message import Message
from functools import lru_cache
from urllib.parse import parse_qsl

from pms_sandbox.http import Request

_STAMP = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?.*)?$")


def read_params(request: Request) -> dict[str, str]:
    """Names to texts, the caller's own; the last of several wins. A JSON body counts as none."""
    if request.params is None:
        request.params = dict(request.query)
        if media_type(request) == "application/x-www-form-urlencoded":
            request.params |= parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(request.params)


def media_type(request: Request) -> str:
    return _header(_content_type(request)).get_content_type() if request.body else ""


def foreign_charset(request: Request) -> bool:
    """The body says it is in something else than UTF-8: such text is accepted and not stored (spec 6.7)."""
    return (_header(_content_type(request)).get_content_charset() or "utf-8") != "utf-8"


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "text/plain")


@lru_cache(maxsize=100)
def _header(text: str) -> Message:
    message = Message()
    message["content-type"] = text
    return message


def truthy(text: str | None) -> bool:
    """As PHP reads a text: empty and ``0`` are false, everything else is true, ``False`` too."""
    return text not in (None, "", "0")


def since(text: str | None) -> str | None:
    """A ``last_modified`` in UTC as a stored stamp; nonsense is no filter at all."""
    match = _STAMP.match(text or "")
    if match is None:
        return None
    return f"{match[1]}T{match[2] or '00:00'}{match[3] or ':00'}Z"


def groups(params: dict[str, str], name: str) -> list[dict[str, str]]:
    """``items[0][item_id]=7&items[0][type]=Pass`` as a list of dicts, in the order of their numbers."""
    found: dict[int, dict[str, str]] = {}
    pattern = re.compile(rf"^{re.escape(name)}\[(\d+)\]\[(\w+)\]$")
    for key, value in params.items():
        if match := pattern.match(key):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]
