"""A process that dies where it is told to."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.crash.doomed import Kill, doomed
from tests.systems import At


def texts() -> dict[str, str]:
    """Where texts are sent, it sends them as well."""
    chosen = settings.TEXT_CARRIER
    if not chosen.account:
        return {}
    return {
        "ROUTIQ_TWILIO_ACCOUNT": chosen.account,
        "ROUTIQ_TWILIO_TOKEN": chosen.token,
        "ROUTIQ_SMS_FROM": chosen.sender,
        "ROUTIQ_TWILIO_URL": chosen.url,
    }


@pytest.fixture
def kill(mirrored: At) -> Iterator[Kill]:
    """It works for the mirrored practice, with no limit of its own."""
    environment = {
        **os.environ,
        **{f"ROUTIQ_{name.upper()}_URL": url for name, url in settings.PMS_URLS.items()},
        "DJANGO_SETTINGS_MODULE": "routiq.settings",
        "ROUTIQ_PMS_REQUESTS": "0",
        "ROUTIQ_PMS_REQUESTS_PER_SECOND": "0",
        **texts(),
    }
    with doomed(environment) as command:
        yield command
