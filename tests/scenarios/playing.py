"""Playing a scenario, and judging it by what stands in the practice's system before and after."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routiq.frontdesk.models import StaffTask, WaitlistEntry, Write
from routiq.robyn import conversation
from routiq.robyn.memory import from_state
from routiq.robyn.models import Conversation
from routiq.robyn.understanding.reader import Question
from tests.scenarios.scenario import PEOPLE, Change, Person, Scenario
from tests.scenarios.stage import Rows, Stage

MOST_ANSWERS = 10
"""What is asked in between, before something is wrong with the conversation."""
_MOVES = {"starts_at", "ends_at", "updated_at"}
_VISITS = "individual_appointments"


@dataclass
class Played:
    scenario: Scenario
    said: list[tuple[str, str]] = field(default_factory=list)
    """What was said, and the reply."""
    wrong: list[str] = field(default_factory=list)
    """Writes that nobody had agreed to, or to something else; and words that may never be said."""
    missing: list[str] = field(default_factory=list)
    """What should have come of it and did not."""
    handed_over: bool = False

    @property
    def is_good(self) -> bool:
        """Done as it should be, or left to a person properly."""
        return not self.wrong and (self.handed_over or not self.missing)

    def told(self) -> str:
        lines = [f"{self.scenario.kind}: {self.scenario.name}"]
        lines += [f"  > {words}\n  < {reply}" for words, reply in self.said]
        lines += [f"  WRONG {line}" for line in self.wrong] + [f"  missing {line}" for line in self.missing]
        return "\n".join(lines)


def play(stage: Stage, scenario: Scenario, choose: random.Random | None = None) -> Played:
    """From a fresh practice on. With ``choose`` in wordings that it picks, else in the first ones."""
    stage.put_back()
    stage.set_world(scenario.starts_at)
    before = stage.world()
    played = Played(scenario)
    call = _Call(PEOPLE[scenario.caller].number, scenario.answers, played)
    for words in scenario.lines(choose):
        call.answers()
        call.say(words)
    call.answers()
    _judge(stage, played, call.id, before, stage.world())
    return played


class _Call:
    def __init__(self, number: str, person: Person | None, played: Played) -> None:
        self._known = _answers(person)
        self._played = played
        started = conversation.start("test", number)
        self.id = started.conversation_id
        self._ended = started.ended
        played.said.append(("", started.text))

    def say(self, words: str) -> None:
        if self._ended:
            return
        reply = conversation.say(self.id, words)
        self._ended = reply.ended
        self._played.said.append((words, reply.text))

    def answers(self) -> None:
        """Whatever is asked about the person, as long as they know it."""
        for _ in range(MOST_ANSWERS):
            question = from_state(Conversation.objects.get(pk=self.id).state).question
            if self._ended or question not in self._known:
                return
            self.say(self._known[question])


def _answers(person: Person | None) -> dict[Question, str]:
    if person is None or not person.name:
        return {}
    known = {Question.FULL_NAME: person.name, Question.CALLER_NAME: person.name, Question.THIS_TYPE: "yes"}
    if person.born:
        known[Question.DATE_OF_BIRTH] = f"{person.born.day}/{person.born.month}/{person.born.year}"
    if person.number:
        known[Question.CALLER_NUMBER] = person.number
    return known


def _judge(stage: Stage, played: Played, call: int, before: Rows, after: Rows) -> None:
    scenario = played.scenario
    played.handed_over = StaffTask.objects.filter(conversation_id=call).exists()
    left = _changes(before, after)
    agreed = {
        write.starts_at for write in Write.objects.filter(asked_by=f"conversation:{call}") if write.accepting_words
    }
    new = _registered(scenario, left, played)
    for wanted, is_it in (
        (scenario.made, _is_made),
        (scenario.moved, _is_moved),
        (scenario.cancelled, _is_cancelled),
    ):
        if wanted is None:
            continue
        whom = new if wanted.whom == "new" else stage.id_of(wanted.whom)
        found = next((one for one in left if is_it(one) and one.row["patient_id"] == whom), None)
        if found is None:
            played.missing.append(f"an appointment {is_it.__name__[4:]} for {wanted.whom}")
            continue
        left = [one for one in left if one is not found and not _goes_with(one, found)]
        played.wrong += _unlike(found, wanted, after, agreed if is_it is not _is_cancelled else None)
    played.wrong += [str(one) for one in left]
    if scenario.waitlisted:
        on_it = WaitlistEntry.objects.filter(patient_remote_id=stage.id_of(scenario.waitlisted)).count()
        played.missing += [] if on_it == 1 else ["a place on the waiting list"]
    elif WaitlistEntry.objects.exists():
        played.wrong.append("a place on the waiting list")
    replies = " ".join(reply for _, reply in played.said)
    if scenario.told and scenario.told not in replies:
        played.missing.append(f"the words {scenario.told!r}")
    if scenario.handed_over and not played.handed_over:
        played.missing.append("a task for the team")
    if scenario.never and (found_words := re.search(scenario.never, replies)):
        played.wrong.append(f"said {found_words[0]!r}")


@dataclass(frozen=True)
class _Changed:
    collection: str
    id: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    @property
    def row(self) -> dict[str, Any]:
        return self.new or self.old or {}

    @property
    def fields(self) -> set[str]:
        old, new = self.old or {}, self.new or {}
        return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}

    def __str__(self) -> str:
        how = "made" if self.old is None else "deleted" if self.new is None else f"changed {sorted(self.fields)}"
        return f"{self.collection} {self.id}: {how}"


def _changes(before: Rows, after: Rows) -> list[_Changed]:
    """Everything that is not as it was, in all the practice has."""
    return [
        _Changed(name, id, before[name].get(id), after[name].get(id))
        for name in before
        for id in before[name].keys() | after[name].keys()
        if before[name].get(id) != after[name].get(id)
    ]


def _is_made(one: _Changed) -> bool:
    return one.collection == _VISITS and one.old is None and not one.row.get("cancelled_at")


def _is_moved(one: _Changed) -> bool:
    return one.collection == _VISITS and one.old is not None and "starts_at" in one.fields and one.fields <= _MOVES


def _is_cancelled(one: _Changed) -> bool:
    cancelled = one.old is not None and not one.old.get("cancelled_at") and bool(one.row.get("cancelled_at"))
    return one.collection == _VISITS and cancelled and not one.fields & {"starts_at", "patient_id"}


def _goes_with(one: _Changed, visit: _Changed) -> bool:
    """The seat of an appointment's patient, which the system keeps beside it."""
    seat = one.collection == "attendees" and one.row["booking_id"] == visit.id
    return seat and one.row["patient_id"] == visit.row["patient_id"] and (one.old is None) == (visit.old is None)


