"""Somebody who is a patient already."""

from __future__ import annotations

import pytest

from routiq.connections.models import Connection
from routiq.frontdesk.people import recognise_caller


@pytest.fixture
def patient(synced: Connection) -> str:
    return recognise_caller("0491 570 006").patients[0].remote_id
