"""How people here say days and times. It is Monday 23 November 2026, 10 am in Sydney."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routiq.robyn.understanding.commands import WishTime
from routiq.robyn.understanding.times import hear_times
from routiq.robyn.understanding.words import normalise
from tests.robyn.desks import MONDAY, SYDNEY


def heard(text: str, now: datetime = MONDAY) -> tuple[WishTime, ...]:
    return hear_times(normalise(text), now, expect_time=True).wishes


def one(text: str, now: datetime = MONDAY) -> WishTime:
    wishes = heard(text, now)
    assert len(wishes) == 1
    return wishes[0]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", (23, 11)),
        ("tomorrow", (24, 11)),
        ("tomorow please", (24, 11)),
        ("the day after tomorrow", (25, 11)),
        ("Thursday", (26, 11)),
        ("thurs", (26, 11)),
        ("Thusday", (26, 11)),
        ("Monday", (23, 11)),
        ("this coming Mon", (30, 11)),
        ("next Thursday", (3, 12)),
        ("Thursday next week", (3, 12)),
        ("Thursday week", (3, 12)),
        ("a week from Thursday", (3, 12)),
        ("Thursday fortnight", (10, 12)),
        ("the 26th", (26, 11)),
        ("on the 5th", (5, 12)),
        ("the twenty sixth", (26, 11)),
        ("26/11", (26, 11)),
        ("5/12", (5, 12)),
        ("26 November", (26, 11)),
        ("November 26th", (26, 11)),
        ("the second of December", (2, 12)),
        ("thurs the 26th", (26, 11)),
        ("5th of next month", (5, 12)),
        ("in 3 days", (26, 11)),
        ("three weeks from today", (14, 12)),
        ("the first Monday in December", (7, 12)),
        ("last Friday of November", (27, 11)),
        ("second Tuesday of next month", (8, 12)),
        ("first Tuesday of the month", (1, 12)),
        ("between ten and noon on the third", (3, 12)),
        ("Tuesday, sorry, Wednesday", (25, 11)),
        ("I can't do Tuesday but Wednesday is good", (25, 11)),
    ],
)
def test_a_day_is_understood(said: str, day: tuple[int, int]) -> None:
    assert one(said).days == (date(2026, day[1], day[0]),)


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("at 3", "15:00"),
        ("3.30", "15:30"),
        ("3:30pm", "15:30"),
        ("3:30 p.m.", "15:30"),
        ("1530", "15:30"),
        ("half two", "14:30"),
        ("half past two", "14:30"),
        ("quarter to four", "15:45"),
        ("a quarter past 9", "09:15"),
        ("ten past nine", "09:10"),
        ("two thirty", "14:30"),
        ("five o'clock", "17:00"),
        ("noon", "12:00"),
        ("seven", "07:00"),
        ("8", "08:00"),
        ("9 in the morning", "09:00"),
        ("4 in the evening", "16:00"),
        ("evening 5", "17:00"),
        ("one pm", "13:00"),
    ],
)
def test_a_time_is_understood_and_guessed_by_opening_hours(said: str, clock: str) -> None:
    assert f"{one(said).at:%H:%M}" == clock


@pytest.mark.parametrize(
    ("said", "earliest", "latest"),
    [
        ("after 3", time(15), None),
        ("not before ten", time(10), None),
        ("before 10", None, time(9, 59)),
        ("no later than 4", None, time(16)),
        ("around 2", time(13, 30), time(14, 30)),
        ("between 2 and 4", time(14), time(16)),
        ("2-4pm", time(14), time(16)),
        ("from 10 to 12", time(10), time(12)),
        ("in the morning", None, time(11, 59)),
        ("arvo", time(12), time(17)),
        ("evening", time(17), None),
        ("lunch time", time(12), time(13, 45)),
        ("after school", time(15, 30), time(18)),
        ("first thing", None, time(9)),
        ("not in the morning", time(12), None),
    ],
)
def test_a_part_of_the_day_is_understood(said: str, earliest: time | None, latest: time | None) -> None:
    wish = one(said)
    assert (wish.not_before, wish.not_after) == (earliest, latest)


def test_days_and_times_come_together() -> None:
    wish = one("Thursday after 3")
    assert wish.days == (date(2026, 11, 26),)
    assert wish.not_before == time(15)


def test_several_wishes_in_one_breath_are_alternatives() -> None:
    first, second = heard("Thursday morning or Friday after 3")
    assert (first.days, first.not_after) == ((date(2026, 11, 26),), time(11, 59))
    assert (second.days, second.not_before) == ((date(2026, 11, 27),), time(15))


def test_any_time_but_lunch_is_before_or_after_it() -> None:
    assert [(wish.not_before, wish.not_after) for wish in heard("any time but lunch")] == [
        (None, time(11, 59)),
        (time(14), None),
    ]


def test_a_refused_day_is_no_wish_for_it() -> None:
    for said in ("not Friday", "anything but Friday", "Friday doesn't work", "I can't do Friday"):
        assert one(said).not_days == (date(2026, 11, 27),)
        assert not one(said).days


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("weekday mornings except Wednesday", (1, 2, 4, 5)),
        ("any weekday but not Friday", (1, 2, 3, 4)),
        ("Mondays or Tuesdays, just not Mondays", (2,)),
        ("weekdays other than Tuesday or Thursday", (1, 3, 5)),
    ],
)
def test_of_days_that_come_every_week_one_is_left_out_every_week(said: str, left: tuple[int, ...]) -> None:
    assert one(said).weekdays == left
    assert not one(said).not_days


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        ("a morning, not before nine", (time(9), time(11, 59))),
        ("weekday mornings after 10", (time(10), time(11, 59))),
        ("Thursday arvo before 4", (time(12), time(15, 59))),
        ("tomorrow afternoon after 3", (time(15), None)),
    ],
)
def test_a_part_of_the_day_and_a_time_are_both_kept_to(said: str, limits: tuple[time, time | None]) -> None:
    assert (one(said).not_before, one(said).not_after) == limits


@pytest.mark.parametrize(
    "said", ["I can't do Monday or Tuesday", "not Tuesday or Monday", "Monday and Tuesday are no good for me"]
)
def test_days_are_refused_together(said: str) -> None:
    wish = one(said)
    assert set(wish.not_days) == {date(2026, 11, 23), date(2026, 11, 24)}
    assert not wish.days


def test_after_a_refused_day_another_one_is_wished() -> None:
    assert one("not Monday, Tuesday or Wednesday").days == (date(2026, 11, 24), date(2026, 11, 25))


def test_two_days_are_both_wished() -> None:
    assert one("Wednesday or Thursday").days == (date(2026, 11, 25), date(2026, 11, 26))


def test_weeks_and_weekdays_are_ranges() -> None:
    assert (one("next week").first_day, one("next week").last_day) == (date(2026, 11, 30), date(2026, 12, 6))
    assert one("Thursdays after 3").weekdays == (4,)
    assert one("after the 5th").first_day == date(2026, 12, 6)
    assert one("before Friday").last_day == date(2026, 11, 26)


def test_by_a_day_is_a_term_unless_a_time_is_named_with_it() -> None:
    assert one("by Friday").last_day == date(2026, 11, 27)
    assert (one("by Friday at 3").days, one("by Friday at 3").at) == ((date(2026, 11, 27),), time(15))


def test_the_week_after_this_one_is_next_week() -> None:
    wish = one("not this week, the one after")
    assert (wish.first_day, wish.last_day) == (date(2026, 11, 30), date(2026, 12, 6))


def test_a_month_from_today_is_not_today() -> None:
    wish = one("a month from today")
    assert (wish.first_day, wish.last_day) == (date(2026, 12, 22), date(2026, 12, 28))


def test_manner_is_heard() -> None:
    assert one("as soon as possible").soonest
    assert one("any day").any_day
    assert one("anything later?").later
    assert one("something earlier").earlier


@pytest.mark.parametrize("said", ["the 1st of this month", "today at 9", "1/11/2026"])
def test_what_has_gone_by_is_marked_and_never_a_day(said: str) -> None:
    wish = one(said)
    assert wish.past
    assert not wish.days


@pytest.mark.parametrize(
    "said",
    [
        "that's all for today",
        "hurt it yesterday",
        "good morning",
        "I have 2 kids",
        "may I ask something",
        "the first one",
        "is there a gap",
    ],
)
def test_nothing_is_read_into_words_without_a_time(said: str) -> None:
    assert not any(wish.names_day or wish.names_time for wish in heard(said))


@given(
    said=st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "next",
                "thursday",
                "week",
                "the",
                "31st",
                "of",
                "5/11",
                "30/2",
                "at",
                "half",
                "past",
                "quarter",
                "to",
                "after",
                "before",
                "not",
                "or",
                "and",
                "between",
                "3",
                "4pm",
                "25",
                "monday",
                "tomorrow",
                "arvo",
                "morning",
                "any",
                "99",
                "0:00",
                "fortnight",
                "month",
                "in",
                "a",
                "later",
                "2026",
            ]
        ),
        max_size=9,
    ).map(" ".join),
    days=st.integers(0, 800),
)
def test_no_words_break_it_or_lead_into_the_past(said: str, days: int) -> None:
    now = datetime(2026, 1, 1, 10, 0, tzinfo=SYDNEY) + timedelta(days=days)
    for wish in heard(said, now):
        assert all(day >= now.date() for day in wish.days)
        assert wish.first_day is None or wish.first_day >= now.date()
        assert wish.last_day is None or wish.last_day >= now.date()
