"""One practice, mirrored once; its diary is cleared for each interleaving. And the one who says who goes next."""

from __future__ import annotations

import os
import queue
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from routiq.connections.gateways import gateway_of
from routiq.frontdesk.models import Write
from routiq.frontdesk.times import find_times
from routiq.frontdesk.wishes import OfferedTime, Wish
from routiq.mirror.models import AppointmentType, Patient, Practitioner
from routiq.mirror.writing import write as write_mirror
from tests.frontdesk.desk import settle
from tests.races.elsewhere import Elsewhere
from tests.races.players import APPOINTMENTS, Done, Player, stamp
from tests.races.scripts import PATIENTS, STANDING, Cast, Play
from tests.systems import At

#: Seconds after which a player that does not stop again hangs.
PATIENCE = 30.0
MOST = 4
#: How often two or three go on at the same instant: then the database decides, and the order is its own.
AT_ONCE = 0.25
_LENGTHS, _A_DAY = 2, 4
_CLEARED = ("stafftask", "slothold", "journalstep", "booking")


class Stuck(AssertionError):
    """A player neither stopped nor ended."""


@dataclass
class Played:
    cast: Cast
    done: list[Done]
    steps: list[str]
    """Who went on, from which point, in order."""
    broken: list[str] = field(default_factory=list)
    """What no player may meet: an error that is no answer."""


