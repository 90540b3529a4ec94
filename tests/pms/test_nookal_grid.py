"""From free and busy cells to starts, on days of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from routiq.pms.nookal.grid import starts

SYDNEY = ZoneInfo("Australia/Sydney")
BRISBANE = ZoneInfo("Australia/Brisbane")
DAY = date(2026, 5, 4)
FORWARD, BACK = date(2026, 10, 4), date(2027, 4, 4)


def cells(first: str, last: str, state: str = "available", step: int = 15) -> dict[str, str]:
    """Every cell from ``first`` up to and without ``last``."""
    at, end = (datetime.fromisoformat(f"2026-01-01T{text}") for text in (first, last))
    found = {}
    while at < end:
        found[f"{at:%H:%M}"] = state
        at += timedelta(minutes=step)
    return found


def local(grid: dict[str, Any], minutes: int, first: date = DAY, last: date | None = None) -> list[str]:
    found = starts(grid, SYDNEY, timedelta(minutes=minutes), first, last or first)
    assert found == sorted(found)
    assert all(at.tzinfo is UTC for at in found)
    return [f"{at.astimezone(SYDNEY):%H:%M}" for at in found]


def test_an_appointment_fits_only_into_cells_without_a_gap() -> None:
    day = cells("09:00", "10:00") | cells("10:00", "10:15", "unavailable") | cells("10:15", "11:00")
    assert local({"2026-05-04": day}, 15) == ["09:00", "09:15", "09:30", "09:45", "10:15", "10:30", "10:45"]
    assert local({"2026-05-04": day}, 45) == ["09:00", "09:15", "10:15"]
    assert local({"2026-05-04": day}, 60) == ["09:00"]
    assert local({"2026-05-04": day}, 75) == []


def test_a_duration_that_fills_no_whole_cells_takes_the_last_one_too() -> None:
    assert local({"2026-05-04": cells("09:00", "09:45")}, 40) == ["09:00"]


def test_a_run_may_end_with_the_last_cell_there_is() -> None:
    assert local({"2026-05-04": cells("09:00", "09:30")}, 30) == ["09:00"]


def test_the_length_of_a_cell_is_read_from_the_grid() -> None:
    assert local({"2026-05-04": cells("09:00", "10:00", step=20)}, 40) == ["09:00", "09:20"]
    assert local({"2026-05-04": cells("09:00", "09:30", step=5)}, 25) == ["09:00", "09:05"]
    assert local({"2026-05-04": {"09:00": "available"}}, 15) == ["09:00"]
    assert local({"2026-05-04": {"09:00": "available"}}, 20) == []


def test_only_the_word_for_free_is_free() -> None:
    states: list[Any] = ["available", "Available", "unavailable", "tentative", "", None, 0, 1, True]
    for state in states:
        expected = ["09:00"] if str(state).lower() == "available" else []
        assert local({"2026-05-04": {"09:00": state, "09:15": "unavailable"}}, 15) == expected


def test_days_that_were_not_asked_for_are_left_out_but_may_carry_an_appointment_on() -> None:
    grid = {"2026-05-04": cells("23:30", "23:59"), "2026-05-05": cells("00:00", "00:30")}
    assert local(grid, 60) == ["23:30"]
    assert local(grid, 15) == ["23:30", "23:45"]


def test_what_is_no_time_and_no_day_is_no_cell() -> None:
    grid = {"2026-05-04": {"25:00": "available", "noon": "available"}, "0000-00-00": cells("09:00", "10:00")}
    assert local(grid, 15) == []


def test_the_hour_that_the_clocks_skip_divides_nothing() -> None:
    grid = {"2026-10-04": cells("01:30", "02:00") | cells("02:00", "03:00") | cells("03:00", "03:30")}
    found = starts(grid, SYDNEY, timedelta(hours=1), FORWARD, FORWARD)
    assert [f"{at:%H:%M}" for at in found] == ["15:30"]
    assert f"{(found[0] + timedelta(hours=1)).astimezone(SYDNEY):%H:%M}" == "03:30"


def test_nothing_reaches_over_the_hour_that_is_shown_twice() -> None:
    grid = {"2027-04-04": cells("02:00", "04:00")}
    found = starts(grid, SYDNEY, timedelta(minutes=30), BACK, BACK)
    shown = [f"{at.astimezone(SYDNEY):%H:%M}" for at in found]
    assert shown == ["02:00", "02:15", "02:30", "03:00", "03:15", "03:30"]


def test_each_location_has_its_own_clock() -> None:
    found = starts({"2026-11-02": cells("09:00", "09:15")}, BRISBANE, timedelta(minutes=15), date(2026, 11, 2), DAY)
    assert found == []
    found = starts(
        {"2026-11-02": cells("09:00", "09:15")}, BRISBANE, timedelta(minutes=15), date(2026, 11, 2), date(2026, 11, 2)
    )
    assert found == [datetime(2026, 11, 1, 23, 0, tzinfo=UTC)]


@settings(max_examples=200)
@given(st.lists(st.booleans(), min_size=1, max_size=96), st.integers(1, 120), st.sampled_from([DAY, FORWARD, BACK]))
def test_all_the_time_of_an_appointment_is_free(free: list[bool], minutes: int, on: date) -> None:
    names = [f"{number // 4:02}:{number % 4 * 15:02}" for number in range(len(free))]
    row = {name: "available" if is_free else "unavailable" for name, is_free in zip(names, free, strict=True)}
    by_name = dict(zip(names, free, strict=True))
    for start in starts({on.isoformat(): row}, SYDNEY, timedelta(minutes=minutes), on, on):
        at = start
        while at < start + timedelta(minutes=minutes):
            shown = at.astimezone(SYDNEY)
            assert shown.date() == on
            assert by_name[f"{shown.hour:02}:{shown.minute // 15 * 15:02}"]
            at += timedelta(minutes=5)
