"""Each text reaches the carrier once, whatever is lost; what cannot be sent is told above, once."""

from __future__ import annotations

import contextlib
import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from routiq.connections.models import Connection
from routiq.consent import ledger
from routiq.environment import TextCarrier
from routiq.messaging import jobs, outbox, sending
from routiq.messaging.models import Text
from routiq.messaging.restored import hold_back_texts
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from tests.carriers import TOKEN, StandIn, carrying
from tests.messaging.conftest import Above
from tests.messaging.owing import NUMBER, WORDS, minutes_pass, owed, stored, sydney, waiting, work

pytestmark = pytest.mark.usefixtures("above")


def fresh(text: Text) -> Text:
    text.refresh_from_db()
    return text


def test_a_text_goes_out_once_with_what_it_tells_of(twilio: StandIn, practice: Practice) -> None:
    text = stored()
    assert waiting() == [{"practice_id": practice.pk, "text_id": text.pk}]
    jobs.send_text(**waiting()[0])
    jobs.send_text(**waiting()[0])

    assert twilio.told == [(NUMBER, WORDS)]
    assert (fresh(text).state, text.carrier_id) == (Text.State.SENT, twilio.messages[0]["sid"])
    assert text.sent_at is not None
    assert stored().pk == text.pk
    work()
    assert len(twilio.told) == 1


def test_a_rollback_texts_nobody(twilio: StandIn) -> None:
    with contextlib.suppress(RuntimeError), transaction.atomic():
        stored()
        raise RuntimeError
    assert waiting() == []
    assert not Text.objects.exists()


@pytest.mark.parametrize("trouble", ["lost", "500", "html", "cut"])
def test_one_whose_answer_was_lost_is_found_and_not_sent_again(twilio: StandIn, above: Above, trouble: str) -> None:
    twilio.troubles = [trouble]
    text = stored()
    work()
    assert fresh(text).state == Text.State.UNCERTAIN
    minutes_pass(10)
    assert twilio.told == [(NUMBER, WORDS)]
    assert (fresh(text).state, text.carrier_id) == (Text.State.SENT, twilio.messages[0]["sid"])
    assert above.not_sent == []


def test_one_that_never_arrived_is_sent_again_when_nothing_can_arrive_any_more(twilio: StandIn) -> None:
    twilio.troubles = ["dropped"]
    text = stored()
    work()
    assert fresh(text).state == Text.State.UNCERTAIN
    minutes_pass(1)
    assert twilio.told == []
    minutes_pass(5)
    assert twilio.told == [(NUMBER, WORDS)]
    assert (fresh(text).state, text.attempts) == (Text.State.SENT, 2)


def test_whoever_dies_while_handing_it_over_leaves_it_to_be_looked_for(twilio: StandIn) -> None:
    text = stored()
    twilio.take(NUMBER, {"From": "+61491570110"}, WORDS)
    Text.objects.filter(pk=text.pk).update(
        state=Text.State.UNCERTAIN, asked_at=timezone.now(), attempts=1, due_at=timezone.now() + sending.IN_WORK
    )
    work()
    minutes_pass(3)
    assert len(twilio.told) == 1
    assert fresh(text).state == Text.State.SENT


def test_the_same_words_for_an_earlier_change_are_not_taken_for_this_one(twilio: StandIn) -> None:
    first = stored("write:1")
    work()
    twilio.troubles = ["dropped"]
    second = stored("write:2", about="appointment:8")
    work()
    minutes_pass(6)
    assert [fresh(first).state, fresh(second).state] == [Text.State.SENT] * 2
    assert len(twilio.told) == 2


def test_while_the_list_cannot_be_read_nothing_is_sent_again_and_in_the_end_a_person_is_told(
    twilio: StandIn, above: Above
) -> None:
    twilio.troubles, twilio.blind = ["dropped"], "500"
    text = stored(useful_until=timezone.now() + timedelta(minutes=60))
    work()
    minutes_pass(58)
    assert fresh(text).state == Text.State.UNCERTAIN
    minutes_pass(62)
    assert (fresh(text).state, text.reason) == (Text.State.NOT_SENT, Text.Reason.NOT_KNOWN)
    assert (twilio.told, above.not_sent) == ([], [Text.Reason.NOT_KNOWN])


