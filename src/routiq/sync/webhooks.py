"""Registering for a vendor's events, where it offers them; and knowing which of events and polls is live.

An address is written down before the vendor is told of it. Registering anew opens a second address; the old one goes
on counting for a while, so that no delivery falls between the two.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from routiq.connections import health
from routiq.connections.gateways import gateway_of
from routiq.connections.models import Connection
from routiq.connections.secrets import Place, keyring
from routiq.pms.errors import NotOffered, PmsError, WriteUncertain
from routiq.pms.gateway import Gateway
from routiq.practices.live import announce
from routiq.sync.models import SyncEvent, WebhookEndpoint, WebhookRegistration

log = logging.getLogger("routiq.sync")

#: After the first, second ... failure it is tried again after so long; then always after the last.
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
#: So long an old address still counts.
BOTH_LIVE = timedelta(minutes=10)
State = WebhookRegistration.State


def place_of_secret(endpoint: WebhookEndpoint) -> Place:
    return Place(endpoint.practice_id, "sync_webhookendpoint", "secret_cipher", endpoint.pk)


def public_address(connection: Connection) -> str:
    """Where the vendor reaches this installation; empty while it is named by an address that only this machine knows
    (which is right for a sandbox on the same machine)."""
    address = str(settings.BASE_URL).rstrip("/")
    only_here = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    return "" if only_here and not settings.PMS_URLS.get(connection.vendor) else address


def register(connection: Connection) -> WebhookRegistration | None:
    """Register for events, anew when it is registered already; the outcome is stored and shown, never raised.
    ``None`` where the vendor has no webhooks at all. For the practice in force, outside a transaction."""
    gateway = gateway_of(connection)
    if not gateway.capabilities.offers_webhooks:
        return None
    if not public_address(connection):
        return _outcome(
            connection,
            State.FAILED,
            code="no_address",
            message="This installation has no public address that the vendor could send to.",
            advice="The operator sets ROUTIQ_BASE_URL. Until then changes are polled.",
            retry=False,
        )
    token = secrets.token_urlsafe(32)
    endpoint = WebhookEndpoint.objects.create(
        practice_id=connection.practice_id,
        connection=connection,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
    )
    url = f"{public_address(connection)}/hooks/{token}"
    try:
        subscription = gateway.subscribe(url)
    except NotOffered:
        endpoint.delete()
        return _outcome(connection, State.NOT_OFFERED, retry=False)
    except PmsError as error:
        endpoint.delete()
        if isinstance(error, WriteUncertain):
            _remove_by_url(gateway, url)
        if isinstance(error, health.NEEDS_THE_OWNER):
            health.pause(connection, error)
        return _outcome(
            connection, State.FAILED, code=error.code, message=error.message, advice=error.advice, retry=True
        )
    with transaction.atomic():
        endpoint.subscription_id = subscription.id
        endpoint.secret_cipher = keyring().encrypt(subscription.secret, place_of_secret(endpoint))
        endpoint.save()
        registration = _outcome(connection, State.LIVE, retry=False)
    _retire_others(gateway, connection, endpoint)
    return registration


def _outcome(
    connection: Connection,
    state: WebhookRegistration.State,
    *,
    retry: bool,
    code: str = "",
    message: str = "",
    advice: str = "",
) -> WebhookRegistration:
    before = WebhookRegistration.objects.filter(connection=connection).first()
    now = timezone.now()
    attempts = (before.attempts if before else 0) + 1 if state == State.FAILED else 0
    wait = RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1] if retry else None
    registration, _ = WebhookRegistration.objects.update_or_create(
        connection=connection,
        defaults={
            "practice_id": connection.practice_id,
            "state": state,
            "checked_at": now,
            "attempts": attempts,
            "next_attempt_at": now + wait if wait else None,
            "error_code": code,
            "error_message": message,
            "error_advice": advice,
            "missed": 0,
        },
    )
    announce(connection.practice_id, "connection")
    log.info("webhooks", extra={"connection": connection.pk, "state": str(state), "code": code})
    return registration


def _retire_others(gateway: Gateway, connection: Connection, current: WebhookEndpoint) -> None:
    """The vendor stops sending to the old addresses; they go on counting for what is still under way."""
    others = WebhookEndpoint.objects.filter(connection=connection).exclude(pk=current.pk)
    for endpoint in others.exclude(subscription_id=""):
        try:
            gateway.unsubscribe(endpoint.subscription_id)
        except PmsError as error:
            # It answers 410 once it is retired, which ends the subscription from the other side.
            log.warning("old webhook not removed", extra={"connection": connection.pk, "code": error.code})
    others.filter(retire_at=None).update(retire_at=timezone.now() + BOTH_LIVE)
    others.filter(retire_at__lt=timezone.now() - timedelta(days=1)).delete()


def _remove_by_url(gateway: Gateway, url: str) -> None:
    """The answer to a subscription was lost: if it stands, its secret is unknown and it is of no use."""
    try:
        for subscription in gateway.subscriptions():
            if subscription.url == url:
                gateway.unsubscribe(subscription.id)
    except PmsError as error:
        log.warning("lost subscription not removed", extra={"code": error.code})


def unregister(connection: Connection) -> None:
    """Take every registration of ours back, as far as the vendor answers, and close our addresses."""
    for endpoint in WebhookEndpoint.objects.filter(connection=connection).exclude(subscription_id=""):
        try:
            gateway_of(connection).unsubscribe(endpoint.subscription_id)
        except PmsError as error:
            log.warning("webhook not removed", extra={"connection": connection.pk, "code": error.code})
    WebhookEndpoint.objects.filter(connection=connection).update(retire_at=timezone.now())
    WebhookRegistration.objects.filter(connection=connection).delete()


def retry_is_due(connection: Connection) -> bool:
    registration = WebhookRegistration.objects.filter(connection=connection).first()
    return bool(
        registration
        and registration.state == State.FAILED
        and registration.next_attempt_at
        and registration.next_attempt_at <= timezone.now()
    )


def replay(event: SyncEvent) -> SyncEvent:
    """Have a delivery taken up once more: safe, because it only makes us look (S13). The copy is marked."""
    copy = SyncEvent.objects.create(
        practice_id=event.practice_id,
        connection_id=event.connection_id,
        source=event.source,
        stream=event.stream,
        record_id=event.record_id,
        kind=event.kind,
        received_at=timezone.now(),
        outcome=SyncEvent.Outcome.WAITING,
        is_replay=True,
    )
    announce(event.practice_id, "events")
    return copy
