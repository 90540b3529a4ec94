from __future__ import annotations

from collections import Counter

from tests.robyn.sentences import cases, told

LEAST = 0.97


def test_sentences_of_here_are_understood() -> None:
    every = cases()
    wrong = [
        f"{case.said!r} ({case.context.question}): {told(case.heard())}"
        for case in every
        if case.heard() != case.meant
    ]
    assert len(every) >= 300
    assert len(wrong) <= (1 - LEAST) * len(every), "\n".join(wrong)


def test_every_command_is_among_the_sentences() -> None:
    said = Counter(type(command).__name__ for case in cases() for command in case.meant)
    assert len(said) >= 24, said
    assert len({case.said for case in cases()}) > 300
