"""The ASGI application: pages, API, live updates, and the webhook inbox."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routiq.settings")
_django = get_asgi_application()

from routiq.robyn import reading  # noqa: E402 - needs Django set up
from routiq.sync.inbox import PREFIX, Inbox, conninfo  # noqa: E402 - needs Django set up

_inbox = Inbox(conninfo)
reading.prepare()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Deliveries of vendors to the inbox, everything else to Django."""
    if scope["type"] == "http" and scope["path"].startswith(PREFIX):
        await _inbox(scope, receive, send)
    else:
        await _django(scope, receive, send)
