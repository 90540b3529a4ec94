from __future__ import annotations

import pytest

from routiq.robyn.masking import COVERED, mask


@pytest.mark.parametrize(
    "words",
    [
        "my card is 4111 1111 1111 1111 thanks",
        "4111-1111-1111-1111",
        "card 378282246310005 exp 12/29",
        "it's 6011000990139424",
        "4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1",
        "four one one one, one one one one, one one one one, one one one one",
        "Double four triple one five six seven eight nine one two three",
    ],
)
def test_a_card_number_is_covered(words: str) -> None:
    assert COVERED in mask(words)
    assert not any(run in mask(words).replace(" ", "") for run in ("4111", "1111", "378282", "oneone", "6011"))


@pytest.mark.parametrize(
    "words",
    [
        "0491 570 006",
        "+61 491 570 006",
        "+64 21 123 45678",
        "0011 61 491 570 006",
        "00 64 21 123 4567",
        "my Medicare number is 2123 45670 1",
        "born 02/04/1990, ring 0491 570 006",
        "oh four nine one, five seven oh, double oh six",
        "between 10 and 11 on the 12th or 13th at 2 or 3",
    ],
)
def test_a_number_to_ring_and_a_date_stay(words: str) -> None:
    assert mask(words) == words
