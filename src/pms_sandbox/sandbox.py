"""One running sandbox: two accounts, their keys, a clock, rate limits, a log and whatever faults are armed."""

from __future__ import annotations

from pms_sandbox.clock import Clock
from pms_sandbox.faults import FaultBoard
from pms_sandbox.keys import KeyRing
from pms_sandbox.nookal.diary import Diary
from pms_sandbox.nookal.keys import NookalKeys
from pms_sandbox.options import Options
from pms_sandbox.ratelimit import RateLimiter
from pms_sandbox.requestlog import RequestLog
from pms_sandbox.webhooks import WebhookHub
from pms_sandbox.world.generate import main_world, other_world
from pms_sandbox.world.model import World


class Sandbox:
    """State shared by the vendors' faces and the control door; everything runs in one event loop."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock(options.today, options.time_zone)
        # A generation takes seconds at most; ids and stamps must not depend on how long it took.
        self.worlds = generate_worlds(options, self.clock)
        self.keys = KeyRing(self.worlds, options.seed, options.shard)
        self.nookal_keys = NookalKeys(self.worlds, options.seed, self.clock)
        self.limiter = RateLimiter(options.rate_limit, options.rate_window)
        self.nookal_limiter = RateLimiter(options.nookal_rate_limit, options.rate_window)
        self._diaries = {world.account_id: Diary(world) for world in self.worlds.values()}
        self.log = RequestLog()
        self.faults = FaultBoard()
        self.hub = WebhookHub(self.worlds, self.faults, options.seed)

    @property
    def world(self) -> World:
        """The account under test."""
        return self.worlds["main"]

    def diary(self, world: World) -> Diary:
        """Appointments and seats in classes of one account in one list."""
        return self._diaries[world.account_id]

    def snapshot(self) -> None:
        """The worlds as they are now are what :meth:`reset` goes back to."""
        for world in self.worlds.values():
            world.snapshot()

    def reset(self) -> None:
        """The remembered worlds again, with their keys, their clock and nothing armed or logged."""
        for world in self.worlds.values():
            world.reset()
        self.keys.reset()
        self.nookal_keys.reset()
        self.clock.restart()
        self.limiter.reset()
        self.nookal_limiter.reset()
        self.log.clear()
        self.faults.clear()
        self.hub.reset()


def generate_worlds(options: Options, clock: Clock) -> dict[str, World]:
    """Both accounts, as of the start of the clock's first day."""
    ledger = options.vendor != "cliniko"
    with clock.frozen():
        return {
            "main": main_world(options.patients, options.seed, clock, options.time_zone, ledger=ledger),
            "other": other_world(options.seed, clock, options.time_zone, ledger=ledger),
        }
