"""What an operator hears of texts."""

from __future__ import annotations

from django.test import override_settings

from routiq import doctor, metrics
from routiq.environment import TextCarrier
from routiq.practices.models import Practice
from tests.carriers import StandIn
from tests.messaging.owing import stored


def test_doctor_and_metrics_tell_of_texts(practice: Practice, twilio: StandIn) -> None:
    def told() -> list[tuple[bool, str]]:
        return [(found.ok, found.text) for found in doctor.examine() if found.text.startswith("texts")]

    assert told() == [(True, "texts: sent by Twilio's account “Harbour Street”")]
    twilio.token = "another"
    ((ok, why),) = told()
    assert not ok
    assert why.endswith("(20003). Check ROUTIQ_TWILIO_ACCOUNT and ROUTIQ_TWILIO_TOKEN.")
    with override_settings(TEXT_CARRIER=TextCarrier()):
        assert told() == []
    stored()
    assert f'routiq_texts_open{{practice="{practice.pk}"}} 1\n' in metrics._text()
