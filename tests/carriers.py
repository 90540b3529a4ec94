"""A stand-in for Twilio over real HTTP on this machine: strict about what it takes, and it keeps what came."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings
from django.utils import timezone

from routiq.environment import TextCarrier
from tests.loopback import Quiet, listening

ACCOUNT = "AC" + "0" * 32
TOKEN = "a token of the account"
SENDER = "+61491570110"
_NUMBER = re.compile(r"\+\d{8,15}")


@dataclass
class StandIn:
    token: str = TOKEN
    """What it accepts; changed, the one in use is revoked."""
    troubles: list[str] = field(default_factory=list)
    """What befalls the next requests to send, one each: ``lost`` (taken, and no answer comes), ``dropped`` (no answer
    comes, and it was not taken), ``429``, ``500``, ``html``, ``cut``, ``redirect`` or one of Twilio's codes."""
    blind: str = ""
    """What befalls each request for the list: ``500``, ``html``, ``cut``."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    unsubscribed: set[str] = field(default_factory=set)
    url: str = ""

    @property
    def told(self) -> list[tuple[str, str]]:
        """Number and words of all that it took, in order."""
        return [(each["to"], each["body"]) for each in self.messages]

    def take(self, number: str, sender: dict[str, str], body: str, status: str = "queued") -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.messages) + 1:032x}",
            "account_sid": ACCOUNT,
            "to": number,
            "from": sender.get("From"),
            "messaging_service_sid": sender.get("MessagingServiceSid"),
            "body": body,
            "status": status,
            "direction": "outbound-api",
            "date_created": format_datetime(timezone.now()),
            "date_sent": None,
            "error_code": None,
        }
        self.messages.append(message)
        return message


@contextmanager
def carrying(stand_in: StandIn | None = None, sender: str = SENDER) -> Iterator[StandIn]:
    """The installation sends texts, by this stand-in."""
    twilio = stand_in or StandIn()
    with listening(_handler(twilio)) as port:
        twilio.url = f"http://127.0.0.1:{port}"
        with override_settings(TEXT_CARRIER=TextCarrier(ACCOUNT, TOKEN, sender, twilio.url)):
            yield twilio


@pytest.fixture
def twilio() -> Iterator[StandIn]:
    """The installation sends texts for the whole test."""
    with carrying() as stand_in:
        yield stand_in


def _handler(twilio: StandIn) -> type[Quiet]:
    class Handler(Quiet):
        def do_POST(self) -> None:
            form = {name: values[0] for name, values in parse_qs(self._body(), keep_blank_values=True).items()}
            if not self._may_enter():
                return
            if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
                self._refuse(404, 20404)
                return
            trouble = twilio.troubles.pop(0) if twilio.troubles else ""
            if trouble == "dropped":
                self.close_connection = True
            elif trouble == "429":
                self._refuse(429, 20429, **{"Retry-After": "300"})
            elif trouble == "redirect":
                self._answer(307, b"", Location="http://127.0.0.1:9/elsewhere")
            elif trouble.isdecimal() and len(trouble) == 5:
                self._refuse(400, int(trouble))
            else:
                self._take(form, trouble)

        def _take(self, form: dict[str, str], trouble: str) -> None:
            number, body = form.get("To", ""), form.get("Body", "")
            sender = {name: form[name] for name in ("From", "MessagingServiceSid") if name in form}
            if not _NUMBER.fullmatch(number):
                self._refuse(400, 21211)
            elif number in twilio.unsubscribed:
                self._refuse(400, 21610)
            elif not body or len(body) > 1600:
                self._refuse(400, 21602 if not body else 21617)
            elif len(sender) != 1:
                self._refuse(400, 21603)
            else:
                answer = json.dumps(twilio.take(number, sender, body)).encode()
                if trouble == "lost":
                    self.close_connection = True
                elif trouble == "500":
                    self._refuse(500, 20500)
                else:
                    self._trouble_or(trouble, answer, 201)

        def do_GET(self) -> None:
            if not self._may_enter():
                return
            path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
            if path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
                self._answer(200, json.dumps({"status": "active", "friendly_name": "Harbour Street"}).encode())
            elif path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
                found = [each for each in reversed(twilio.messages) if each["to"] == query.get("To", [each["to"]])[0]]
                if twilio.blind == "500":
                    self._refuse(500, 20500)
                else:
                    self._trouble_or(twilio.blind, json.dumps({"messages": found, "page": 0}).encode(), 200)
            elif found := [each for each in twilio.messages if path.endswith(f"/Messages/{each['sid']}.json")]:
                self._answer(200, json.dumps(found[0]).encode())
            else:
                self._refuse(404, 20404)

        def _trouble_or(self, trouble: str, answer: bytes, status: int) -> None:
            if trouble == "html":
                self._answer(200, b"<html>We are looking after things.</html>", kind="text/html")
            else:
                self._answer(status, answer[: len(answer) // 2] if trouble == "cut" else answer)

        def _body(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()

        def _may_enter(self) -> bool:
            twilio.asked.append(f"{self.command} {urlsplit(self.path).path}")
            proof = b64encode(f"{ACCOUNT}:{twilio.token}".encode()).decode()
            if self.headers.get("Authorization") == f"Basic {proof}":
                return True
            self._refuse(401, 20003)
            return False

        def _refuse(self, status: int, code: int, **headers: str) -> None:
            said = {"code": code, "message": f"No: {code}", "more_info": "https://example.com", "status": status}
            self._answer(status, json.dumps(said).encode(), **headers)

        def _answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
