"""Cliniko's webhooks, where an account has them: subscribing, and what a delivery says.

The public API documents none and answers 404, which is taken for "not offered". Where they exist, deliveries follow
the Standard Webhooks specification (:mod:`routiq.pms.standard_webhooks`), name the record that has changed, and
come at least once in any order.
"""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from routiq.pms import answers, standard_webhooks
from routiq.pms.cliniko import payloads
from routiq.pms.cliniko.links import refuse_foreign_links
from routiq.pms.cliniko.streams import PAGE_SIZE
from routiq.pms.errors import NotFound, NotOffered, VendorChanged, WriteRefused, WriteUncertain
from routiq.pms.gateway import ChangeKind, Lane, Stream, WebhookEvent, WebhookSubscription
from routiq.pms.transport import Transport

_PATH = "/webhooks"
#: Which streams must look when an event of this kind comes. An appointment may be a class, and either has seats.
_STREAMS = {
    "patient": (Stream.PATIENTS,),
    "appointment": (Stream.APPOINTMENTS, Stream.CLASSES, Stream.ATTENDANCES),
}
#: A patient who was deleted for good is in the list of deletions only.
_ALSO_WHEN_DELETED = {"patient": (Stream.DELETED_PATIENTS,), "appointment": ()}
_EVENTS: dict[str, tuple[ChangeKind, tuple[Stream, ...]]] = {
    f"{what}.{kind.value}": (kind, streams + (_ALSO_WHEN_DELETED[what] if kind is ChangeKind.DELETED else ()))
    for what, streams in _STREAMS.items()
    for kind in ChangeKind
}
#: What we subscribe to.
EVENTS = tuple(_EVENTS)

_ADVICE = {
    "WriteUncertain": "This is sorted out by itself: what was left half done is removed, and we register again.",
    "WriteRefused": (
        "Cliniko did not accept the registration. Nothing is lost: we ask for changes at short intervals "
        "instead. If registering again does not help, contact support with the code shown."
    ),
}

_WEBHOOK = msgspec.json.Decoder(payloads.Webhook)
_WEBHOOKS = msgspec.json.Decoder(payloads.Webhooks)
_EVENT = msgspec.json.Decoder(payloads.Event)
_MOMENT = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)])
_ID = re.compile(r"[0-9]{1,40}")


class Webhooks:
    """The subscriptions of one account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def subscribe(self, url: str) -> WebhookSubscription:
        body = msgspec.json.encode({"url": url, "events": EVENTS})
        try:
            return self._made(self._transport.write("POST", _PATH, body, lane=Lane.BACKGROUND))
        except NotFound as error:
            missing = error
        except (WriteUncertain, WriteRefused) as error:
            error.advice = _ADVICE[type(error).__name__]
            raise
        raise NotOffered(
            "Cliniko offers no webhooks to this account.",
            vendor="cliniko",
            cause="webhooks",
            request=missing.request,
            status=missing.status,
        )

    def subscriptions(self) -> list[WebhookSubscription]:
        found: list[WebhookSubscription] = []
        page = 1
        while True:
            params = [("per_page", str(PAGE_SIZE)), ("page", str(page))]
            try:
                answer = self._transport.read(_PATH, _WEBHOOKS, params=params).content
            except NotFound:
                return []
            refuse_foreign_links(self._transport, _PATH, answer)
            found += [WebhookSubscription(id=row.id, url=row.url, created_at=row.created_at) for row in answer.rows]
            if not answer.rows or len(found) >= answer.total_entries:
                return found
            page += 1

    def unsubscribe(self, subscription_id: str) -> None:
        if not _ID.fullmatch(subscription_id):
            return
        try:
            self._transport.write("DELETE", f"{_PATH}/{subscription_id}", lane=Lane.BACKGROUND, repeatable=True)
        except NotFound:
            return
        except (WriteUncertain, WriteRefused) as error:
            error.advice = _ADVICE[type(error).__name__]
            raise

    def _made(self, answer: bytes) -> WebhookSubscription:
        """A yes without a usable secret is no use: nothing that comes could be told from a forgery."""
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            made = _WEBHOOK.decode(answer)
            if standard_webhooks.is_secret(made.secret):
                return WebhookSubscription(id=made.id, url=made.url, secret=made.secret, created_at=made.created_at)
        raise self._transport.uncertain(answers.label("POST", _PATH))


def read_event(body: bytes) -> tuple[str, WebhookEvent]:
    """See :attr:`routiq.pms.gateway.Vendor.read_event`. A type that we did not ask for does not fit either."""
    trouble = ""
    try:
        event = _EVENT.decode(body)
        if event.type in _EVENTS:
            kind, streams = _EVENTS[event.type]
            moment = _moment(event.occurred_at)
            return event.type, WebhookEvent(record_id=event.data.id, kind=kind, streams=streams, occurred_at=moment)
        trouble = "a type that was not subscribed to"
    except msgspec.ValidationError as error:
        trouble = answers.misfit(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        trouble = "no readable JSON"
    raise VendorChanged(
        "Cliniko sent an event in a form that was not agreed.",
        vendor="cliniko",
        cause="webhook",
        evidence=f"{len(body)} bytes; {trouble}",
    )


def _moment(raw: msgspec.Raw) -> datetime | None:
    """When it happened, as far as that can be read; nothing depends on it."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        moment: datetime = _MOMENT.decode(raw)
        return moment.astimezone(UTC)
    return None
