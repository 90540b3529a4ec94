"""Whatever programs decide about people is declared, once: a decision that nobody declared fails here.

What to do when it does: name the outcome or the function in the ``decisions`` of its room, in the words of a practice
owner, or write down here why it is no decision about a person.
"""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from routiq.disclosure.register import DECISIONS
from routiq.practices.decisions import DATA, Data
from tests.disclosure import reading
from tests.disclosure.reading import ROOMS

CLAIMED = {path for decision in DECISIONS for path in decision.made_in}

NO_DECISION = {
    "frontdesk.carrying.Standing": "how things stand at the vendor; what follows is an Outcome",
    "frontdesk.intake.Field": "what can be asked of a new patient; the practice chooses",
    "frontdesk.models.StaffTask.Kind": "what sort of work is left for a person",
    "frontdesk.models.Write.Kind": "what is written",
    "frontdesk.models.Write.State": "how far a write is; what is answered is an Outcome",
    "frontdesk.offered.Came": "SlotOffer.State in the words of an answer",
    "frontdesk.waiting.At": "what is being waited for",
    "frontdesk.waitlist_models.FreedTime.State": "a time of a practitioner, of no patient",
    "frontdesk.waitlist_models.WaitlistEntry.ReachBy": "how the patient likes to be told; they choose",
    "frontdesk.wanted.PartOfDay": "a part of the day",
    "knowledge.models.Gap.State": "what staff made of a question",
    "knowledge.models.KnowledgeRules.Digest": "when the practice gets its letter",
    "knowledge.models.Source.Kind": "a sort of source",
    "knowledge.models.Source.State": "how far the reading of a source is",
    "knowledge.questions.Kind": "how a question is read; what follows is Missing or an answer",
    "knowledge.readiness.Light": "about the practice's knowledge",
    "messaging.models.Text.Purpose": "what a text is for",
    "messaging.models.Text.State": "how far a text is; why there is none is a Reason",
    "connections.models.Connection.State": "about the practice's connection",
    "robyn.rehearsal_models.ScenarioRun.State": "of a rehearsal, in which nothing happens",
    "robyn.rehearsing.ledger.Kind": "of a rehearsal, in which nothing happens",
    "robyn.rehearsing.outcomes.Verdict": "of a rehearsal, in which nothing happens",
    "robyn.memory.Whose": "who wants an appointment next; they say so",
    "robyn.understanding.commands.What": "what can be named from the menu",
    "robyn.understanding.reader.Question": "what was asked last",
}
ONLY_CARRIES = {
    "robyn.desk.FrontDesk.hand_over": "keeps the message",
    "robyn.flows.beyond.leave_once": "says it once",
    "robyn.flows.callback.begin": "asks what the caller wants to leave",
    "robyn.flows.choosing.team_only": "says that people do it",
    "robyn.flows.enrolling.to_the_team": "says what was told so far",
    "robyn.flows.handover._to_people": "says that people do it",
    "robyn.flows.handover.begin_call_back": "asks who it is",
    "robyn.flows.handover.hand_over": "says that people do it",
    "robyn.flows.handover.leave_task": "keeps the message",
    "robyn.flows.callback._hand": "keeps the message",
}
NO_DECISION_JOBS = {
    "knowledge.jobs.look_after": "reads the practice's own website again, and writes its letter",
    "knowledge.jobs.read_source": "reads what the practice tells",
    "knowledge.jobs.settle_gaps": "takes a question off the list that is answered now",
    "practices.jobs.clear_limits": "counts of requests",
    "practices.jobs.post_what_is_left": "letters that a person or another decision wrote",
    "practices.jobs.send_letter": "letters that a person or another decision wrote",
    "practices.jobs.send_personal_letter": "letters that a person or another decision wrote",
    "robyn.jobs.play_on": "rehearsals, in which nothing happens",
    "robyn.jobs.play_scenarios": "rehearsals, in which nothing happens",
}
NO_DECISION_ROOMS = {
    "api": "asks the rooms below",
    "backups": "whole copies of the database, put by and put back by whoever runs it",
    "dashboard": "shows, and hands over what a person decides",
    "disclosure": "tells of the others' decisions",
    "mirror": "a copy of the practice's system",
    "pms": "the way to the practice's system",
    "practices": "who works there",
    "sync": "copies what the practice's system holds",
}


