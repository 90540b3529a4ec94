"""What nobody could answer: kept, grouped, told of, answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from routiq.knowledge import digest, gaps, jobs, sources
from routiq.knowledge.alike import SAME, closeness, gist
from routiq.knowledge.answering import find
from routiq.knowledge.masking import masked
from routiq.knowledge.models import Gap, KnowledgeRules
from routiq.practices.audit import Actor
from routiq.practices.models import Letter, Membership, Person, Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn import conversation

OWNER = Actor("person", "1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you have wifi?", "is there wi-fi at the clinic"),
        ("Can I bring my dog?", "may i bring a dog please"),
        ("Do you sell crutches?", "do you guys sell crutchs"),
        ("Is there a cafe nearby?", "hi, any cafés near you?"),
        ("How much is laser therapy?", "what does laser therapy cost"),
    ],
)
def test_the_same_question_in_other_words_is_one(one: str, other: str) -> None:
    assert closeness(gist(one), gist(other)) >= SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you have wifi?", "Do you have a gym?"),
        ("How much is laser therapy?", "How long is laser therapy?"),
        ("Can I bring my dog?", "Can I bring my own lunch?"),
        ("Do you sell crutches?", "Do you sell walking sticks?"),
    ],
)
def test_another_question_is_another_one(one: str, other: str) -> None:
    assert closeness(gist(one), gist(other)) < SAME


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My name is Jane Citizen, do you sell tape?", "My name is (name), do you sell tape?"),
        ("ring me on 0491 570 006 about orthotics", "ring me on (number) about orthotics"),
        ("is jane@patient.example right?", "is (e-mail) right?"),
        ("my card is 4111-1111-1111-1111", "my card is (number)"),
        ("born 4/2/1990, do I pay less?", "born (number), do I pay less?"),
        ("is it $120 for 45 minutes?", "is it $120 for 45 minutes?"),
    ],
)
def test_what_could_be_misused_is_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


def test_a_gap_is_counted_answered_in_one_line_and_then_known(empty: Practice) -> None:
    for number, words in enumerate(["Do you have wifi?", "is there wifi", "do you guys have wi-fi"]):
        assert find(words).answer is None
        gaps.note(words, channel="call", conversation_id=number)
    gap = gaps.open_gaps().get()
    assert gap.times == 3
    source = gaps.answer(gap.pk, "Yes, ask at reception for the password.", OWNER)
    assert not gaps.open_gaps().exists()
    for words in ["Do you have wifi?", "is there wifi", "do you guys have WIFI there?"]:
        found = find(words)
        assert found.answer is not None, words
        assert found.answer.words == "Yes, ask at reception for the password."
        assert found.answer.source_id == source.pk
    with pytest.raises(gaps.NotOpen):
        gaps.answer(gap.pk, "Something else", OWNER)


def test_a_price_that_was_added_is_said_from_then_on(empty: Practice) -> None:
    gap = gaps.note("How much is laser therapy?")
    assert gap is not None
    gaps.answer(gap.pk, "Laser therapy is $60.", OWNER)
    answer = find("what does laser therapy cost?").answer
    assert answer is not None
    assert answer.words == "Laser therapy is $60."
    assert find("how much is ultrasound therapy?").answer is None


def test_one_conversation_counts_a_question_once(empty: Practice) -> None:
    for _ in range(3):
        gaps.note("Do you have wifi?", conversation_id=7)
    assert gaps.open_gaps().get().times == 1


def test_what_was_dismissed_stays_off_the_list_however_often_it_is_asked(empty: Practice) -> None:
    gap = gaps.note("Is Oliver single?")
    assert gap is not None
    gaps.dismiss(gap.pk, OWNER)
    gaps.note("is oliver single?")
    assert not gaps.open_gaps().exists()
    assert Gap.objects.get().times == 2


def test_a_conversation_leaves_a_task_and_a_gap_and_the_next_one_is_answered(empty: Practice) -> None:
    begun = conversation.start("api", "0491 570 006").conversation_id
    conversation.say(begun, "Jo Smith")
    conversation.say(begun, "0491 570 006")
    reply = conversation.say(begun, "Do you have wifi in the waiting room?")
    assert "our team" in reply.text
    gap = gaps.open_gaps().get()
    assert gap.askings.get().conversation_id == begun
    gaps.answer(gap.pk, "Yes, it is free: ask at reception.", OWNER)
    again = conversation.say(begun, "Do you have wifi in the waiting room?")
    assert again.text.startswith("Yes, it is free: ask at reception.")
    assert again.actions == [{"did": "answered", "source": "Do you have wifi in the waiting room?"}]


def test_what_a_price_is_not_known_of_is_said_in_so_many_words(empty: Practice) -> None:
    begun = conversation.start("test", "0491 570 006").conversation_id
    conversation.say(begun, "Jo Smith")
    conversation.say(begun, "0491 570 006")
    assert "I don't have that price" in conversation.say(begun, "How much is laser therapy?").text


def test_a_clinical_question_is_no_gap_and_not_answered_even_where_it_is_written(empty: Practice) -> None:
    sources.add_note("Ankle sprains", "Ice an ankle sprain for 20 minutes every two hours.", OWNER)
    begun = conversation.start("test", "0491 570 006").conversation_id
    conversation.say(begun, "Jo Smith")
    conversation.say(begun, "0491 570 006")
    for words in ("How long should I ice a sprained ankle?", "what helps with a sprained ankle?"):
        reply = conversation.say(begun, words)
        assert "can't give clinical advice" in reply.text, words
        assert "20 minutes" not in reply.text
    assert not Gap.objects.exists()


def test_what_is_answered_meanwhile_is_no_gap_any_more_and_in_no_letter(empty: Practice) -> None:
    gaps.note("Do you have a lift?", at=at(2, 15))
    gaps.note("Do you sell crutches?", at=at(2, 16))
    source = sources.add_note("Access", "There is a lift beside the stairs.", OWNER)
    waiting = ProcrastinateJob.objects.filter(task_name="knowledge.settle_gaps", status="todo")
    assert waiting.get().args == {"practice_id": empty.pk}
    jobs.settle_gaps(empty.pk)
    assert [gap.question for gap in gaps.open_gaps()] == ["Do you sell crutches?"]
    settled = Gap.objects.get(state=Gap.State.ANSWERED)
    assert (settled.answer, settled.closed_by) == (source, "system")
    assert gaps.settle() == 0
    assert digest.send_if_due(at(3, 8)) == 1


SYDNEY = ZoneInfo("Australia/Sydney")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SYDNEY).astimezone(UTC)


def test_the_letter_comes_at_eight_once_a_day_and_names_nobody_in_its_subject(empty: Practice) -> None:
    for role in ("admin", "reception"):
        person = Person.objects.create_person(f"{role}@clinic.example", "a long enough password")
        Membership.objects.create(practice=empty, person=person, role=role)
    gaps.note("Does Dr Jane Secretperson have wifi? I am on 0491 570 006", at=at(2, 15))
    assert digest.send_if_due(at(3, 7, 59)) == 0
    assert digest.send_if_due(at(3, 8)) == 1
    assert digest.send_if_due(at(3, 8, 5)) == 0
    assert digest.send_if_due(at(3, 23)) == 0
    assert set(Letter.objects.values_list("recipient__role", flat=True)) == {"owner", "admin"}
    letter = Letter.objects.order_by("pk").first()
    assert letter is not None
    assert letter.subject == "1 question Robyn could not answer"
    assert "wifi" in letter.text
    assert "0491" not in letter.text
    assert "/knowledge/gaps" in letter.text
    assert digest.send_if_due(at(4, 8)) == 0, "nothing new was asked"
    gaps.note("wifi with Dr Jane Secretperson?", at=at(4, 9))
    assert digest.send_if_due(at(5, 8)) == 1
    assert "(asked 2 times)" in Letter.objects.order_by("-pk").first().text  # type: ignore[union-attr]


@pytest.mark.parametrize("month", [4, 10])
def test_each_morning_has_one_letter_also_when_the_clocks_change(empty: Practice, month: int) -> None:
    now = at(1, 0, month=month)  # Clocks go back on 5 April 2026 and forward on 4 October.
    days = []
    for _ in range(9 * 24):
        gaps.note("Do you have wifi?", at=now - timedelta(minutes=1))
        if digest.send_if_due(now):
            days.append(now.astimezone(SYDNEY))
        now += timedelta(hours=1)
    assert [day.day for day in days] == list(range(1, 10))
    assert {day.hour for day in days} == {8}


def test_mondays_only_or_never_as_the_practice_likes_it(empty: Practice) -> None:
    gaps.note("Do you have wifi?", at=at(1, 9))
    digest.set_digest(KnowledgeRules.Digest.OFF, OWNER)
    assert digest.send_if_due(at(2, 9)) == 0
    digest.set_digest(KnowledgeRules.Digest.WEEKLY, OWNER)
    assert digest.send_if_due(at(3, 9)) == 0, "a Tuesday"
    assert digest.send_if_due(at(9, 9)) == 1


def test_another_practice_knows_nothing_of_it(empty: Practice, other_practice: Practice) -> None:
    sources.add_note("Parking", "Park behind the building.", OWNER)
    gaps.note("Do you have wifi?")
    with acting_for(other_practice.pk):
        assert find("Where can I park?").answer is None
        assert not Gap.objects.exists()
