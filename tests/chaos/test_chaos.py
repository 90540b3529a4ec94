"""A receptionist, a vendor, a network and a machine that all do their worst, in any order (S2, S3, S4, S11, S15).

After every step nothing has gone back in time, nothing is taken for gone that is there, and no accepted event is
lost. After the next reconciliation the mirror equals the world in every field (``invariants``).

Sequences are drawn from a seed, a hundred from each: ``CHAOS_SEQUENCES`` is how many are played, ``CHAOS_SEED`` the
seed of the first hundred (the next is one more); without it they begin at a random one. With neither, a few are
played that are always the same. ``CHAOS_SHRINK=0`` stops at the first failure as it was found.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from pms_sandbox.testing import running_sandbox
from routiq import faults
from routiq.connections import gateways
from routiq.connections.models import Connection
from routiq.connections.secrets import keyring
from routiq.pms import transport
from routiq.pms.cliniko import streams
from routiq.pms.errors import PmsError
from routiq.practices.models import Practice
from routiq.sync import engine, jobs, walkers, webhooks
from routiq.sync.looking import look
from routiq.sync.models import SyncRun, WebhookEndpoint, WebhookRegistration
from routiq.sync.start import request_run
from tests.chaos.invariants import AlwaysTrue
from tests.chaos.receptionist import ACTS, Announcement, Wish
from tests.chaos.seeds import blocks
from tests.chaos.stage import Post, Stage
from tests.sandboxes import carry_open_run, connect
from tests.worlds import differences

#: How many are played when no number is asked for.
BY_DEFAULT = 10
STEPS = 10
LISTS = "patients|individual_appointments|group_appointments|attendees"

wishes = st.builds(Wish, st.sampled_from(sorted(ACTS)), st.integers(0, 9_999), st.integers(0, 9_999))
points = st.tuples(
    st.sampled_from(["page_fetched", "page_written", "checkpoint_written", "page_committed"]), st.integers(1, 9)
)
troubles = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["html200", "truncated", "status", "drop_before", "missing_key", "foreign_next"]),
        "path": st.sampled_from([LISTS, *LISTS.split("|"), "patients/deleted"]),
        "after": st.integers(0, 4),
    }
)


class OneThread:
    """Stands in for the pool that a run's walks share: one after the other, always in the same order, and without a
    new connection to the database for each run."""

    def __init__(self, width: int, **named: Any) -> None:
        assert width == 1

    def shutdown(self) -> None:
        pass

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*given))
        except BaseException as error:
            future.set_exception(error)
        return future


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def dies_at(name: str, nth: int) -> Iterator[None]:
    """Whoever comes to the point for the ``nth`` time goes no further, and neither does anybody else."""
    left = nth

    def point(reached: str) -> None:
        nonlocal left
        if reached == name:
            left -= 1
        if left <= 0:
            raise Killed

    unarmed, faults.point = faults.point, point
    try:
        yield
    except Killed:
        pass
    finally:
        faults.point = unarmed


class Chaos(AlwaysTrue):
    def __init__(self) -> None:
        super().__init__()
        self.on_the_way: list[Announcement] = []
        self.sent_out = 0
        self.forged = 0

    # -- the front desk --------------------------------------------------------------------------------------------

    @rule(wishes=st.lists(wishes, min_size=1, max_size=4))
    def somebody_works(self, wishes: list[Wish]) -> None:
        for wish in wishes:
            self.desk.does(wish)
        self._collect()

    @rule(wish=wishes)
    def somebody_does_one_thing_more(self, wish: Wish) -> None:
        self.somebody_works([wish])

    # -- time ------------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 2, 30, 200, 3_600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.stage.our_clock_jumps(seconds)
        self.stage.their_clock_jumps(seconds)

    @rule(seconds=st.sampled_from([1, 60, 600, 10_000]), ours=st.booleans())
    def one_clock_jumps(self, seconds: int, ours: bool) -> None:
        (self.stage.our_clock_jumps if ours else self.stage.their_clock_jumps)(seconds)

    # -- deliveries ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data())
    def deliveries_arrive(self, data: st.DataObject) -> None:
        """Some of them, in any order, some more than once; the rest later, or never."""
        arriving = data.draw(st.lists(st.sampled_from(self.on_the_way), max_size=5), label="arriving")
        for announcement in arriving:
            self._deliver(announcement)
        self.on_the_way = [held for held in self.on_the_way if held not in arriving]

    @precondition(lambda self: self.on_the_way)
    @rule()
    def all_is_delivered_twice_and_backwards(self) -> None:
        for announcement in [*reversed(self.on_the_way), *self.on_the_way]:
            self._deliver(announcement)
        self.on_the_way.clear()

    @precondition(lambda self: self.on_the_way)
    @rule()
    def deliveries_are_lost(self) -> None:
        self.on_the_way.clear()

    @rule(kind=st.sampled_from(["patient.deleted", "appointment.updated"]), genuine=st.booleans())
    def a_lie_is_told(self, kind: str, genuine: bool) -> None:
        """Signed with another secret; or by the vendor itself, about what is not so."""
        self.forged += 1
        record = self.desk.one("patients", self.forged) or "1"
        status = self.stage.post.deliver(f"lie-{self.forged}", kind, record, forged=not genuine)
        assert status == (204 if genuine else 401)
        if genuine:
            self.accepted.add(f"lie-{self.forged}")

    # -- workers ---------------------------------------------------------------------------------------------------

    @rule()
    def quick_look(self) -> None:
        look(self.connection)

    @rule()
    def thorough_look(self) -> None:
        look(self.connection, thorough=True)

    @rule()
    def look_for_what_was_announced(self) -> None:
        jobs._last_look.clear()
        jobs.look_for_announced(practice_id=self.connection.practice_id, connection_id=self.connection.pk)

    @rule(trouble=troubles, thorough=st.booleans())
    def a_look_fails(self, trouble: dict[str, Any], thorough: bool) -> None:
        with self.stage.fault(method="GET", times=None, **trouble), suppress(PmsError):
            look(self.connection, thorough=thorough)

    @rule(where=points, thorough=st.booleans())
    def a_worker_is_killed_while_it_looks(self, where: tuple[str, int], thorough: bool) -> None:
        with dies_at(*where):
            look(self.connection, thorough=thorough)

    @rule(wish=wishes, after=st.integers(0, 5), first=st.booleans(), thorough=st.booleans())
    def somebody_works_while_we_look(self, wish: Wish, after: int, first: bool, thorough: bool) -> None:
        with self._works_meanwhile(wish, after, first):
            look(self.connection, thorough=thorough)

    # -- runs ------------------------------------------------------------------------------------------------------

    @rule()
    def sync_now(self) -> None:
        request_run(self.connection)
        assert carry_open_run(self.connection) is engine.Ended.DONE

    @rule(kind=st.sampled_from(list(SyncRun.Kind)[1:]), where=points)
    def a_worker_is_killed_in_a_run(self, kind: SyncRun.Kind, where: tuple[str, int]) -> None:
        name, nth = where
        request_run(self.connection, kind)
        with dies_at(name, 1 + (nth * 5) % 23):
            carry_open_run(self.connection)

    @rule(kind=st.sampled_from(list(SyncRun.Kind)[1:]), trouble=troubles)
    def a_run_meets_trouble(self, kind: SyncRun.Kind, trouble: dict[str, Any]) -> None:
        request_run(self.connection, kind)
        with self.stage.fault(method="GET", times=None, **trouble):
            carry_open_run(self.connection)

    @rule(wish=wishes, after=st.integers(0, 25), first=st.booleans())
    def somebody_works_during_a_reconciliation(self, wish: Wish, after: int, first: bool) -> None:
        request_run(self.connection, SyncRun.Kind.RECONCILIATION)
        with self._works_meanwhile(wish, after, first):
            assert carry_open_run(self.connection) is engine.Ended.DONE

    # -- what steps have in common ---------------------------------------------------------------------------------

    def _collect(self) -> None:
        """What the vendor sends out now."""
        self.on_the_way += self.desk.announced[self.sent_out :]
        self.sent_out = len(self.desk.announced)

    def _deliver(self, announcement: Announcement) -> None:
        delivery = f"event-{announcement.number}"
        assert self.stage.post.deliver(delivery, announcement.kind, announcement.record) == 204
        self.accepted.add(delivery)

    @contextmanager
    def _works_meanwhile(self, wish: Wish, after: int, first: bool) -> Iterator[None]:
        edits = self.desk.plan(wish)
        kind = "edit_before" if first else "edit_after"
        if not edits:
            yield
            return
        armed = self.stage.sandbox.fault(kind=kind, method="GET", path=LISTS, after=after, times=1, edits=edits)
        try:
            yield
        finally:
            self._note_if_done(armed, edits)

    def _note_if_done(self, armed: dict[str, Any], edits: list[dict[str, Any]]) -> None:
        held = {fault["id"]: fault for fault in self.stage.sandbox.control("GET", "faults")["faults"]}
        self.stage.sandbox.clear_faults()
        if held[armed["id"]]["fired"]:
            self.desk.note(edits, [edit.get("id") or self._made(edit) for edit in edits])
            self._collect()

    def _made(self, edit: dict[str, Any]) -> str:
        name = edit["collection"]
        known = set(self.desk.ids[name]) | self.desk.deleted
        return next(record["id"] for record in self.stage.sandbox.world(name)[name] if record["id"] not in known)


def _registered(connection: Connection) -> tuple[str, str]:
    """The token of the address that the vendor was given, and the secret that it signs with."""
    registration = webhooks.register(connection)
    assert registration is not None
    assert registration.state == WebhookRegistration.State.LIVE
    endpoint = WebhookEndpoint.objects.get(connection=connection, retire_at=None)
    url = gateways.gateway_of(connection).subscriptions()[0].url
    return url.rsplit("/", 1)[1], keyring().decrypt(endpoint.secret_cipher, webhooks.place_of_secret(endpoint))


@pytest.fixture
def stage(transactional_db: Any, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(transport, "_FIRST_DELAY", dict.fromkeys(transport._FIRST_DELAY, 0.0))
    monkeypatch.setattr(streams, "PAGE_SIZE", 25)
    monkeypatch.setattr(walkers, "ThreadPoolExecutor", OneThread)
    monkeypatch.setattr(walkers, "_close_databases", lambda barrier: None)
    Practice.objects.filter(pk=practice.pk).update(history_months=1)
    practice.refresh_from_db()
    today = datetime.now(UTC).astimezone(practice.zone).date()
    options: dict[str, Any] = {"patients": 20, "seed": 7, "today": today, "rate_limit": 0, "webhooks": True}
    options["vendor"] = "cliniko"  # The other one's papers would be read with the world, and compared with nothing.
    with (
        running_sandbox(process=True, **options) as sandbox,
        override_settings(
            PMS_URLS={"cliniko": sandbox.cliniko_url},
            PMS_REQUESTS=0,
            BASE_URL="http://127.0.0.1:9",
            SYNC_SIDE_BY_SIDE=1,
        ),
    ):
        connection = connect(practice, sandbox)
        stage = Stage(sandbox, connection, Post(*_registered(connection)))
        stage.thin_out()
        assert carry_open_run(connection) is engine.Ended.DONE
        assert differences(connection, sandbox) == []
        stage.remember()
        try:
            yield stage
        finally:
            stage.end()
            stage.post.close()
            gateways.close_all()


def test_whatever_happens_the_mirror_comes_right_and_never_goes_back(stage: Stage) -> None:
    wanted = os.environ.get("CHAOS_SEQUENCES")
    first = os.environ.get("CHAOS_SEED") or (random.randrange(2**32) if wanted else 1)
    for number, sequences in blocks(int(wanted or BY_DEFAULT), int(first)):
        play(stage, number, sequences)


def play(stage: Stage, number: int, sequences: int) -> None:
    """So many sequences, the same ones whenever they are played with this number. What plays them again is printed
    first."""

    @seed(number)
    class Played(Chaos):
        pass

    Played.stage = stage
    before, began = stage.sequences, time.monotonic()
    tell(f"CHAOS_SEED={number} CHAOS_SEQUENCES={sequences} make chaos")
    try:
        run_state_machine_as_test(
            Played,
            settings=settings(
                max_examples=sequences,
                stateful_step_count=STEPS,
                database=None,
                deadline=None,
                print_blob=True,
                phases=[Phase.generate] if os.environ.get("CHAOS_SHRINK") == "0" else list(Phase),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        played, took = stage.sequences - before, time.monotonic() - began
        tell(f"CHAOS_SEED={number}: {played} sequences in {took:.0f} s")


def tell(line: str) -> None:
    """To whoever waits; pytest shows it where a test fails."""
    sys.__stderr__.write(f"{line}\n")
    sys.__stderr__.flush()
