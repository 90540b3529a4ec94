"""How much room a text takes at the carrier."""

from __future__ import annotations

import pytest

from routiq.messaging.segments import count, is_plain, made_plain, tidy


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("é" * 160, 1),
        ("ë" * 70, 1),
        ("ë" * 71, 2),
        ("ë" * 134, 2),
        ("ë" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_carrier_counts_them(text: str, segments: int) -> None:
    assert count(text) == segments


def test_typed_signs_become_plain_and_names_keep_their_letters() -> None:
    assert tidy("Zoë O’Hara – “Physio”…") == 'Zoë O\'Hara - "Physio"...'
    assert made_plain("Hēmi Ngāti, Zoë, Łukasz") == "Hemi Ngati, Zoe, ?ukasz"
    assert is_plain(made_plain("Zoë — 🙂"))