def test_a_carrier_that_is_asked_too_much_is_left_alone_for_as_long_as_it_says(twilio: StandIn) -> None:
    twilio.troubles = ["429"]
    text = stored()
    work()
    assert (fresh(text).state, text.carrier_code) == (Text.State.WAITING, "too_many")
    minutes_pass(4)
    assert len(twilio.asked) == 1
    minutes_pass(6)
    assert twilio.told == [(NUMBER, WORDS)]


def test_with_a_revoked_token_nothing_goes_out_until_it_is_put_right(twilio: StandIn) -> None:
    good, twilio.token = twilio.token, "another"
    text = stored()
    work()
    assert (fresh(text).state, text.carrier_code) == (Text.State.WAITING, "20003")
    twilio.token = good
    minutes_pass(3)
    assert twilio.told == [(NUMBER, WORDS)]


def test_the_tries_grow_rarer_and_end_when_it_is_of_no_use_any_more(twilio: StandIn, above: Above) -> None:
    twilio.token = "another"
    text = stored(useful_until=timezone.now() + timedelta(hours=2))
    work()
    minutes_pass(121)
    assert (fresh(text).state, text.reason) == (Text.State.NOT_SENT, Text.Reason.TOO_LATE)
    assert (text.attempts, above.not_sent) == (7, [Text.Reason.TOO_LATE])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("21211", Text.Reason.INVALID_NUMBER),
        ("21614", Text.Reason.INVALID_NUMBER),
        ("21635", Text.Reason.INVALID_NUMBER),
        ("21612", Text.Reason.REFUSED),
    ],
)
def test_what_the_carrier_refuses_is_told_above_once(
    twilio: StandIn, above: Above, code: str, reason: Text.Reason
) -> None:
    twilio.troubles = [code]
    text = stored()
    work()
    minutes_pass(3)
    assert (fresh(text).state, text.reason, text.carrier_code) == (Text.State.NOT_SENT, reason, code)
    assert (twilio.told, above.not_sent) == ([], [reason])


def test_a_stop_that_was_said_to_the_carrier_counts_here_too(twilio: StandIn, above: Above) -> None:
    twilio.unsubscribed.add(NUMBER)
    stored()
    work()
    assert ledger.has_opted_out(number="0491 570 006")
    asked = len(twilio.asked)
    text = stored("write:2", about="appointment:8")
    work()
    assert (fresh(text).reason, len(twilio.asked)) == (Text.Reason.STOPPED, asked)
    assert above.not_sent == [Text.Reason.UNSUBSCRIBED, Text.Reason.STOPPED]


def test_a_stop_that_comes_while_it_waits_counts_at_once(twilio: StandIn) -> None:
    text = stored()
    ledger.withdraw(number=NUMBER, source="person:1")
    work()
    assert (fresh(text).reason, twilio.told) == (Text.Reason.STOPPED, [])


def test_what_is_not_so_any_more_is_not_sent(twilio: StandIn, above: Above) -> None:
    text = stored()
    above.holds = False
    work()
    assert (fresh(text).reason, twilio.told) == (Text.Reason.CHANGED, [])


def test_of_two_about_the_same_that_wait_only_the_later_goes(twilio: StandIn, above: Above) -> None:
    first, second = stored("write:1", body="Booked."), stored("write:2", body="Moved.")
    work()
    assert twilio.told == [(NUMBER, "Moved.")]
    assert (fresh(first).reason, fresh(second).state) == (Text.Reason.CHANGED, Text.State.SENT)
    assert above.not_sent == []


def test_what_somebody_did_at_night_is_confirmed_at_once_and_what_the_practice_did_in_the_morning(
    twilio: StandIn,
) -> None:
    with time_machine.travel(sydney(26, 23)):
        stored("write:1", body="Yours.")
        by_hand = stored("write:2", body="Ours.", asked_for_at=None, about="appointment:8")
        work()
        jobs.send_due(0)
        work()
        assert [words for _, words in twilio.told] == ["Yours."]
        assert fresh(by_hand).due_at == sydney(27, 8)
    with time_machine.travel(sydney(27, 8, 1)):
        jobs.send_due(0)
        work()
    assert [words for _, words in twilio.told] == ["Yours.", "Ours."]


