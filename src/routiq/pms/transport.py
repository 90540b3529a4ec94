"""One HTTP connection to one vendor account: paced, time-limited, retried where safe, and silent about data.

Reads are asked again when the vendor stumbles. A write is sent once: after it has left this machine, anything
but a clear answer is ``WriteUncertain``, never a second attempt. Errors and telemetry carry what was asked as
a template (``GET /patients/{id}``), never an id, a query value, a body or a key.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from routiq import __version__
from routiq.pms import answers, overhearing
from routiq.pms.errors import (
    PmsError,
    RateLimited,
    VendorChanged,
    VendorUnavailable,
    WriteUncertain,
)
from routiq.pms.gateway import Lane, Pace, Tell
from routiq.pms.line import Line
from routiq.pms.verdicts import Outcome, Verdicts

logger = logging.getLogger("routiq.pms")
# The library below would write whole addresses, query values included, into anybody's log.
logging.getLogger("httpcore2").setLevel(logging.WARNING)

ATTEMPTS = 3
#: Seconds a live request waits for the vendor's own limit, and a background one, before ``RateLimited``.
PATIENCE = {Lane.LIVE: 2.0, Lane.BACKGROUND: 600.0, Lane.POLL: 600.0}
#: Seconds after which a person has waited long enough, retries included; in the background, for one attempt.
LONGEST = {Lane.LIVE: 12.0, Lane.BACKGROUND: 60.0, Lane.POLL: 60.0}
_UNHURRIED = {"connect": 3.0, "read": 15.0, "write": 5.0, "pool": 30.0}
_TIMEOUTS = {
    Lane.LIVE: {"connect": 3.0, "read": 10.0, "write": 5.0, "pool": 3.0},
    Lane.BACKGROUND: _UNHURRIED,
    Lane.POLL: _UNHURRIED,
}
_FIRST_DELAY = {Lane.LIVE: 0.2, Lane.BACKGROUND: 0.5, Lane.POLL: 0.5}

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"

Params = Sequence[tuple[str, str]]
T = TypeVar("T")


class Body(msgspec.Struct, frozen=True):
    """What is sent along, and what it is."""

    content: bytes | None
    kind: str

    def __repr__(self) -> str:
        """Fit for a log: a form holds the key."""
        return f"Body({self.kind!r})"


class Reply(msgspec.Struct, Generic[T], frozen=True):
    """A decoded answer and when it was asked for (aware, UTC)."""

    content: T
    asked_at: datetime


class Transport:
    """``base_url`` pins scheme, host and path prefix; paths given later are appended to it.

    What proves the key is in ``headers`` or, where a vendor wants it in the body, in ``secret_form``, which is added
    to every form; neither is ever part of an address. ``advice`` replaces the advice of single errors, by code
    (``KeyRejected.not_accepted``). All calls may be made from several threads at once.
    """

    def __init__(
        self,
        *,
        vendor: str,
        label: str,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        secret_form: Params = (),
        pace: Pace,
        contact: str,
        advice: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        parts = urlsplit(self._base_url)
        self._origin = (parts.scheme, parts.netloc)
        self._verdicts = Verdicts(vendor, label, parts.hostname or "", advice or {})
        self._secret_form = tuple(secret_form)
        self._pace = pace
        self._sleep = sleep
        self._clock = clock
        self._line = Line(
            self._base_url,
            {
                "User-Agent": f"Routiq/{__version__} ({contact})",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                **(headers or {}),
            },
        )

    def close(self) -> None:
        self._line.close()

    def is_own(self, link: str) -> bool:
        """Does this link lead to the pinned host?"""
        parts = urlsplit(link)
        return (parts.scheme, parts.netloc) == self._origin

    def read(
        self,
        path: str,
        decoder: msgspec.json.Decoder[T],
        *,
        params: Params = (),
        form: Params | None = None,
        lane: Lane = Lane.BACKGROUND,
        deadline: float | None = None,
    ) -> Reply[T]:
        """GET ``path`` and decode the answer; with a ``form``, POST it, where that is how a vendor is asked: it
        changes nothing there and is repeated like any read. ``deadline`` is a reading of ``time.monotonic``.

        Raises every error of :mod:`routiq.pms.errors` but those of writing; what is raised is final.
        """
        method = "GET" if form is None else "POST"
        request = answers.label(method, path)
        body = self._encoded(form) if form is not None else None
        query = f"?{urlencode(params)}" if params else ""
        if deadline is None and lane is Lane.LIVE:
            deadline = time.monotonic() + LONGEST[lane]
        failures, waited = 0, 0.0
        while True:
            with self._pace.admit(lane) as tell:
                if deadline is not None and time.monotonic() >= deadline:
                    raise self._verdicts.error(VendorUnavailable, "timeout", request)
                asked_at = datetime.fromtimestamp(self._clock(), UTC)
                outcome = self._send(method, path, query, request, lane, tell, body=body, deadline=deadline)
            if outcome.status == 429:
                waited += self._wait_for_reset(outcome, lane, waited, request)
                continue
            error = self._verdicts.of_read(outcome, request)
            if error is None:
                decoded = self._decoded(outcome, decoder, request)
                if not isinstance(decoded, PmsError):
                    return Reply(decoded, asked_at)
                error = decoded
            failures += 1
            late = deadline is not None and time.monotonic() >= deadline
            if not error.temporary or failures >= ATTEMPTS or late:
                raise error
            self._rest(lane, failures)

    def write(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        *,
        form: Params | None = None,
        lane: Lane = Lane.LIVE,
        repeatable: bool = False,
    ) -> bytes:
        """Send a change, as JSON or as a ``form``, and return the body of the vendor's yes.

        ``repeatable`` is for changes that do no harm twice: only they are sent again after a lost answer.
        """
        request = answers.label(method, path)
        body = Body(content, _JSON) if form is None else self._encoded(form)
        failures, waited = 0, 0.0
        while True:
            with self._pace.admit(lane) as tell:
                outcome = self._send(method, path, "", request, lane, tell, body=body)
            if outcome.status == 429:
                # Turned away at the door: nothing was done, so sending it once more is no repetition.
                waited += self._wait_for_reset(outcome, lane, waited, request)
                continue
            error = self._verdicts.of_write(outcome, request)
            if error is None:
                return outcome.content
            failures += 1
            unclear = isinstance(error, WriteUncertain | VendorUnavailable)
            if not (repeatable and unclear) or failures >= ATTEMPTS:
                raise error
            self._rest(lane, failures)

    def uncertain(self, request: str) -> PmsError:
        """The ``WriteUncertain`` for a yes that cannot be read."""
        return self._verdicts.error(WriteUncertain, "unreadable", request)

    def _encoded(self, form: Params) -> Body:
        return Body(urlencode([*form, *self._secret_form]).encode(), _FORM)

    def _send(
        self,
        method: str,
        path: str,
        query: str,
        request: str,
        lane: Lane,
        tell: Tell,
        *,
        body: Body | None = None,
        deadline: float | None = None,
    ) -> Outcome:
        started = time.monotonic()
        last = min(deadline or started + LONGEST[lane], started + LONGEST[lane])
        left = max(last - started, 0.05)
        timeouts = {phase: min(seconds, left) for phase, seconds in _TIMEOUTS[lane].items()}
        content, kind = (body.content, body.kind) if body is not None else (None, "")
        outcome = self._line.send(method, f"{path}{query}", content, kind, timeouts=timeouts, last=last)
        took = time.monotonic() - started
        status = 0 if outcome.fault else outcome.status
        tell(status, took)
        overhearing.tell(request, status, took)
        logger.info("%s %s %d ms %s", request, outcome.fault or status, round(took * 1000), lane.value)
        return outcome

    def _decoded(self, outcome: Outcome, decoder: msgspec.json.Decoder[T], request: str) -> T | PmsError:
        try:
            return decoder.decode(outcome.content)
        except msgspec.ValidationError as error:
            found = answers.misfit(error)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._verdicts.error(VendorUnavailable, "cut_short", request, outcome)
        return self._verdicts.error(VendorChanged, "shape", request, outcome, found)

    def _wait_for_reset(self, outcome: Outcome, lane: Lane, waited: float, request: str) -> float:
        """Tell everybody to stop and sleep until the vendor listens again; returns the seconds slept."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        until = answers.hold_until(outcome.headers, now)
        self._pace.hold_until(until)
        seconds = (until - now).total_seconds()
        if waited + seconds > PATIENCE[lane]:
            raise RateLimited(
                f"{self._verdicts.label} asked us to slow down.",
                until=until,
                vendor=self._verdicts.vendor,
                cause="vendor_limit",
                request=request,
                status=429,
                advice=self._verdicts.advice.get("RateLimited", ""),
            )
        self._sleep(seconds)
        return seconds

    def _rest(self, lane: Lane, failures: int) -> None:
        """A pause that grows threefold, spread so that many clients do not come back together."""
        self._sleep(_FIRST_DELAY[lane] * 3 ** (failures - 1) * random.uniform(0.75, 1.25))
