"""kill -9 at every named point of every write, on every system, then the workers: the practice management system, the
mirror and the journal agree, nothing is done twice, and somebody tells the patient (B5, B7)."""

from __future__ import annotations

import ast
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

import routiq
from routiq.frontdesk import settling
from routiq.frontdesk.booking import book
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.carrying import Steps
from routiq.frontdesk.changes import RegisterRequest
from routiq.frontdesk.models import SlotHold, StaffTask, Write
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.registering import register_patient
from routiq.frontdesk.settling import STEPS
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import BookingRequest, OfferedTime, Wish
from routiq.mirror.models import Appointment, Patient
from tests.crash.doomed import Kill
from tests.frontdesk.desk import (
    booked_at,
    cancellation,
    move,
    reception,
    row,
    settle,
    standing,
)
from tests.frontdesk.test_both_systems import ASKED, somebody
from tests.parsing import parsed
from tests.systems import At

pytestmark = pytest.mark.crash

#: Where a write may die, and whether the vendor has it by then.
ONWARD = {"held": False, "sent": False, "answered": True, "answer_stored": True, "checked": True}
#: Where it may die because somebody at the practice was quicker.
BACKWARD = ("conflict_seen", "taken_back")
CRASHES = {kind: (*ONWARD, *(BACKWARD if kind in ("booking", "move") else ())) for kind in Write.Kind.values}
BOOKING = {
    "cliniko": {"method": "POST", "path": r"individual_appointments$"},
    "nookal": {"method": "POST", "path": "addAppointmentBooking"},
}


class Scene:
    """One practice, in which one write after the other is killed."""

    def __init__(self, at: At, kill: Kill) -> None:
        self.at = at
        self.sandbox = at.sandbox
        self.patient = somebody()
        self.other = Patient.objects.filter(status="active").exclude(remote_id=self.patient)[0].remote_id
        self._kill = kill
        self._times: list[OfferedTime] = []

    def times(self, count: int) -> Sequence[OfferedTime]:
        """So many that nobody has had yet."""
        if not self._times:
            kind = Appointment.objects.filter(patient_remote_id=self.patient).latest("starts_at")
            found = find_times(Wish(kind.appointment_type_remote_id, count=150)).offers
            for offer in sorted(found, key=lambda offer: offer.starts_at):
                # Some systems offer each quarter of an hour: what was booked before must be in nobody's way.
                if not self._times or offer.starts_at >= self._times[-1].ends_at:
                    self._times.append(offer)
        chosen, self._times = self._times[:count], self._times[count:]
        assert len(chosen) == count
        return chosen

    def killed(self, point: str, command: Callable[[Any], object], request: Any) -> Write:
        """Carry it out in a process that dies at this point; then the workers come by. What the journal says."""
        self.dies(point, command, request)
        settle()
        write = Write.objects.get(intent_key=request.intent_key)
        assert not SlotHold.objects.exists(), point
        assert StaffTask.objects.filter(write=write).count() == 1, f"{point}: whoever asked is told how it ended"
        return write

    def dies(self, point: str, command: Callable[[Any], object], request: Any) -> None:
        connections.close_all()
        self.sandbox.clear_requests()
        assert self._kill(point, self.at.connection.practice_id, command, request) == -signal.SIGKILL, point

    def changes_sent(self, what: dict[str, Any]) -> int:
        wanted = what["path"].strip("^$")
        return sum(
            entry["method"] == what["method"] and wanted.replace(r"/\d+", "") in entry["path"]
            for entry in self.sandbox.requests()
        )


@pytest.fixture
def scene(mirrored: At, kill: Kill) -> Scene:
    return Scene(mirrored, kill)


def test_a_booking_killed_anywhere_is_settled_to_the_truth(scene: Scene) -> None:
    for point, booked in ONWARD.items():
        (offer,) = scene.times(1)
        wanted = BookingRequest(scene.patient, offer, intent_key=point, channel="test", asked_by="conversation:1")
        write = scene.killed(f"booking_{point}", book, wanted)

        assert write.state == ("booked" if booked else "unavailable"), point
        theirs = standing(scene.sandbox, offer)
        assert theirs == ([write.appointment_remote_id] if booked else []), point
        if booked:
            assert write.reference in row(scene.sandbox, theirs[0])["notes"]
            assert Appointment.objects.get(remote_id=theirs[0]).starts_at == offer.starts_at
        assert scene.changes_sent(BOOKING[scene.at.system.vendor]) == int(booked), point


def test_a_withdrawal_killed_in_the_middle_is_finished(scene: Scene) -> None:
    """On a system that looks for itself nothing is withdrawn: it refuses, and there is no such point."""
    for point in BACKWARD:
        (offer,) = scene.times(1)
        scene.sandbox.fault(
            kind="edit_after", edits=[reception(offer, scene.other)], **BOOKING[scene.at.system.vendor]
        )
        wanted = BookingRequest(scene.patient, offer, intent_key=point, channel="test", asked_by="conversation:1")
        write = scene.killed(f"booking_{point}", book, wanted)

        assert write.state == "taken", point
        left = standing(scene.sandbox, offer)
        assert len(left) == 1, point
        assert write.reference not in (row(scene.sandbox, left[0])["notes"] or "")


def test_a_move_killed_anywhere_is_settled_to_the_truth(scene: Scene) -> None:
    for point, moved in ONWARD.items():
        before, after = scene.times(2)
        appointment = booked_at(scene.patient, before, key=f"before {point}")
        write = scene.killed(f"move_{point}", reschedule, move(scene.patient, appointment, after, key=point))

        assert write.state == ("done" if moved else "unavailable"), point
        here, gone = (after, before) if moved else (before, after)
        assert (standing(scene.sandbox, here), standing(scene.sandbox, gone)) == ([appointment], []), point
        assert Appointment.objects.get(remote_id=appointment).starts_at == here.starts_at, point
        assert scene.changes_sent(ASKED[scene.at.system.vendor]["move"]) == int(moved), point


