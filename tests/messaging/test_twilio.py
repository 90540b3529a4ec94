"""Twilio's API, and everything that may answer in its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from routiq import environment
from routiq.environment import SettingError
from routiq.messaging.carrier import NotCarried, NothingSent, Refused, Uncertain, Unreachable
from routiq.messaging.models import Text
from routiq.messaging.twilio import Twilio
from tests.carriers import ACCOUNT, SENDER, TOKEN, StandIn

NUMBER = "+61491570006"


@pytest.fixture
def client(twilio: StandIn) -> Twilio:
    return Twilio(twilio.url, ACCOUNT, TOKEN, SENDER)


def test_what_is_handed_over_arrives_letter_by_letter(client: Twilio, twilio: StandIn) -> None:
    words = "Zoë & D'Arcy: 2 + 2 = 4? 100 %"
    assert client.send(NUMBER, words) == twilio.messages[0]["sid"]
    assert twilio.told == [(NUMBER, words)]
    assert twilio.messages[0]["from"] == SENDER


@pytest.mark.parametrize(
    ("trouble", "kind", "code"),
    [
        ("lost", Uncertain, "lost"),
        ("dropped", Uncertain, "lost"),
        ("500", Uncertain, "status_500"),
        ("html", Uncertain, "unreadable"),
        ("cut", Uncertain, "unreadable"),
        ("redirect", Uncertain, "status_307"),
        ("429", NothingSent, "too_many"),
        ("21211", Refused, "21211"),
        ("21610", Refused, "21610"),
    ],
)
def test_every_answer_is_one_of_three(
    client: Twilio, twilio: StandIn, trouble: str, kind: type[NotCarried], code: str
) -> None:
    twilio.troubles = [trouble]
    with pytest.raises(kind) as came:
        client.send(NUMBER, "Hello")
    assert (type(came.value), came.value.code) == (kind, code)
    assert len(twilio.asked) == 1, "nobody is followed elsewhere"


def test_with_a_wrong_token_or_nobody_there_nothing_went_out(client: Twilio, twilio: StandIn) -> None:
    twilio.token = "another"
    with pytest.raises(NothingSent, match="20003"):
        client.send(NUMBER, "Hello")
    with pytest.raises(Unreachable, match="20003"):
        client.check()
    with pytest.raises(NothingSent, match="unreachable"):
        Twilio("http://127.0.0.1:9", ACCOUNT, TOKEN, SENDER).send(NUMBER, "Hello")


def test_only_the_same_words_to_the_same_number_since_then_are_found(client: Twilio, twilio: StandIn) -> None:
    for number, words in ((NUMBER, "Hello"), (NUMBER, "Hello."), ("+61491570156", "Hello")):
        twilio.take(number, {"From": SENDER}, words)
    twilio.take(NUMBER, {"From": SENDER}, "Hello")["direction"] = "inbound"
    now = timezone.now()
    assert [each.id for each in client.find(NUMBER, "Hello", now)] == [twilio.messages[0]["sid"]]
    assert client.find(NUMBER, "Hello", now + timedelta(minutes=5)) == []
    twilio.messages[0] |= {"status": "undelivered", "error_code": 30006}
    (found,) = client.find(NUMBER, "Hello", now)
    assert found.refused is not None
    assert found.refused.reason is Text.Reason.INVALID_NUMBER


@pytest.mark.parametrize("blind", ["500", "html", "cut"])
def test_a_list_that_cannot_be_read_is_never_an_empty_one(client: Twilio, twilio: StandIn, blind: str) -> None:
    twilio.blind = blind
    with pytest.raises(Unreachable):
        client.find(NUMBER, "Hello", timezone.now())


def test_the_account_says_its_name(client: Twilio) -> None:
    assert client.check() == "Harbour Street"


GOOD = {"ROUTIQ_TWILIO_ACCOUNT": ACCOUNT, "ROUTIQ_TWILIO_TOKEN": TOKEN, "ROUTIQ_SMS_FROM": SENDER}


def given(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    for name, value in {**GOOD, **changed}.items():
        monkeypatch.setenv(name, value)


def test_an_account_and_its_sender_are_all_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.text_carrier().account == ""
    given(monkeypatch)
    found = environment.text_carrier()
    assert (found.url, found.sender) == ("https://api.twilio.com", SENDER)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROUTIQ_TWILIO_ACCOUNT", "SK" + "0" * 32),
        ("ROUTIQ_SMS_FROM", "Harbour St"),
        ("ROUTIQ_SMS_FROM", "0491 570 110"),
        ("ROUTIQ_TWILIO_URL", "http://twilio.example"),
        ("ROUTIQ_TWILIO_URL", "https://twilio.example/path"),
        ("ROUTIQ_TWILIO_URL", "https://user:secret@twilio.example"),
    ],
)
def test_a_wrong_setting_stops_the_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **{name: value})
    with pytest.raises(SettingError, match=name) as refused:
        environment.text_carrier()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["ROUTIQ_TWILIO_TOKEN", "ROUTIQ_SMS_FROM"])
def test_what_belongs_to_an_account_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    monkeypatch.delenv(name)
    with pytest.raises(SettingError, match=name):
        environment.text_carrier()
