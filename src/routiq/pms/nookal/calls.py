"""Asking Nookal: one method a call, a form with the key in the body, and an envelope that says whether it worked.

Nookal answers a refusal with HTTP 200. Its codes name the method that failed and not the cause, so a refusal is told
from a dead key by asking ``verify`` (S7).

Reference: Nookal API v2, Authentication and Response format.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from routiq.pms import answers
from routiq.pms.errors import (
    KeyRejected,
    NotFound,
    NotPermitted,
    PmsError,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
)
from routiq.pms.gateway import Lane
from routiq.pms.nookal import payloads
from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.payloads import Details, Envelope, Settings
from routiq.pms.nookal.values import flag, number, record_id, text
from routiq.pms.transport import Params, Transport

#: What may be kept of a refusal: its code, and the names of parameters. The rest may hold what was asked.
_CODE = re.compile(r"[A-Z]{1,3}[0-9]{1,4}(_[0-9]{1,2})?")
_MISSING = re.compile(r"Missing variable: ([a-z_]{1,40})")

#: How a search that found nobody may say so, where another answers with an empty list.
_NOBODY = re.compile(r"\b(no|not|none|0)\b.*\b(patients?|records?|results?|match(es)?|found)\b", re.IGNORECASE)

_ENVELOPE = msgspec.json.Decoder(Envelope)
Row = TypeVar("Row")


class Answer(msgspec.Struct, frozen=True):
    """What Nookal said yes with. ``total`` counts the whole list, ``None`` where it is not said."""

    method: str
    results: dict[str, msgspec.Raw]
    total: int | None
    next_page: int | None
    page_length: int | None
    asked_at: datetime

    def rows(self, key: str, kind: type[Row]) -> list[Row]:
        """The list under ``key``, typed. ``VendorChanged`` when it is not there or its rows do not fit: what cannot
        be read is never an empty list."""
        if not self.results:
            return []
        if key not in self.results:
            raise changed(self.method, "shape", f"no {key}")
        return self._typed(self.results[key], kind)

    def only_list(self, kind: type[Row]) -> list[Row]:
        """The first list there is, where the name it comes under is not documented."""
        for raw in self.results.values():
            if bytes(raw).lstrip()[:1] in (b"[", b"{"):
                return self._typed(raw, kind)
        if self.results:
            raise changed(self.method, "shape", "no list")
        return []

    def word(self, *keys: str) -> str:
        """The single value under the first of these keys that is there, or empty."""
        for key in keys:
            with contextlib.suppress(KeyError, msgspec.ValidationError, msgspec.DecodeError):
                return record_id(_decoder(str | int | float | bool | None).decode(self.results[key]))
        return ""

    def _typed(self, raw: msgspec.Raw, kind: type[Row]) -> list[Row]:
        try:
            listed: payloads.Listed[Row] = _decoder(list[kind] | dict[str, kind] | None).decode(raw)  # type: ignore[valid-type]
        except msgspec.ValidationError as error:
            found = answers.misfit(error)
        else:
            return payloads.rows(listed)
        raise changed(self.method, "shape", found)


class Calls:
    """The methods of one account, by name. All may be made from several threads at once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        self._transport.close()

    def verify(self, *, lane: Lane = Lane.LIVE, deadline: float | None = None) -> None:
        """Is the key good? ``KeyRejected`` for any no: a disabled key and a wrong one are answered alike.

        Reference: Nookal API v2, verify.
        """
        answer = self._asked("verify", (), lane, deadline)
        if _is_success(answer[0]) and _verified(answer[0]):
            return
        raise self.rejected(_evidence(answer[0]))

    def ask(
        self, method: str, params: Params = (), *, lane: Lane = Lane.BACKGROUND, deadline: float | None = None
    ) -> Answer:
        """Read. ``KeyRejected`` when the key has died; ``VendorUnavailable`` with cause ``failed`` when Nookal cannot
        do it though the key is good; ``VendorChanged`` for what it does not document."""
        envelope, asked_at = self._asked(method, params, lane, deadline)
        if not _is_success(envelope):
            if _missing(envelope):
                raise changed(method, "missing_variable", _evidence(envelope))
            self.verify(lane=lane, deadline=deadline)
            if method == "searchPatients" and _says_nobody(envelope):
                return Answer(method, {}, 0, None, None, asked_at)
            raise VendorUnavailable(
                "Nookal could not answer.",
                vendor="nookal",
                cause="failed",
                advice=ADVICE["VendorUnavailable.failed"],
                request=f"POST /{method}",
                status=200,
                evidence=_evidence(envelope),
            )
        return _answer(method, envelope, asked_at)

    def change(self, method: str, params: Params, *, lane: Lane = Lane.LIVE, repeatable: bool = False) -> Answer:
        """Write, once. ``WriteRefused`` for a no, ``WriteUncertain`` for what is no clear answer, ``KeyRejected``
        when the no comes of the key."""
        asked_at = datetime.now(UTC)
        gone = False
        content = b""
        try:
            content = self._transport.write("POST", f"/{method}", form=params, lane=lane, repeatable=repeatable)
        except NotFound:
            gone = True
        if gone:
            raise changed(method, "no_method", "", status=404)
        envelope: Envelope | None = None
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            envelope = _ENVELOPE.decode(content)
        if envelope is None or not text(envelope.status):
            raise self._transport.uncertain(f"POST /{method}")
        if not _is_success(envelope):
            self.verify(lane=lane)
            raise WriteRefused(
                "Nookal refused the change; nothing was changed.",
                vendor="nookal",
                cause="refused",
                advice=ADVICE["WriteRefused"],
                request=f"POST /{method}",
                status=200,
                evidence=_evidence(envelope),
            )
        return _answer(method, envelope, asked_at)

    def unclear(self, method: str) -> PmsError:
        """The ``WriteUncertain`` for a yes that says too little."""
        return self._transport.uncertain(f"POST /{method}")

    def rejected(self, evidence: str = "", *, cause: str = "not_accepted") -> KeyRejected:
        return KeyRejected(
            "Nookal does not accept the API key."
            if cause == "not_accepted"
            else "The API key is good, but no location is ticked for it.",
            vendor="nookal",
            cause=cause,
            advice=ADVICE[f"KeyRejected.{cause}"],
            request="POST /verify" if cause == "not_accepted" else "POST /getLocations",
            status=200,
            evidence=evidence,
        )

    def _asked(self, method: str, params: Params, lane: Lane, deadline: float | None) -> tuple[Envelope, datetime]:
        """Also where a server in between has its own way to say no: 401 and 403, which Nookal does not document."""
        failed: PmsError
        try:
            reply = self._transport.read(f"/{method}", _ENVELOPE, form=params, lane=lane, deadline=deadline)
            return reply.content, reply.asked_at
        except NotFound:
            failed = changed(method, "no_method", "", status=404)
        except (KeyRejected, NotPermitted) as error:
            failed = error
        if method == "verify" and isinstance(failed, NotPermitted):
            failed = self.rejected(failed.evidence)
        elif method != "verify" and isinstance(failed, KeyRejected | NotPermitted):
            self.verify(lane=lane, deadline=deadline)
            failed = NotPermitted(
                "Nookal does not allow this to the key.",
                vendor="nookal",
                cause="forbidden",
                advice=ADVICE["NotPermitted.forbidden"],
                request=f"POST /{method}",
                status=failed.status,
                evidence=failed.evidence,
            )
        raise failed


