"""Which sequences are played: a hundred from each seed, so that whatever fails is played again within minutes."""

from __future__ import annotations

import itertools

AT_ONCE = 100

Block = tuple[int, int]
"""A seed, and how many sequences are drawn from it."""


def blocks(sequences: int, first: int) -> list[Block]:
    """So many sequences from this seed and those after it."""
    return [
        (first + number, min(AT_ONCE, sequences - begun)) for number, begun in enumerate(range(0, sequences, AT_ONCE))
    ]


def shares(sequences: int, first: int, processes: int) -> list[Block]:
    """The same sequences for several processes: the first seed of each, and how many it plays from there on."""
    all_of_them = blocks(sequences, first)
    edges = [len(all_of_them) * number // processes for number in range(processes + 1)]
    parts = [all_of_them[begin:end] for begin, end in itertools.pairwise(edges)]
    return [(part[0][0], sum(count for _, count in part)) for part in parts if part]
