"""``python -m bench.robyn [FILE]``: how well Robyn understands, and how fast. Exit status 1 when a bound is missed.

``FILE``, or the variable ``ROUTIQ_DIALOGUES``, names a file of dialogues (:mod:`bench.robyn_dialogues`). It is not in
this repository; without it that chapter is left out, and said to be. Half of it is worked on and its errors are
printed; of the other half only the score is, so that it shows whether the rules are general.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Chapter, Figure, percentile, show
from bench.robyn_dialogues import ACTS, Line, Standing, acts_of, names_day_or_time, read_lines, standing, when
from bench.stage import install, sandbox_with, stage, wait_for_run
from routiq.robyn.understanding.commands import Command
from routiq.robyn.understanding.reader import Context
from routiq.robyn.understanding.rules import Rules
from tests.robyn import sentences

CONVERSATIONS, TURNS = 50, 10
"""At once, and how many turns of each."""
HALVES = ("worked on", "only scored")


@dataclass(frozen=True)
class Read:
    line: Line
    standing: Standing
    commands: tuple[Command, ...]

    @property
    def when_holds(self) -> bool:
        if not self.line.carries:
            return not names_day_or_time(self.commands)
        return when(self.commands) == (self.line.date, self.line.time)

    @property
    def acts(self) -> frozenset[str]:
        return acts_of(self.commands, self.standing)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.robyn", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", default=os.environ.get("ROUTIQ_DIALOGUES", ""), help="dialogues to read")
    parser.add_argument("--no-errors", action="store_true", help="only the numbers")
    arguments = parser.parse_args()
    chapters: list[Chapter] = []
    turns = [(case.said, case.context) for case in sentences.cases()]
    if arguments.file:
        lines = read_lines(Path(arguments.file))
        reads = [_read(line) for line in lines]
        for number, name in enumerate(HALVES):
            part = [read for read in reads if read.line.half == number]
            chapters.append(understanding(f"Dialogues, the half that is {name}", part))
            show(chapters[-1])
            if number == 0 and not arguments.no_errors:
                _print_errors(part)
        chapters.append(understanding("Dialogues, all", reads))
        show(chapters[-1])
        turns += [(read.line.utterance, read.standing.context) for read in reads]
    else:
        print("Dialogues: left out. Name the file as an argument or in ROUTIQ_DIALOGUES.")
    chapters += [own_sentences(), speed(turns), together(turns)]
    for chapter in chapters[-3:]:
        show(chapter)
    chapters += whole_turns()
    for chapter in chapters[-3:]:
        show(chapter)
    missed = [figure for chapter in chapters for figure in chapter.figures if figure.enforced and not figure.holds]
    raise SystemExit(1 if missed else 0)


def _read(line: Line) -> Read:
    stand = standing(line)
    return Read(line, stand, Rules().read(line.utterance, stand.context))


def understanding(name: str, reads: list[Read]) -> Chapter:
    with_time = [read for read in reads if read.line.carries]
    without = [read for read in reads if not read.line.carries]
    scores = {act: _f1(act, reads) for act in ACTS}
    figures = [
        Figure("dates and times exact, where there are some", _share(with_time), "%", at_least=98),
        Figure("none read, where there are none", _share(without), "%", at_least=99.5),
        Figure("acts, macro F1", sum(scores.values()) / len(scores), at_least=0.93),
    ]
    figures += [Figure(f"  {act}", score, "F1") for act, score in scores.items()]
    return Chapter(name, figures, [f"{len(reads)} turns, {len(with_time)} with a date or a time"])


def _share(reads: list[Read]) -> float:
    return 100 * sum(read.when_holds for read in reads) / max(1, len(reads))


def _f1(act: str, reads: Iterable[Read]) -> float:
    expected = heard = both = 0
    for read in reads:
        expected += act in read.line.acts
        heard += act in read.acts
        both += act in read.line.acts and act in read.acts
    return 2 * both / (expected + heard) if expected + heard else 1.0


def _print_errors(reads: Iterable[Read]) -> None:
    for read in reads:
        if not read.when_holds:
            got = " ".join(str(value) for value in when(read.commands) if value)
            print(f"  when: {read.line.utterance!r} means {read.line.date} {read.line.time}, read: {got or 'none'}")
    for read in reads:
        wanted, heard = read.line.acts & set(ACTS), read.acts
        if wanted != heard:
            marks = [f"-{act}" for act in sorted(wanted - heard)] + [f"+{act}" for act in sorted(heard - wanted)]
            asked = f"[{read.standing.context.question}] {read.line.previous[-60:]!r}"
            print(f"  acts: {' '.join(marks)}: {asked} {read.line.utterance!r}")


def own_sentences() -> Chapter:
    cases = sentences.cases()
    wrong = [(case, heard) for case in cases if (heard := case.heard()) != case.meant]
    figure = Figure("meant exactly", 100 * (1 - len(wrong) / len(cases)), "%", at_least=97)
    notes = [f"{case.said!r} ({case.context.question}): {heard}" for case, heard in wrong]
    return Chapter(f"{len(cases)} sentences of our own", [figure], notes)


def speed(turns: list[tuple[str, Context]]) -> Chapter:
    reader, took = Rules(), []
    for said, context in turns:
        began = time.perf_counter()
        reader.read(said, context)
        took.append(1000 * (time.perf_counter() - began))
    return Chapter(
        "Time to understand a turn",
        [
            Figure("p50", percentile(took, 0.5), "ms", at_most=10),
            Figure("p99", percentile(took, 0.99), "ms", at_most=50),
            Figure("longest", max(took), "ms"),
        ],
        [f"{len(took)} turns, each read once"],
    )


def together(turns: list[tuple[str, Context]]) -> Chapter:
    """Conversations at once, each in a thread of its own as in the web server, with a turn every second: people
    listen and think for longer. What one waits for the others is in its time."""
    reader, took = Rules(), list[float]()
    begin = time.perf_counter() + 0.5

    def talk(number: int) -> None:
        for turn in range(TURNS):
            said, context = turns[(number * TURNS + turn) % len(turns)]
            # Spread over the second, as callers are.
            due = begin + turn + number / CONVERSATIONS
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            reader.read(said, context)
            took.append(1000 * (time.perf_counter() - began))

    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        list(pool.map(talk, range(CONVERSATIONS)))
    return Chapter(
        f"{CONVERSATIONS} conversations at once",
        [
            Figure("p50", percentile(took, 0.5), "ms", at_most=10),
            Figure("p99", percentile(took, 0.99), "ms", at_most=50),
            Figure("longest", max(took), "ms"),
        ],
        [f"{len(took)} turns, {CONVERSATIONS} a second"],
    )


def whole_turns() -> list[Chapter]:
    """From the words to the stored answer, at a practice that told what it has to tell. What is waited for at the
    vendor is no time of ours, so that the turns that asked it are shown and have no bound."""
    with stage() as place, sandbox_with(60) as sandbox:
        installed = install(place, sandbox)
        practice = installed.connect_practice()
        with installed.process("worker", "routiq.cli", "worker"):
            wait_for_run(installed, 300)
        asked = ("--practice", str(practice.id), "--at-once", str(CONVERSATIONS))
        told = json.loads(installed.run("bench.robyn_talks", *asked))
    return [
        _turns_taken("Whole turns, one talk after the other", told["alone"]),
        _turns_taken(f"Whole turns, {CONVERSATIONS} talks at once", told["apart"]),
        _turns_taken(f"Whole turns, {CONVERSATIONS} talks in step", told["in_step"], bound=False),
    ]


def _turns_taken(name: str, turns: list[dict[str, Any]], *, bound: bool = True) -> Chapter:
    own = [turn["ms"] for turn in turns if not turn["asked"]]
    at_vendor = [turn["ms"] for turn in turns if turn["asked"]]
    lines: dict[str, list[float]] = {}
    for turn in turns:
        lines.setdefault(turn["said"], []).append(turn["ms"])
    slowest = sorted(lines, key=lambda said: -percentile(lines[said], 0.5))[:3]
    return Chapter(
        name,
        [
            Figure("p50", percentile(own, 0.5), "ms", at_most=10 if bound else None),
            Figure("p99", percentile(own, 0.99), "ms", at_most=50 if bound else None),
            Figure("longest", max(own), "ms"),
            *([Figure("asking the vendor, p50", percentile(at_vendor, 0.5), "ms")] if at_vendor else []),
        ],
        [
            f"{len(own)} turns, and {len(at_vendor)} that asked the vendor",
            *(f"“{said}” p50 {percentile(lines[said], 0.5):.1f} ms" for said in slowest),
        ],
    )


if __name__ == "__main__":
    main()
