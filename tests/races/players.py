"""Players: threads that carry out a script and stop at every named point until they are told to go on.

A point is before each request to the vendor, after each answer, and at each of :mod:`routiq.faults` that lies outside
of a transaction. So whoever says who goes next decides how the steps interleave.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection as database
from django.db import connections

from pms_sandbox.testing import RunningSandbox
from routiq import faults
from routiq.connections.models import Connection
from routiq.frontdesk import settling
from routiq.frontdesk.booking import book
from routiq.frontdesk.cancelling import cancel
from routiq.frontdesk.changes import CancelRequest, MoveRequest
from routiq.frontdesk.moving import reschedule
from routiq.frontdesk.wishes import BookingRequest
from routiq.mirror.models import Appointment
from routiq.pms import transport
from routiq.pms.gateway import Stream
from routiq.pms.nookal import diary as nookal_diary
from routiq.practices.tenancy import acting_for
from routiq.sync.looking import look
from tests.frontdesk.desk import later
from tests.races.scripts import Call, Cast, Script

#: These lie within a transaction: nobody may be kept waiting there.
_WITHIN = ("page_written", "checkpoint_written")
#: What one player asks for all of a process, every few minutes: the others wait for the answer, and not at a point.
_FOR_ALL = ("/getLocations", "/getPractitioners", "/getAppointmentTypes", "/getServiceMatrix")


@dataclass(frozen=True)
class Done:
    """A call that was made, and what was answered to it. Times are those of one clock for all processes."""

    player: int
    call: Call
    began: float
    ended: float
    outcome: str
    """Of :class:`routiq.frontdesk.wishes.Outcome`; ``died`` when nobody heard an answer; of staff what they did."""
    write: str = ""
    appointment: str = ""
    message: str = ""
    time: int = -1
    """Where staff put an appointment."""
    late: bool = False


class Killed(BaseException):
    """The process is gone."""


Report = Callable[[str, int, Any], None]
"""``at`` a point, ``did`` a call, ``end``, or ``broke`` with what went wrong; who; and which."""


class Player(threading.Thread):
    """Carries out one script after the other, each as player ``who``."""

    def __init__(self, sandbox: RunningSandbox, report: Report) -> None:
        super().__init__(daemon=True)
        self._sandbox = sandbox
        self._report = report
        self._inbox: queue.SimpleQueue[tuple[int, Script, Cast] | None] = queue.SimpleQueue()
        self._go = threading.Semaphore(0)
        self._who = 0
        self._script = Script(())
        self._points = self._changes = 0

    def begin(self, who: int, script: Script, cast: Cast) -> None:
        self._inbox.put((who, script, cast))

    def go(self) -> None:
        self._go.release()

    def leave(self) -> None:
        self._inbox.put(None)

    def stop_at(self, point: str) -> None:
        self._points += 1
        if self._points == self._script.dies_at:
            raise Killed
        self._report("at", self._who, point)
        self._go.acquire()

    def about_to_send(self, method: str, path: str) -> None:
        """A change goes out: is it the one that is lost?"""
        self._changes += 1
        which, kind = self._script.lost
        if self._changes == which:
            self._sandbox.fault(kind=kind, method=method, path=f"{path.strip('/')}$", times=1)

    def run(self) -> None:
        _playing.player = self
        unhurried()
        while (given := self._inbox.get()) is not None:
            self._who, self._script, cast = given
            self._points = self._changes = 0
            try:
                self._play(cast)
            except Exception as error:
                self._report("broke", self._who, f"{type(error).__name__}: {error}")
            self._report("end", self._who, "")
        connections.close_all()

    def _play(self, cast: Cast) -> None:
        with acting_for(cast.practice_id):
            for call in self._script.calls:
                began = time.monotonic()
                try:
                    # Only now, so that nobody begins before they are told to.
                    self.stop_at(call.what)
                    began = time.monotonic()
                    done = self._do(call, cast, began)
                except Killed:
                    self._report("did", self._who, Done(self._who, call, began, time.monotonic(), "died"))
                    return
                self._report("did", self._who, replace(done, ended=time.monotonic()))

    def _do(self, call: Call, cast: Cast, began: float) -> Done:
        done = Done(self._who, call, began, began, "done")
        if call.what == "edit":
            return edited(self._sandbox, call, cast, done)
        if call.what == "settle":
            later()
            settling.settle_open_bookings()
            return done
        if call.what == "look":
            look(Connection.objects.get(pk=cast.connection_id), [Stream.APPOINTMENTS])
            return done
        answer = _ask(call, cast, f"conversation:{self._who + 1}")
        write = answer.booking_id if call.what == "book" else answer.write_id
        return replace(
            done,
            outcome=answer.outcome.value,
            write=write,
            appointment=answer.appointment_id,
            message=answer.message,
        )


def _ask(call: Call, cast: Cast, who: str) -> Any:
    patient, offer = cast.patients[call.patient], cast.times[call.time]
    asking = {"intent_key": call.key, "channel": "test", "asked_by": who, "accepting_words": "yes"}
    if call.what == "book":
        return book(BookingRequest(patient_id=patient, offer=offer, **asking))
    if call.appointment < 0:
        mine = Appointment.objects.filter(patient_remote_id=patient).exclude(remote_id__in=cast.standing)
        appointment = mine.order_by("-pk").values_list("remote_id", flat=True).first() or "1"
    else:
        appointment = cast.standing[call.appointment]
    if call.what == "move":
        return reschedule(MoveRequest(patient_id=patient, appointment_id=appointment, offer=offer, **asking))
    stands = Appointment.objects.filter(remote_id=appointment).values_list("starts_at", flat=True).first()
    return cancel(
        CancelRequest(
            patient_id=patient,
            appointment_id=appointment,
            starts_at=stands or offer.starts_at,
            warned=True,
            **asking,
        )
    )


# -- staff in the vendor's own pages -------------------------------------------------------------------------

APPOINTMENTS = "individual_appointments"


def stamp(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def stands(row: dict[str, Any]) -> bool:
    return not (row["cancelled_at"] or row["archived_at"] or row["deleted_at"])


def edited(sandbox: RunningSandbox, call: Call, cast: Cast, done: Done) -> Done:
    """They see the diary as it is, and put nobody where somebody is already."""
    diary = [row for row in sandbox.world(APPOINTMENTS)[APPOINTMENTS] if stands(row)]
    offer = cast.times[call.time]
    chosen = diary[call.appointment % len(diary)] if diary and call.edit != "create" else None
    taken = any(
        row["starts_at"] < stamp(offer.ends_at)
        and row["ends_at"] > stamp(offer.starts_at)
        and row["practitioner"]["links"]["self"].endswith(f"/{offer.practitioner_id}")
        for row in diary
        if row is not chosen
    )
    if (taken and call.edit in ("create", "move")) or (chosen is None and call.edit != "create"):
        return replace(done, outcome="nothing")
    place = {
        "practitioner_id": offer.practitioner_id,
        "business_id": offer.location_id,
        "starts_at": stamp(offer.starts_at),
        "ends_at": stamp(offer.ends_at),
        "appointment_type_id": offer.appointment_type_id,
    }
    edit: dict[str, Any] = {"op": call.edit, "collection": APPOINTMENTS}
    if chosen is not None:
        edit["id"] = chosen["id"]
    if call.edit == "create":
        edit["fields"] = {**place, "patient_id": cast.patients[call.patient]}
    elif call.edit == "move":
        edit |= {"op": "update", "fields": place}
    (id_,) = sandbox.edit([edit])
    where = call.time if call.edit in ("create", "move") else -1
    return replace(done, outcome=call.edit, appointment=id_ or "", time=where)


# -- where they stop -------------------------------------------------------------------------

_playing = threading.local()


def prepare() -> Callable[[], None]:
    """In a process that has players: let them stop at the points. What is handed back ends that."""
    plain_send, plain_point = transport.Transport._send, faults.point
    delays, second_look = transport._FIRST_DELAY, nookal_diary._SECOND_LOOK

    def send(self: Any, method: str, path: str, *given: Any, **named: Any) -> Any:
        player = getattr(_playing, "player", None)
        if player is None or path in _FOR_ALL:
            return plain_send(self, method, path, *given, **named)
        changes = method != "GET" and not path.startswith("/get")
        player.stop_at(f"{method} {path}")
        if changes:
            player.about_to_send(method, path)
        outcome = plain_send(self, method, path, *given, **named)
        player.stop_at("answered")
        return outcome

    def point(name: str) -> None:
        player = getattr(_playing, "player", None)
        if player is not None and name not in _WITHIN:
            player.stop_at(name)

    transport.Transport._send = send  # type: ignore[assignment, method-assign]
    nookal_diary._SECOND_LOOK = 0.0
    transport._FIRST_DELAY = dict.fromkeys(transport._FIRST_DELAY, 0.0)
    faults.point = point

    def undo() -> None:
        transport.Transport._send = plain_send  # type: ignore[method-assign]
        faults.point, transport._FIRST_DELAY, nookal_diary._SECOND_LOOK = plain_point, delays, second_look

    return undo


def unhurried() -> None:
    """What would be lost with the machine is no part of the play."""
    with database.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
