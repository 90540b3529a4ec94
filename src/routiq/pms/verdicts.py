"""What an HTTP outcome means: which of our errors it is, in which words.

The same answer means different things to a read and to a write: a read may be asked again, a write that was sent
and not clearly answered is uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

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
    WriteUncertain,
)

Kind = TypeVar("Kind", bound=PmsError)


class Outcome(msgspec.Struct, frozen=True):
    """What came of sending once. ``fault`` names what broke; ``sent``: may the vendor have seen it?"""

    status: int = 0
    headers: Mapping[str, str] = {}
    content: bytes = b""
    fault: str = ""
    sent: bool = True


_FAULTS = {
    "busy": "Too many requests to {vendor} were under way at once.",
    "timeout": "{vendor} did not answer in time.",
    "unreachable": "{vendor} cannot be reached.",
    "unknown_host": "The server {host} of {vendor} cannot be found.",
    "lost": "The connection to {vendor} was lost before the answer came.",
    "cut_short": "The answer of {vendor} was cut short.",
    "web_page": "{vendor} answered with a web page where data was expected.",
    "server_error": "{vendor} failed on its side.",
}

_MESSAGES = {
    "KeyRejected": "{vendor} does not accept the API key.",
    "NotPermitted": "{vendor} does not allow this to the key's user.",
    "NotFound": "{vendor} has no such record.",
    "VendorUnavailable": "{vendor} is not available at the moment.",
    "VendorChanged": "{vendor} answered in a form that it does not document.",
    "VendorChanged.redirect": "{vendor} sent us to another address, which we do not follow.",
    "VendorChanged.too_large": "{vendor} sent far more than one page of records.",
    "WriteRefused": "{vendor} refused the change; nothing was changed.",
    "WriteUncertain": "{vendor} may or may not have made this change: no clear answer came back.",
}


class Verdicts(msgspec.Struct, frozen=True):
    """The errors of one connection. ``advice`` replaces the default advice by code or by class name."""

    vendor: str
    label: str
    host: str
    advice: Mapping[str, str]

    def of_read(self, outcome: Outcome, request: str) -> PmsError | None:
        """``None`` when there is an answer to decode."""
        status = outcome.status
        if outcome.fault == "too_large":
            return self.error(VendorChanged, "too_large", request, outcome)
        if outcome.fault:
            return self.error(VendorUnavailable, outcome.fault, request, outcome)
        if status == 200:
            if answers.is_web_page(outcome.headers.get("content-type", ""), outcome.content):
                return self.error(VendorUnavailable, "web_page", request, outcome)
            return None
        if status == 408:
            return self.error(VendorUnavailable, "timeout", request, outcome)
        return self._refusal(outcome, request) or self.error(VendorChanged, "unexpected", request, outcome)

    def of_write(self, outcome: Outcome, request: str) -> PmsError | None:
        """``None`` when the vendor clearly said yes."""
        status = outcome.status
        if outcome.fault and not outcome.sent:
            return self.error(VendorUnavailable, outcome.fault, request, outcome)
        if outcome.fault:
            return self.error(WriteUncertain, outcome.fault, request, outcome)
        if 200 <= status < 300:
            if answers.is_web_page(outcome.headers.get("content-type", ""), outcome.content):
                return self.error(WriteUncertain, "web_page", request, outcome)
            return None
        if status in (303, 408) or status >= 500:
            return self.error(WriteUncertain, "server_error", request, outcome)
        found = self._refusal(outcome, request)
        if found is None:
            found = self.error(WriteRefused, "refused", request, outcome)
            found.fields = answers.refused_fields(outcome.content)
        return found

    def _refusal(self, outcome: Outcome, request: str) -> PmsError | None:
        """The answers that mean the same whether something was read or written."""
        status = outcome.status
        if status == 401:
            return self.error(KeyRejected, "not_accepted", request, outcome)
        if status == 403:
            return self.error(NotPermitted, "forbidden", request, outcome)
        if status in (404, 410):
            return self.error(NotFound, "", request, outcome)
        if status >= 500:
            return self.error(VendorUnavailable, "server_error", request, outcome)
        if status < 200 or 300 <= status < 400:
            return self.error(VendorChanged, "redirect", request, outcome)
        return None

    def error(
        self,
        kind: type[Kind],
        cause: str,
        request: str,
        outcome: Outcome | None = None,
        evidence: str = "",
    ) -> Kind:
        """One error, worded for this vendor; ``evidence`` stands in for what the outcome itself would tell."""
        code = f"{kind.__name__}.{cause}" if cause else kind.__name__
        template = _FAULTS.get(cause, "") if kind is not WriteUncertain else _MESSAGES["WriteUncertain"]
        template = template or _MESSAGES.get(code, "") or _MESSAGES[kind.__name__]
        status = outcome.status if outcome is not None else 0
        if outcome is not None and status and not evidence:
            evidence = answers.evidence(outcome.headers, outcome.content)
        return kind(
            template.format(vendor=self.label, host=self.host),
            vendor=self.vendor,
            cause=cause,
            advice=self.advice.get(code) or self.advice.get(kind.__name__, ""),
            request=request,
            status=status or None,
            evidence=evidence,
        )
