"""Whatever is said, in whatever order: nothing is booked but what was offered, read back and agreed to."""

from __future__ import annotations

from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.frontdesk.wishes import Outcome
from routiq.robyn.memory import Offer
from routiq.robyn.understanding.commands import (
    Affirm,
    AnyChoice,
    Ask,
    AskBooking,
    AskInvoice,
    AskOthers,
    AskPerson,
    Choose,
    Clinical,
    Command,
    Correct,
    Danger,
    Deny,
    Emergency,
    End,
    GiveDateOfBirth,
    GiveEmail,
    GiveName,
    GivePhone,
    Greet,
    JoinWaitlist,
    NameChoice,
    NotUnderstood,
    OptOut,
    Repeat,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    What,
    WishTime,
)
from routiq.robyn.understanding.reader import Question
from tests.robyn.desks import FAMILY, MOBILE, STRANGER, InMemoryDesk
from tests.robyn.talks import Talk

CALM: list[Command] = [
    StartBooking(), StartBooking(another=True), Affirm(), Affirm(), Affirm(), Deny(), AskOthers(), Choose(position=1),
    Choose(position=2), Choose(position=-1), Choose(position=9), Choose(earlier=True), Choose(later=True), Choose(),
    WishTime(days=(date(2026, 11, 26),)), WishTime(days=(date(2026, 11, 26),), at=time(15)), WishTime(at=time(3)),
    WishTime(not_before=time(15)), WishTime(later=True), WishTime(earlier=True), WishTime(soonest=True),
    WishTime(past=True),
    WishTime(not_weekdays=(5,)), NameChoice(What.PRACTITIONER, ("p2",)), NameChoice(What.PRACTITIONER, ("p1", "p2")),
    NameChoice(What.APPOINTMENT_TYPE, ("t3",)), NameChoice(What.LOCATION, other=True),
    NameChoice(What.LOCATION, ("l9",)),
    AnyChoice(What.PRACTITIONER), AnyChoice(What.LOCATION), GiveName("tom"), GiveName("nobody"),
    GiveDateOfBirth(date(2012, 6, 1)), GivePhone("0412345678"), AskPerson(), Ask(), Greet(), Thank(), Repeat(),
    Clinical(), NotUnderstood(), Emergency(Danger.EMERGENCY), End(),
    StartReschedule(), StartReschedule(WishTime(days=(date(2026, 11, 26),))), StartCancel(), StartCancel(every=True),
    AskBooking(), AskInvoice(), JoinWaitlist(), OptOut(), Correct(), GiveEmail("sam@example.com"), Choose(but=1),
    Choose(other=True), AskPerson("asked", ("p2",)), AskPerson("late"), WishTime(not_days=(date(2026, 11, 26),)),
    WishTime(days=(date(2026, 11, 26), date(2026, 11, 27)), unsure=True),
    WishTime(days=(date(2026, 12, 23),), at=time(9), unsure=True),
]  # fmt: skip
TURN = st.lists(st.sampled_from(CALM), min_size=1, max_size=3, unique=True)
STEP = st.tuples(TURN, st.sampled_from([0, 0, 0, 20, 400]))


def _read_back(talk: Talk) -> Offer | None:
    return talk.memory.offer(talk.memory.chosen) if talk.memory.question is Question.CONFIRM else None


@settings(max_examples=400, deadline=None)
@given(
    steps=st.lists(STEP, max_size=14),
    caller=st.sampled_from([MOBILE, MOBILE, FAMILY, STRANGER, ""]),
    outcomes=st.lists(st.sampled_from(Outcome), max_size=3),
)
def test_nothing_is_booked_but_what_was_read_back_and_agreed_to(
    steps: list[tuple[list[Command], int]], caller: str, outcomes: list[Outcome]
) -> None:
    talk = Talk(InMemoryDesk(outcomes=outcomes), caller)
    for commands, seconds in steps:
        talk.clock.forward(seconds=seconds)
        before, asked = _read_back(talk), len(talk.desk.requests)
        said = talk.do(*commands, words="some words")
        assert said.strip()
        for request in talk.desk.requests[asked:]:
            assert before is not None
            assert request.offer == before.time
            assert talk.clock() < before.expires_at
            assert request.patient_id == talk.memory.patient_id != ""
            assert any(isinstance(command, Affirm) for command in commands)
            assert not any(isinstance(command, Deny | AskOthers | Emergency | AskPerson) for command in commands)
        assert ("It is booked" in said) <= bool(talk.desk.appointments)
        if talk.ended:
            break
    assert len({request.intent_key for request in talk.desk.requests}) == len(talk.desk.requests)


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.lists(st.sampled_from(CALM), min_size=1, max_size=3, unique=True), max_size=10))
def test_a_practice_that_is_not_live_never_books_or_reads_times(steps: list[list[Command]]) -> None:
    talk = Talk(InMemoryDesk(live=False))
    for commands in steps:
        talk.do(*commands)
    assert not talk.desk.searches
    assert not talk.desk.requests


@settings(max_examples=200, deadline=None)
@given(
    said=st.lists(
        st.text(max_size=80)
        | st.sampled_from(
            ["Thursday after 3", "the first one", "3am tomorrow", "book it now", "no", "with Mina", "bye"]
        ),
        max_size=6,
    )
)
def test_no_words_break_a_conversation(said: list[str]) -> None:
    talk = Talk()
    for line in said:
        assert talk.say(line).strip()
        if talk.ended:
            break