def test_every_outcome_in_code_is_named_by_exactly_one_decision() -> None:
    named = Counter((type(member), member.name) for decision in DECISIONS for member in decision.covers)
    wrong = []
    for path, kind in reading.enums(*ROOMS).items():
        times = {member.name: named.pop((kind, member.name), 0) for member in kind}
        expected = 0 if path in NO_DECISION else 1
        wrong += [f"{path}.{name}: named by {count} decisions" for name, count in times.items() if count != expected]
    assert wrong == []
    assert not named, "what is named is an outcome of a room that decides"


def test_whatever_turns_a_patient_away_at_the_front_desk_is_declared() -> None:
    assert reading.unclaimed(reading.all_functions("frontdesk"), reading.refuses, CLAIMED) == []


def test_whatever_a_conversation_leaves_to_people_is_declared() -> None:
    known = CLAIMED | ONLY_CARRIES.keys()
    assert reading.unclaimed(reading.all_functions("robyn.flows"), reading.leaves_to_people, known) == []


def test_whatever_runs_by_itself_is_declared() -> None:
    rooms = (*ROOMS, *NO_DECISION_ROOMS.keys() - {"sync"})
    known = CLAIMED | NO_DECISION_JOBS.keys()
    assert reading.unclaimed(reading.all_functions(*rooms), reading.is_a_job, known) == []


@pytest.mark.parametrize(
    ("test", "source"),
    [
        (reading.refuses, 'def too_old(patient):\n    return Refusal("We see nobody over 90.")'),
        (reading.refuses, "class Steps:\n    def is_free(self):\n        raise NotNow(CHANGED)"),
        (reading.refuses, "def join(wish):\n    return JoinAnswer(outcome=Joining.NOT_ALLOWED)"),
        (reading.leaves_to_people, 'def sounds_drunk(turn):\n    return handover.hand_over(turn, "Drunk", "Sorry.")'),
        (reading.is_a_job, '@app.task(queue="live", name="x.drop")\ndef drop(practice_id):\n    pass'),
    ],
)
def test_a_decision_that_nobody_declared_is_found(test: reading.Test, source: str) -> None:
    assert len(reading.unclaimed(reading.functions("frontdesk.new", source), test, CLAIMED)) == 1


def test_what_is_declared_is_there_and_said_once() -> None:
    there = {path for path, _ in reading.all_functions(*ROOMS)}
    claims = Counter(path for decision in DECISIONS for path in decision.made_in)
    assert set(claims) - there == set(), "functions that there are"
    assert [path for path, times in claims.items() if times > 1] == []
    for decision in DECISIONS:
        room = decision.code.split(".")[0]
        assert {path.split(".")[0] for path in decision.made_in} <= {room}, f"{decision.code}: of its own room"
    for told in (lambda each: each.code, lambda each: each.name, lambda each: each.decided):
        assert len({told(decision) for decision in DECISIONS}) == len(DECISIONS)


def test_what_is_excused_is_there_still() -> None:
    assert NO_DECISION.keys() <= reading.enums(*ROOMS).keys()
    there = {path for path, _ in reading.all_functions(*ROOMS, "practices")}
    assert ONLY_CARRIES.keys() | NO_DECISION_JOBS.keys() <= there


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_declares_its_own_and_the_register_has_them_all(room: str) -> None:
    own = import_module(f"routiq.{room}.decisions").DECISIONS
    assert own
    assert {decision.code.split(".")[0] for decision in own} == {room}
    assert set(own) <= set(DECISIONS)


def test_every_kind_of_data_has_words_and_is_used() -> None:
    used = {each for decision in DECISIONS for each in decision.data}
    assert used == set(Data) == DATA.keys()


def test_a_new_room_declares_its_decisions_or_is_excused() -> None:
    rooms = {path.parent.name for path in reading.SOURCE.glob("*/__init__.py")}
    assert rooms == {*ROOMS, *NO_DECISION_ROOMS}
