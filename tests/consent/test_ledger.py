"""Who said stop is left alone at once."""

from __future__ import annotations

import pytest

from routiq.consent.ledger import has_opted_out, withdraw
from routiq.consent.models import OptOut
from routiq.practices.models import Practice
from routiq.robyn import conversation

pytestmark = pytest.mark.django_db


def test_a_number_is_left_alone_however_it_is_written(practice: Practice) -> None:
    assert not has_opted_out(number="0491 570 006")
    withdraw(number="+61 491 570 006", words="STOP", source="conversation:1")
    assert has_opted_out(number="0491 570 006")
    assert not has_opted_out(number="0491 570 156")


def test_a_patient_is_left_alone_on_every_number(practice: Practice) -> None:
    withdraw(number="0491 570 006", patient_id="501", source="conversation:1")
    assert has_opted_out(number="0491 570 156", patient_id="501")
    assert not has_opted_out(number="0491 570 156", patient_id="502")


def test_nobody_is_nobody(practice: Practice) -> None:
    withdraw(number="0491 570 006", source="conversation:1")
    assert not has_opted_out(number="", patient_id="")
    with pytest.raises(ValueError, match="not known"):
        withdraw(number="", source="conversation:1")


@pytest.mark.parametrize("words", ["STOP", "stop!", "StopAll", "UNSUBSCRIBE", "end", "Quit.", "opt out", "Opt-out"])
def test_a_stop_word_alone_is_recorded_at_once_whoever_it_is(practice: Practice, words: str) -> None:
    started = conversation.start("sms", "0491 570 157")
    said = conversation.say(started.conversation_id, words)
    assert "no more messages" in said.text
    [row] = OptOut.objects.all()
    assert (row.number, row.words, row.source) == ("+61491570157", words, f"conversation:{started.conversation_id}")


def test_a_stop_word_in_a_sentence_is_no_stop(practice: Practice) -> None:
    started = conversation.start("sms", "0491 570 157")
    conversation.say(started.conversation_id, "does the bus stop near you?")
    assert not OptOut.objects.exists()