def test_a_move_back_killed_in_the_middle_is_finished(scene: Scene) -> None:
    for point in BACKWARD:
        before, after = scene.times(2)
        appointment = booked_at(scene.patient, before, key=f"before {point}")
        asked = ASKED[scene.at.system.vendor]["move"]
        scene.sandbox.fault(kind="edit_after", edits=[reception(after, scene.other)], **asked)
        write = scene.killed(f"move_{point}", reschedule, move(scene.patient, appointment, after, key=point))

        assert write.state == "taken", point
        assert standing(scene.sandbox, before) == [appointment], point
        assert len(standing(scene.sandbox, after)) == 1, f"{point}: the one whom reception booked"
        assert Appointment.objects.get(remote_id=appointment).starts_at == before.starts_at, point
        assert scene.changes_sent(asked) == 2, f"{point}: there and back"


def test_a_cancellation_killed_anywhere_is_settled_to_the_truth(scene: Scene) -> None:
    for point, cancelled in ONWARD.items():
        (offer,) = scene.times(1)
        appointment = booked_at(scene.patient, offer, key=f"before {point}")
        wanted = cancellation(scene.patient, appointment, offer, key=point, warned=True)
        write = scene.killed(f"cancellation_{point}", cancel, wanted)

        assert write.state == ("done" if cancelled else "unavailable"), point
        assert bool(row(scene.sandbox, appointment)["cancelled_at"]) is cancelled, point
        assert (Appointment.objects.get(remote_id=appointment).status == "cancelled") is cancelled, point
        assert scene.changes_sent(ASKED[scene.at.system.vendor]["cancel"]) == int(cancelled), point


def test_a_registration_killed_anywhere_is_settled_to_the_truth(scene: Scene) -> None:
    for number, (point, registered) in enumerate(ONWARD.items()):
        name = f"Brandt-{'abcde'[number]}konjo"
        given = {"first_name": "Ottilie", "last_name": name, "date_of_birth": "17/3/1991", "mobile": "0491 570 313"}
        wanted = RegisterRequest(
            given=given, intent_key=point, channel="test", asked_by="conversation:1", not_these=_everybody()
        )
        write = scene.killed(f"registration_{point}", register_patient, wanted)

        assert write.state == ("done" if registered else "unavailable"), point
        there = [held["id"] for held in scene.sandbox.world("patients")["patients"] if held["last_name"] == name]
        assert there == ([write.patient_remote_id] if registered else []), point
        assert list(Patient.objects.filter(last_name=name).values_list("remote_id", flat=True)) == there, point
        assert scene.changes_sent(ASKED[scene.at.system.vendor]["register"]) == int(registered), point


def _everybody() -> tuple[str, ...]:
    """The same number as the one before: it was asked, and is somebody else."""
    return tuple(Patient.objects.values_list("remote_id", flat=True))


def test_what_was_about_to_be_sent_is_known_within_a_minute_of_the_restart(scene: Scene) -> None:
    """By the clock, which nobody turns ahead here: the workers come by as often as their schedule says."""
    (offer,) = scene.times(1)
    wanted = BookingRequest(scene.patient, offer, intent_key="sent", channel="test", asked_by="conversation:1")
    scene.dies("booking_sent", book, wanted)
    up_again = timezone.now()
    for tick in range(int(timedelta(minutes=1) / settling.EVERY)):
        with time_machine.travel(up_again + tick * settling.EVERY, tick=False):
            settling.settle_open_bookings()
            if tick == 0:
                assert Write.objects.get().state == Write.State.SENT, "it may be on its way"

    assert Write.objects.get().state == Write.State.UNAVAILABLE
    assert "not made" in StaffTask.objects.get().summary
    assert not SlotHold.objects.exists()


# -- whether that is all of them ----------------------------------------------------------------------------------


def named_points() -> set[str]:
    """Every point of the product, of each kind of write where the name says so."""
    found = set()
    for path in Path(routiq.__file__).parent.rglob("*.py"):
        for node in ast.walk(parsed(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "faults.point":
                (name,) = node.args
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
                else:
                    end = ast.unparse(name).partition("{write.kind}")[2].rstrip("'\"")
                    assert end.startswith("_"), ast.unparse(name)
                    found |= {f"{kind}{end}" for kind in Write.Kind.values}
    return found


def test_every_point_of_every_write_is_one_at_which_it_is_killed() -> None:
    """A cancellation and a registration are in nobody's way: they have no conflict, and nothing to take back."""
    nobodys = {kind for kind, steps in STEPS.items() if type(steps).has_conflict is Steps.has_conflict}
    impossible = {f"{kind}_{point}" for kind in nobodys for point in BACKWARD}
    killed = {f"{kind}_{point}" for kind, points in CRASHES.items() for point in points}
    of_writes = {point for point in named_points() if point.startswith(tuple(Write.Kind.values))}
    assert of_writes - impossible == killed
    assert len(killed) >= 12


def test_every_other_point_is_armed_by_a_test() -> None:
    texts = [path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py") if path != Path(__file__)]
    others = {point for point in named_points() if not point.startswith(tuple(Write.Kind.values))}
    assert others > {"offer_accepted", "offer_carried"}
    assert not {point for point in others if not any(f'"{point}' in text for text in texts)}