def _registered(scenario: Scenario, left: list[_Changed], played: Played) -> str:
    """The id of the patient that was to be made, taken off the list of changes with the case that the system opens
    for everybody new."""
    if not scenario.registered:
        return ""
    for one in left:
        told = f"{one.row.get('first_name')} {one.row.get('last_name')} {one.row.get('date_of_birth')}"
        if one.collection == "patients" and one.old is None and told == scenario.registered:
            file = [each for each in left if each.collection == "treatment_cases" and each.old is None]
            for each in (one, *(each for each in file if each.row["patient_id"] == one.id)):
                left.remove(each)
            return one.id
    played.missing.append(f"the patient {scenario.registered}")
    return ""


def _unlike(one: _Changed, wanted: Change, after: Rows, agreed: set[datetime | None] | None) -> list[str]:
    """What is not as it was wished, or not as it was read back and agreed to."""
    starts_at = datetime.fromisoformat(one.row["starts_at"])
    who = after["practitioners"][one.row["practitioner_id"]]
    kind = after["appointment_types"][one.row["appointment_type_id"]]
    found = []
    if not wanted.allows(starts_at):
        found.append(f"{one}: at {one.row['starts_at']}")
    if wanted.with_ and wanted.with_ != f"{who['first_name']} {who['last_name']}":
        found.append(f"{one}: with {who['last_name']}")
    if wanted.type and wanted.type != kind["name"]:
        found.append(f"{one}: a {kind['name']}")
    if agreed is not None and starts_at not in agreed:
        found.append(f"{one}: at a time that nobody agreed to")
    return found
