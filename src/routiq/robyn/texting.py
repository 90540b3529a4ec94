"""What a text to a patient says, in the language and under the name of the practice in force."""

from __future__ import annotations

from django.utils import timezone

from routiq.frontdesk.confirmations import Confirmed
from routiq.robyn.language import speaking
from routiq.robyn.manner import settings_of_practice
from routiq.robyn.wording import texts

CHANNEL = "sms"


def confirmation(change: Confirmed) -> str:
    own = settings_of_practice()
    practice = own.practice
    today = timezone.now().astimezone(practice.zone).date()
    with speaking(f"en-{practice.country_code or 'AU'}", CHANNEL):
        return texts.confirmation(change, own.clinic_called or practice.name, today)