def changed(method: str, cause: str, evidence: str = "", *, status: int = 200) -> VendorChanged:
    """The ``VendorChanged`` for an answer that does not fit."""
    return VendorChanged(
        "Nookal answered in a form that it does not document.",
        vendor="nookal",
        cause=cause,
        request=f"POST /{method}",
        status=status,
        evidence=evidence,
    )


@lru_cache(maxsize=64)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _is_success(envelope: Envelope) -> bool:
    return text(envelope.status).lower() == "success"


def _verified(envelope: Envelope) -> bool:
    """Truthy in whatever form; only a clear no under ``verify`` is one."""
    results = envelope.data.results if isinstance(envelope.data, payloads.Data) else None
    if not isinstance(results, dict) or "verify" not in results:
        return True
    raw = bytes(results["verify"]).strip().strip(b'"')
    if raw[:1] in (b"{", b"["):
        return raw not in (b"{}", b"[]")
    return bool(flag(raw.decode("ascii", "replace"))) if raw != b"null" else False


def _answer(method: str, envelope: Envelope, asked_at: datetime) -> Answer:
    if envelope.data is None:
        raise changed(method, "shape", "no data")
    data = envelope.data
    results = data.results if isinstance(data, payloads.Data) else {}
    details = envelope.details if isinstance(envelope.details, Details) else Details()
    settings = envelope.settings if isinstance(envelope.settings, Settings) else Settings()
    if isinstance(results, list) and results:
        raise changed(method, "shape", "a list of results")
    return Answer(
        method=method,
        results=results if isinstance(results, dict) else {},
        total=number(details.total_items),
        next_page=number(settings.next_page) or number(details.next_page),
        page_length=number(settings.page_length),
        asked_at=asked_at,
    )


def _alerts(envelope: Envelope) -> Sequence[str]:
    alerts = envelope.details.alerts if isinstance(envelope.details, Details) else None
    if isinstance(alerts, dict):
        return [text(alert) for alert in alerts.values()]
    return [text(alert) for alert in ([alerts] if isinstance(alerts, str) else alerts or ())]


def _says_nobody(envelope: Envelope) -> bool:
    message = text(envelope.details.error_message) if isinstance(envelope.details, Details) else ""
    return any(_NOBODY.search(line) for line in (message, *_alerts(envelope)))


def _missing(envelope: Envelope) -> list[str]:
    found = (_MISSING.fullmatch(alert) for alert in _alerts(envelope))
    return [match[1] for match in found if match is not None]


def _evidence(envelope: Envelope) -> str:
    code = text(envelope.details.error_code) if isinstance(envelope.details, Details) else ""
    parts = [code if _CODE.fullmatch(code) else "no known code"]
    parts += [f"missing {name}" for name in _missing(envelope)]
    return "; ".join(parts)
