"""What can go wrong with a practice management system, named by what somebody does about it.

The class says what the program does next; ``cause`` separates the reasons within a class, and ``advice`` is the
sentence a person reads. None of the texts carries a key, a name or any other personal detail, so every one of
them may be shown and logged.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar


class PmsError(Exception):
    """A practice management system did not do what was asked."""

    #: Would the same request succeed later without anybody changing anything?
    temporary: ClassVar[bool] = False
    default_advice: ClassVar[str] = "Try again. If it keeps happening, contact support with the code shown."

    def __init__(
        self,
        message: str,
        *,
        vendor: str = "",
        cause: str = "",
        advice: str = "",
        request: str = "",
        status: int | None = None,
        evidence: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.vendor = vendor
        #: A short stable code within the class, e.g. ``wrong_shard``.
        self.cause = cause
        self.advice = advice or self.default_advice
        #: What was asked, without query values: ``GET /patients``; or the vendor's request id.
        self.request = request
        self.status = status
        #: What the vendor answered, shortened and free of personal data (for operators only, never for pages).
        self.evidence = evidence

    @property
    def code(self) -> str:
        """The stable name under which this error is logged and counted."""
        name = type(self).__name__
        return f"{name}.{self.cause}" if self.cause else name


class KeyRejected(PmsError):
    """The vendor does not accept the key: the owner pastes a new one."""

    default_advice = "Generate a new key, copy it whole, and paste it again."


class Disconnected(PmsError):
    """The practice ended the connection while this was under way: nothing more is asked."""

    default_advice = "Connect the practice management system again under Settings > Integrations."


class KeyReplaced(PmsError):
    """The key was replaced while this was under way: nothing was sent, and the new one goes on from here."""

    temporary = True
    default_advice = "Try again: the new key is in use already."


class NotPermitted(PmsError):
    """The key's user lacks a right."""

    default_advice = "Use a key that belongs to an administrator."


class NotBookableOnline(PmsError):
    """Something is switched off for online bookings: the owner flips a named switch."""

    default_advice = "Switch it on for online bookings in the practice management system."


class WriteRefused(PmsError):
    """The vendor refused what was asked to be written; nothing was changed."""

    default_advice = "Check the details and try again, or make the change in the practice management system."
    #: The vendor's names of the fields that it complained about, where it said so.
    fields: tuple[str, ...] = ()


class SlotTaken(WriteRefused):
    """The vendor refused because somebody was quicker: offer other times."""

    default_advice = "Offer another time."


class NotFound(PmsError):
    """The record is not there (or no longer)."""

    default_advice = "The record may have been removed. Refresh and try again."


class NotOffered(PmsError):
    """The vendor does not offer this to this account. Not an error for anybody: something else serves instead, and
    asking again later is of no use until somebody wants to know."""

    default_advice = "Nothing needs to be done. We ask for changes at short intervals instead."


class RateLimited(PmsError):
    """The request budget is spent until ``until`` (aware, UTC). Every process waits."""

    temporary = True
    default_advice = "This goes on by itself."

    def __init__(self, message: str, *, until: datetime, **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.until = until


class VendorUnavailable(PmsError):
    """The vendor cannot be reached or fails on its side. Reads are retried; for writes a person takes over."""

    temporary = True
    default_advice = (
        "What runs in the background is tried again by itself; what is done by hand, try again in a minute."
    )


class WriteUncertain(PmsError):
    """A write was sent and no answer came back: look it up before anything else is done."""

    default_advice = "Check the diary before booking again."


class VendorChanged(PmsError):
    """The answer does not fit what the vendor documents: keep the evidence, tell the operator."""

    default_advice = "The practice management system answered in an unexpected form. Support has been told."