def test_one_that_was_held_up_into_the_night_waits_for_the_morning(twilio: StandIn) -> None:
    with time_machine.travel(sydney(26, 20, 55)):
        twilio.token, good = "another", twilio.token
        text = stored()
        work()
        twilio.token = good
    with time_machine.travel(sydney(26, 21, 40)):
        jobs.send_due(0)
        work()
    assert (twilio.told, fresh(text).due_at) == ([], sydney(27, 8))


def test_nothing_more_goes_out_for_a_practice_that_left_or_where_nobody_carries_texts(twilio: StandIn) -> None:
    text = stored()
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    work()
    assert fresh(text).reason == Text.Reason.DISCONNECTED
    other = stored("write:2", about="appointment:8")
    with override_settings(TEXT_CARRIER=TextCarrier()):
        work()
    assert (fresh(other).reason, twilio.told) == (Text.Reason.NO_CARRIER, [])


def test_after_a_restore_none_is_sent_and_each_is_told_above(twilio: StandIn, above: Above) -> None:
    texts = [stored("write:1"), stored("write:2", about="appointment:8")]
    Text.objects.filter(pk=texts[1].pk).update(state=Text.State.UNCERTAIN, asked_at=timezone.now())
    assert hold_back_texts() == 2
    work()
    minutes_pass(5)
    assert (twilio.asked, above.not_sent) == ([], [Text.Reason.RESTORED] * 2)


def test_a_text_is_seen_and_sent_for_its_own_practice_only(twilio: StandIn, other_practice: Practice) -> None:
    text = stored()
    with acting_for(other_practice.pk):
        assert not Text.objects.exists()
        sending.send(text.pk)
    assert twilio.asked == []


def test_one_that_is_left_out_keeps_its_reason_and_takes_the_place_of_what_waits(twilio: StandIn) -> None:
    first = stored()
    left = outbox.leave_out(owed("write:2"), Text.Reason.NO_MOBILE)
    work()
    assert (fresh(first).reason, fresh(left).reason, left.number, twilio.told) == ("changed", "no_mobile", "", [])


def test_the_log_names_neither_number_nor_words(twilio: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    twilio.troubles = ["lost", "21612"]
    stored()
    stored("write:2", about="appointment:8")
    work()
    minutes_pass(2)
    logged = " ".join(str(record.__dict__) for record in caplog.records)
    assert "text uncertain" in logged
    assert not any(part in logged for part in (NUMBER, NUMBER[1:], "Maggie", TOKEN))


def test_a_messaging_service_may_stand_in_for_a_number() -> None:
    service = "MG" + "1" * 32
    with carrying(sender=service) as twilio:
        twilio.troubles = ["lost"]
        text = stored()
        work()
        minutes_pass(2)
        assert twilio.messages[0]["messaging_service_sid"] == service
        assert (fresh(text).state, len(twilio.told)) == (Text.State.SENT, 1)


def test_what_arrived_is_known_and_what_did_not_is_told_above_once(twilio: StandIn, above: Above) -> None:
    texts = [stored("write:1"), stored("write:2", about="appointment:8"), stored("write:3", about="appointment:9")]
    work()
    arrived, not_arrived, never_told = twilio.messages
    minutes_pass(4)
    assert {fresh(text).state for text in texts} == {Text.State.SENT}
    arrived["status"] = "delivered"
    not_arrived |= {"status": "undelivered", "error_code": 30003}
    never_told["status"] = "sent"
    minutes_pass(200)
    assert [fresh(text).state for text in texts] == [Text.State.DELIVERED, Text.State.NOT_SENT, Text.State.SENT]
    assert [text.due_at for text in texts] == [None] * 3
    assert above.not_sent == [Text.Reason.UNDELIVERED]
    assert sum(asked.endswith(f"{never_told['sid']}.json") for asked in twilio.asked) == 3
    assert len(twilio.told) == 3


def test_of_what_was_sent_a_carrier_that_says_nothing_changes_nothing(twilio: StandIn, above: Above) -> None:
    text = stored()
    work()
    twilio.token = "another"
    minutes_pass(200)
    assert (fresh(text).state, text.due_at, above.not_sent) == (Text.State.SENT, None, [])


def test_what_was_ended_while_it_was_looked_at_stays_ended(twilio: StandIn) -> None:
    text = stored()
    looked_at = Text.objects.get()
    stored("write:2")
    sending._put_off(looked_at, timezone.now())
    assert (fresh(text).state, text.due_at) == (Text.State.NOT_SENT, None)