class Stage:
    def __init__(self, at: At) -> None:
        self.at = at
        self.reports: queue.SimpleQueue[tuple[str, int, Any]] = queue.SimpleQueue()
        self._here = [Player(at.sandbox, self._report) for _ in range(MOST)]
        for player in self._here:
            player.start()
        url = {f"ROUTIQ_{each.upper()}_URL": value for each, value in self._urls().items()}
        self._elsewhere = Elsewhere(
            at.sandbox.base_url,
            MOST,
            {
                **os.environ,
                **url,
                "DJANGO_SETTINGS_MODULE": "routiq.settings",
                "ROUTIQ_PMS_REQUESTS": "0",
                "ROUTIQ_PMS_REQUESTS_PER_SECOND": "0",
            },
            self._report,
        )
        times = self._times()
        self.cast = Cast(
            practice_id=at.connection.practice_id,
            connection_id=at.connection.pk,
            patients=self._patients(),
            times=times,
            # One with each practitioner.
            standing_times=(1, len(times) // 2 + 2)[:STANDING],
        )

    def _urls(self) -> dict[str, str]:
        from django.conf import settings

        return dict(settings.PMS_URLS)

    def _report(self, *told: Any) -> None:
        self.reports.put(told)

    def close(self) -> None:
        for player in self._here:
            player.leave()
        for player in self._here:
            player.join(5)
        self._elsewhere.close()

    def _patients(self) -> tuple[str, ...]:
        active = Patient.objects.filter(status="active", merged_into="").order_by("remote_id")
        return tuple(active.values_list("remote_id", flat=True)[:PATIENTS])

    def _times(self) -> tuple[OfferedTime, ...]:
        """The same day with two practitioners, in two lengths."""
        kinds = AppointmentType.objects.filter(online=True, active=True, max_attendees=1).order_by("duration_minutes")
        lengths: dict[int, str] = {}
        for kind in kinds:
            lengths.setdefault(kind.duration_minutes, kind.remote_id)
        chosen = list(lengths.values())[-_LENGTHS:]
        first = (timezone.now() + timedelta(days=3)).date()
        found: dict[Any, list[OfferedTime]] = {}
        for who in Practitioner.objects.filter(online=True, active=True):
            for kind_id in chosen:
                wish = Wish(kind_id, who.remote_id, first_day=first, last_day=first + timedelta(days=12), count=400)
                for offer in find_times(wish).offers:
                    place = (offer.local_start.date(), offer.location_id)
                    found.setdefault((place, who.remote_id, kind_id), []).append(offer)
        for place in sorted({place for place, _, _ in found}):
            both = [
                who
                for who in sorted({who for _, who, _ in found})
                if all(len(found.get((place, who, kind), [])) >= 2 * _A_DAY for kind in chosen)
            ]
            if len(both) >= 2:
                return tuple(
                    offer for who in both[:2] for kind in chosen for offer in found[place, who, kind][::2][:_A_DAY]
                )
        raise AssertionError("no day on which two practitioners are at one place")

    def begin(self) -> Cast:
        """Nothing in the diary but what stands at the beginning, and nothing in the journal."""
        sandbox, at = self.at.sandbox, self.at
        sandbox.clear_faults()
        there = [row["id"] for row in sandbox.world(APPOINTMENTS)[APPOINTMENTS]]
        clearing: list[dict[str, Any]] = [{"op": "delete", "collection": APPOINTMENTS, "id": id_} for id_ in there]
        standing = [
            {
                "op": "create",
                "collection": APPOINTMENTS,
                "fields": {
                    "patient_id": self.cast.patients[place],
                    "practitioner_id": offer.practitioner_id,
                    "business_id": offer.location_id,
                    "appointment_type_id": offer.appointment_type_id,
                    "starts_at": stamp(offer.starts_at),
                    "ends_at": stamp(offer.ends_at),
                },
            }
            for place, offer in enumerate(self.cast.times[time] for time in self.cast.standing_times)
        ]
        ids = sandbox.edit([*clearing, *standing])[len(clearing) :]
        with database.cursor() as cursor:
            for table in _CLEARED:
                cursor.execute(f"DELETE FROM frontdesk_{table}")
            cursor.execute("DELETE FROM mirror_appointment")
        gateway = gateway_of(at.connection)
        asked_at = datetime.now(UTC)
        rows = [gateway.appointment(str(id_), patient_id=who) for id_, who in zip(ids, self.cast.patients)]  # noqa: B905
        write_mirror(at.connection, rows, asked_at)
        return replace(self.cast, standing=tuple(str(id_) for id_ in ids))

    def play(self, play: Play) -> Played:
        cast = self.begin()
        played = Played(cast, [], [])
        places = {True: iter(range(MOST)), False: iter(range(MOST))}
        seats = [(script.elsewhere, next(places[script.elsewhere])) for script in play.scripts]
        for who, (script, (elsewhere, place)) in enumerate(zip(play.scripts, seats, strict=True)):
            if elsewhere:
                self._elsewhere.begin(place, who, script, cast)
            else:
                self._here[place].begin(who, script, cast)
        waiting: dict[int, str] = {}
        self._wait(set(range(len(seats))), waiting, played)
        while waiting:
            for who in (going := self._next(play, waiting)):
                elsewhere, place = seats[who]
                played.steps.append(f"{who}: {waiting.pop(who)}")
                if elsewhere:
                    self._elsewhere.go(place)
                else:
                    self._here[place].go()
            self._wait(set(going), waiting, played)
        return played

    def _next(self, play: Play, waiting: dict[int, str]) -> list[int]:
        """Staff see the diary and write in one step, so nobody else goes on meanwhile."""
        chance, ready = play.chance, sorted(waiting)
        chosen = chance.sample(ready, k=min(len(ready), chance.choice([2, 2, 3]) if chance.random() < AT_ONCE else 1))
        staff = [who for who in chosen if waiting[who] == "edit"]
        return staff[:1] or chosen

    def _wait(self, whom: set[int], waiting: dict[int, str], played: Played) -> None:
        """Until each of these stands at a point or has ended."""
        while whom:
            try:
                what, who, told = self.reports.get(timeout=PATIENCE)
            except queue.Empty:
                raise Stuck(f"{whom} go on for ever, after {played.steps[-3:]}") from None
            if what == "did":
                played.done.append(told)
            elif what == "broke":
                played.broken.append(f"player {who}: {told}")
            else:
                whom.discard(who)
                if what == "at":
                    waiting[who] = told

    def settle(self) -> None:
        """The workers come by until nothing is open."""
        if Write.objects.filter(state__in=Write.OPEN).exists():
            settle()
