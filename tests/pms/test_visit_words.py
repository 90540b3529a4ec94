"""What an appointment is called, in each vendor's own words."""

from __future__ import annotations

import pytest

from routiq.pms.gateway import word_for
from routiq.pms.records import AppointmentStatus, VisitWord

CONFIRMED, CANCELLED, DNA = AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELLED, AppointmentStatus.DNA
THREE = (VisitWord.CANCELLED, VisitWord.DNA, VisitWord.CONFIRMED)
FIVE = (VisitWord.CANCELLED, VisitWord.DNA, VisitWord.COMPLETED, VisitWord.UNINVOICED, VisitWord.CONFIRMED)


@pytest.mark.parametrize(
    ("words", "status", "completed", "invoiced", "expected"),
    [
        (THREE, CONFIRMED, False, None, VisitWord.CONFIRMED),
        (THREE, CONFIRMED, True, False, VisitWord.CONFIRMED),
        (THREE, CANCELLED, False, None, VisitWord.CANCELLED),
        (THREE, DNA, False, None, VisitWord.DNA),
        (FIVE, CANCELLED, True, False, VisitWord.CANCELLED),
        (FIVE, DNA, True, False, VisitWord.DNA),
        (FIVE, CONFIRMED, True, False, VisitWord.COMPLETED),
        (FIVE, CONFIRMED, True, True, VisitWord.COMPLETED),
        (FIVE, CONFIRMED, False, False, VisitWord.UNINVOICED),
        (FIVE, CONFIRMED, False, True, VisitWord.CONFIRMED),
        (FIVE, CONFIRMED, False, None, VisitWord.CONFIRMED),
    ],
)
def test_the_first_word_that_holds_is_used(
    words: tuple[VisitWord, ...],
    status: AppointmentStatus,
    completed: bool,
    invoiced: bool | None,
    expected: VisitWord,
) -> None:
    assert word_for(words, status, completed=completed, invoiced=invoiced) is expected
