"""Whatever is said, in whatever order: nothing is written but what was offered, read back and agreed to."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.frontdesk.changes import CancelRequest, MoveRequest, RegisterRequest
from routiq.frontdesk.wishes import ComingVisit, Outcome, Owed
from routiq.robyn.memory import OFFER_LASTS, Offer, from_state, to_state
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
    ForAnother,
    GiveDateOfBirth,
    GiveDetail,
    GiveEmail,
    GiveName,
    GivePhone,
    Greet,
    JoinWaitlist,
    NameChoice,
    NameDetail,
    NotUnderstood,
    OptOut,
    Repeat,
    SayNew,
    StartBooking,
    StartCancel,
    StartReschedule,
    Thank,
    What,
    WishTime,
)
from routiq.robyn.understanding.reader import Question
from tests.robyn.desks import FAMILY, MOBILE, SAM, STRANGER, InMemoryDesk, at, visit
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
    GiveName("sam nguyen", "Sam Nguyen"), GiveName("sam nguyen", "Sam Nguyen"), GiveName("ada", "Ada"),
    GiveDateOfBirth(date(1990, 4, 2)), GiveDateOfBirth(date(1990, 4, 2)), SayNew(), ForAnother(),
    NameDetail("mobile"),
    GiveDetail("12 Harbour Street"), StartReschedule(), StartCancel(),
]  # fmt: skip
TURN = st.lists(st.sampled_from(CALM), min_size=1, max_size=3, unique=True)
STEP = st.tuples(TURN, st.sampled_from([0, 0, 0, 20, 400]))


SHOWN: list[list[Command]] = [[GiveName("sam nguyen")], [GiveDateOfBirth(date(1990, 4, 2))]]


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


FLOWS = {
    "book": [[StartBooking()], [Choose(position=1)], [Affirm()]],
    "move": [[StartReschedule(), WishTime(days=(date(2026, 11, 26),))], *SHOWN, [Choose(position=1)], [Affirm()]],
    "cancel": [[StartCancel()], *SHOWN, [Affirm()]],
    "cancel all": [[StartCancel(every=True)], *SHOWN, [Affirm()]],
    "tell": [[AskBooking()], *SHOWN],
    "owe": [[AskInvoice()], *SHOWN],
    "register": [[StartBooking()], [Deny()], [GiveName("ada", "Ada")], [GiveName("li", "Li")], [Affirm()],
                 [GiveDateOfBirth(date(1994, 6, 1))], [GivePhone("0491570158")], [Deny()], [Affirm()]],
}  # fmt: skip


def _agreed(talk: Talk) -> object:
    """What a yes would be to: the very request, in what matters of it."""
    memory = talk.memory
    if memory.question is Question.CANCEL and memory.change.read_at:
        return {visit.id: visit.time.starts_at for visit in memory.change.about}, memory.change.read_at
    if memory.question is Question.REGISTER and memory.intake.read_at:
        return dict(memory.intake.given), memory.intake.read_at
    if (offer := _read_back(talk)) and memory.change.about:
        return memory.change.about[0].id, offer
    return None


@settings(max_examples=500, deadline=None)
@given(
    flow=st.sampled_from(sorted(FLOWS)),
    extra=st.lists(st.tuples(st.integers(0, 9), TURN, st.sampled_from([0, 0, 0, 400, 604_800])), max_size=5),
    outcomes=st.lists(st.sampled_from(Outcome), max_size=3),
    restart=st.booleans(),
)
def test_nothing_is_changed_but_what_was_read_back_and_agreed_to(
    flow: str, extra: list[tuple[int, list[Command], int]], outcomes: list[Outcome], restart: bool
) -> None:
    """Each flow as it should go, with anything put in between, silences of a week, and restarts."""
    steps: list[tuple[list[Command], int]] = [(list(commands), 0) for commands in FLOWS[flow]]
    for place, commands, seconds in extra:
        steps.insert(min(place, len(steps)), (commands, seconds))
    talk = Talk(InMemoryDesk(outcomes=outcomes, visits=_visits()), STRANGER if flow == "register" else MOBILE)
    for commands, seconds in steps:
        talk.clock.forward(seconds=seconds)
        if restart:
            talk.memory = from_state(to_state(talk.memory))
        before, asked, booked = _agreed(talk), len(talk.desk.asked), len(talk.desk.requests)
        shown, chosen = talk.memory.shown, _read_back(talk)
        said = talk.do(*commands, words="some words")
        assert said.strip()
        for request in talk.desk.requests[booked:]:
            assert chosen is not None
            assert request.offer == chosen.time
            assert talk.clock() < chosen.expires_at
            assert _is_a_yes(commands)
        for change in talk.desk.asked[asked:]:
            assert _is_a_yes(commands) or (
                not isinstance(change, MoveRequest) and _is_a_yes(commands, besides=AskOthers)
            )
            assert change.accepting_words == "some words"
            _is_what_was_agreed(change, before, talk, shown)
        if talk.ended:
            break
    keys = [request.intent_key for request in talk.desk.asked]
    assert len(talk.desk.changed) <= len(set(keys))


def _visits() -> dict[str, list[ComingVisit]]:
    return {SAM.remote_id: [visit("801", at(25, "10:00")), visit("802", at(27, "15:00"))]}


def _is_a_yes(commands: list[Command], besides: type[Command] | None = None) -> bool:
    """With nothing in it that takes it back. Whoever agrees to a cancellation may ask for other times beside it."""
    no = (Deny, AskOthers, Emergency, AskPerson, Clinical, Correct, OptOut)
    said = {type(command) for command in commands} - {besides}
    return Affirm in said and not said & set(no)


def _is_what_was_agreed(
    change: MoveRequest | CancelRequest | RegisterRequest, before: object, talk: Talk, shown: bool
) -> None:
    assert isinstance(before, tuple)
    if isinstance(change, RegisterRequest):
        given, read_at = before
        assert change.given == given
        assert talk.clock() < read_at + OFFER_LASTS
        return
    assert shown
    assert change.patient_id == SAM.remote_id
    if isinstance(change, CancelRequest):
        visits, read_at = before
        assert visits[change.appointment_id] == change.starts_at
        assert talk.clock() < read_at + OFFER_LASTS
        return
    appointment, offer = before
    assert (change.appointment_id, change.offer) == (appointment, offer.time)
    assert talk.clock() < offer.expires_at


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEP, max_size=12), caller=st.sampled_from([MOBILE, FAMILY, STRANGER, ""]))
def test_nothing_of_a_booking_is_told_before_they_have_shown_who_they_are(
    steps: list[tuple[list[Command], int]], caller: str
) -> None:
    """The appointment that there is stands at a time that nothing else has, so that it is heard when it is told."""
    desk = InMemoryDesk(visits={SAM.remote_id: [visit("801", at(25, "10:05"))]}, owing=Owed(Decimal("77.70")))
    talk = Talk(desk, caller)
    for commands, seconds in steps:
        talk.clock.forward(seconds=seconds)
        said = talk.do(*commands, words="some words")
        if not talk.memory.shown:
            assert "10:05" not in said
            assert "77.70" not in said
            assert not desk.asked
        if talk.ended:
            break


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.lists(st.sampled_from(CALM), min_size=1, max_size=3, unique=True), max_size=10))
def test_a_practice_that_is_not_live_never_books_or_reads_times(steps: list[list[Command]]) -> None:
    talk = Talk(InMemoryDesk(live=False))
    for commands in steps:
        talk.do(*commands)
    assert not talk.desk.searches
    assert not talk.desk.requests
    assert not talk.desk.asked


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
