"""Twilio's REST API for text messages.

Reference: https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/api/errors.
Nothing names a message that is created, so that one whose answer was lost is looked for in the list. Neither numbers
nor texts are logged.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec
from django.utils import timezone

from routiq import __version__
from routiq.messaging.carrier import Carried, NotCarried, NothingSent, Refused, Uncertain, Unreachable
from routiq.messaging.models import Text
from routiq.pms import answers
from routiq.pms.line import Line
from routiq.pms.verdicts import Outcome

#: Seconds for each step of a request, and for all of it.
_TIMEOUTS = {"pool": 5.0, "connect": 5.0, "read": 15.0}
_AT_MOST = 25.0
_FORM = "application/x-www-form-urlencoded"
#: The list begins with the newest: one number is never sent so many within the minutes that matter.
_PAGE = 200
#: Twilio's clock and ours may differ by so much.
_SKEW = timedelta(minutes=1)

#: Of the codes with which Twilio turns a message away, those that say why. It splits codes from time to time; what is
#: not here is a refusal all the same.
_REASONS = {
    21211: Text.Reason.INVALID_NUMBER,
    21214: Text.Reason.INVALID_NUMBER,
    21217: Text.Reason.INVALID_NUMBER,
    21614: Text.Reason.INVALID_NUMBER,
    21635: Text.Reason.INVALID_NUMBER,
    30005: Text.Reason.INVALID_NUMBER,
    30006: Text.Reason.INVALID_NUMBER,
    21610: Text.Reason.UNSUBSCRIBED,
}
_Read = TypeVar("_Read", bound=msgspec.Struct)
_ARRIVED = ("delivered", "read")
_DID_NOT_ARRIVE = ("failed", "undelivered", "canceled")


class _Message(msgspec.Struct):
    sid: str
    status: str
    date_created: str
    body: str | None = None
    direction: str = ""
    error_code: int | None = None


class _Messages(msgspec.Struct):
    messages: list[_Message]


class _Account(msgspec.Struct):
    status: str
    friendly_name: str = ""


class _Error(msgspec.Struct):
    code: int = 0


class Twilio:
    """Implements :class:`~routiq.messaging.carrier.Carrier`. ``sender`` is a number in E.164 or the id of a messaging
    service."""

    def __init__(self, url: str, account: str, token: str, sender: str) -> None:
        proof = b64encode(f"{account}:{token}".encode()).decode()
        self._line = Line(
            f"{url}/2010-04-01/Accounts/{account}",
            {
                "Authorization": f"Basic {proof}",
                "Accept": "application/json",
                "User-Agent": f"Routiq/{__version__}",
            },
        )
        self._sender = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}

    def send(self, number: str, body: str) -> str:
        outcome = self._ask("POST", "/Messages.json", {"To": number, "Body": body, **self._sender})
        if (problem := _not_taken(outcome)) is not None:
            raise problem
        message = _decoded(outcome, _Message)
        if message is None or not message.sid:
            raise Uncertain("unreadable")
        if (refused := _refused(message)) is not None:
            raise refused
        return message.sid

    def find(self, number: str, body: str, since: datetime) -> Sequence[Carried]:
        wanted = {"To": number, "PageSize": str(_PAGE)}
        # By the day of creation nothing can be asked for, and what waits at Twilio has no day of sending yet.
        found = self._read(f"/Messages.json?{urlencode(wanted)}", _Messages)
        outbound = [each for each in found.messages if not each.direction.startswith("inbound")]
        same = [_carried(each) for each in outbound if each.body == body]
        return [each for each in same if each.created_at >= since - _SKEW]

    def follow(self, id: str) -> Carried:
        return _carried(self._read(f"/Messages/{quote(id, safe='')}.json", _Message))

    def check(self) -> str:
        account = self._read(".json", _Account)
        if account.status != "active":
            raise Unreachable(f"account_{account.status}"[:40])
        return account.friendly_name

    def _read(self, target: str, kind: type[_Read]) -> _Read:
        outcome = self._ask("GET", target)
        if outcome.fault:
            raise Unreachable(outcome.fault)
        if outcome.status != 200:
            raise Unreachable(_code(outcome))
        read = _decoded(outcome, kind)
        if read is None:
            raise Unreachable("unreadable")
        return read

    def _ask(self, method: str, target: str, form: dict[str, str] | None = None) -> Outcome:
        return self._line.send(
            method,
            target,
            urlencode(form).encode() if form is not None else None,
            _FORM if form is not None else "",
            timeouts=_TIMEOUTS,
            last=time.monotonic() + _AT_MOST,
        )


def _not_taken(outcome: Outcome) -> NotCarried | None:
    """What an answer to a request to send means; ``None`` for a yes.

    Reference: https://www.twilio.com/docs/api/errors/20500: after a 500 the message may have gone out all the same.
    """
    status = outcome.status
    if outcome.fault:
        return Uncertain(outcome.fault) if outcome.sent else NothingSent(outcome.fault)
    if 200 <= status < 300:
        return None
    if status == 429:
        return NothingSent("too_many", answers.hold_until(outcome.headers, timezone.now()))
    if status in (401, 403, 404):
        # Of the account, not of this text: whoever runs the installation can put it right.
        return NothingSent(_code(outcome))
    if 400 <= status < 500 and status != 408:
        error = _decoded(outcome, _Error)
        number = error.code if error is not None else 0
        return Refused(_REASONS.get(number, Text.Reason.REFUSED), str(number or status))
    return Uncertain(f"status_{status}")


def _carried(message: _Message) -> Carried:
    return Carried(message.sid, _moment(message.date_created), _refused(message), message.status in _ARRIVED)


def _refused(message: _Message) -> Refused | None:
    """It was taken, and did not arrive."""
    if message.status not in _DID_NOT_ARRIVE:
        return None
    code = message.error_code or 0
    return Refused(_REASONS.get(code, Text.Reason.UNDELIVERED), str(code or message.status))


def _code(outcome: Outcome) -> str:
    """``20003``, or ``status_503`` where no code came with it."""
    error = _decoded(outcome, _Error)
    return str(error.code) if error is not None and error.code else f"status_{outcome.status}"


def _decoded(outcome: Outcome, kind: type[_Read]) -> _Read | None:
    """``None`` for a page for people, and for what does not have the documented form."""
    if answers.is_web_page(outcome.headers.get("content-type", ""), outcome.content):
        return None
    try:
        return msgspec.json.decode(outcome.content, type=kind)
    except msgspec.MsgspecError:
        return None


def _moment(written: str) -> datetime:
    """``Thu, 24 Aug 2023 05:01:45 +0000``. ``Unreachable`` for anything else: it could be of any time."""
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except (ValueError, TypeError):
        raise Unreachable("unreadable") from None
