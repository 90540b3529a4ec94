from __future__ import annotations

import pytest

from tests.chaos.seeds import blocks, shares


@pytest.mark.parametrize("processes", [1, 2, 3, 64])
@pytest.mark.parametrize("sequences", [1, 99, 100, 101, 1_000, 1_250])
def test_however_many_processes_share_them_the_same_sequences_are_played(sequences: int, processes: int) -> None:
    wanted = blocks(sequences, 7)
    assert sum(count for _, count in wanted) == sequences
    assert len({seed for seed, _ in wanted}) == len(wanted)
    played = [block for seed, count in shares(sequences, 7, processes) for block in blocks(count, seed)]
    assert played == wanted
