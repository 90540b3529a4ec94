"""Whatever is said: a reader never breaks, never leads into the past, and hears the same in words made plain."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.robyn.understanding.commands import (
    AskBooking,
    Command,
    Emergency,
    StartCancel,
    StartReschedule,
    WishTime,
    as_plain,
    from_plain,
)
from routiq.robyn.understanding.reader import Context, Question
from routiq.robyn.understanding.rules import Rules
from routiq.robyn.understanding.words import normalise
from tests.robyn.sentences import MENU, NOW, cases

PIECES = sorted(
    {word for case in cases() for word in case.said.split()} | {"31/2", "29th", "feb", "0:00", "24:00", "99"}
)
WORDS = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)


@settings(max_examples=500, deadline=None)
@given(said=WORDS)
def test_words_made_plain_stay_as_they_are(said: str) -> None:
    once = normalise(said)
    assert normalise(once) == once


@settings(max_examples=300, deadline=None)
@given(said=WORDS, question=st.sampled_from(Question), days=st.integers(0, 800), minutes=st.integers(0, 24 * 60 - 1))
def test_no_words_break_the_reader_or_lead_into_the_past(
    said: str, question: Question, days: int, minutes: int
) -> None:
    now = NOW.replace(hour=0) + timedelta(days=days, minutes=minutes)
    offers = next(case.context.offers for case in cases() if case.context.offers)
    context = Context(now, question, MENU, offers, read_back=offers[0] if question is Question.CONFIRM else None)
    commands = Rules().read(said, context)
    assert commands
    assert from_plain(as_plain(commands)) == commands
    for wish in _wishes(commands):
        _assert_to_come(wish, now)


def _wishes(commands: tuple[Command, ...]) -> list[WishTime]:
    own = [command for command in commands if isinstance(command, WishTime)]
    which = [c.which for c in commands if isinstance(c, StartReschedule | StartCancel | AskBooking) and c.which]
    return own + which


def _assert_to_come(wish: WishTime, now: datetime) -> None:
    today = now.date()
    assert all(day >= today for day in (*wish.days, *wish.not_days))
    assert wish.first_day is None or wish.first_day >= today
    assert wish.last_day is None or wish.last_day >= today


@pytest.mark.parametrize("question", Question)
def test_an_emergency_goes_before_any_question(question: Question) -> None:
    commands = Rules().read("yes, Thursday at 3, but I have chest pain", Context(NOW, question, MENU))
    assert len(commands) == 1
    assert isinstance(commands[0], Emergency)
