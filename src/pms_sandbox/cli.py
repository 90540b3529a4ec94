"""``pms-sandbox``: serve the practice, print its keys, or describe its world."""

from __future__ import annotations

import gc
from datetime import date, datetime
from typing import Any

import click

from pms_sandbox import __version__
from pms_sandbox.clock import Clock
from pms_sandbox.keys import STANDARD, key_text
from pms_sandbox.nookal import keys as nookal
from pms_sandbox.options import Options

_PLAIN = Options()


class OnOff(click.ParamType[bool]):
    """``on`` or ``off``."""

    name = "on|off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        if isinstance(value, bool):
            return value
        if value not in ("on", "off"):
            self.fail("say on or off", param, ctx)
        return bool(value == "on")


_DAY = click.DateTime(["%Y-%m-%d"])


def _as_day(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def _world_options(command: Any) -> Any:
    for option in (
        click.option("--time-zone", default=_PLAIN.time_zone, show_default=True, help="IANA zone of all locations."),
        click.option("--today", type=_DAY, callback=_as_day, help="Start at 09:00 on this day instead of now."),
        click.option("--seed", default=_PLAIN.seed, show_default=True, help="Another seed, another practice."),
        click.option("--patients", default=_PLAIN.patients, show_default=True, type=click.IntRange(min=20)),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """An invented practice behind the REST API of a practice-management system, for tests and benchmarks."""


@main.command()
@_world_options
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8900, show_default=True, type=click.IntRange(1, 65535))
@click.option("--vendor", type=click.Choice(["cliniko", "nookal", "both"]), default=_PLAIN.vendor, show_default=True)
@click.option("--shard", default=_PLAIN.shard, show_default=True)
@click.option("--rate-limit", default=_PLAIN.rate_limit, show_default=True, help="Requests a window; 0 is no limit.")
@click.option("--rate-window", default=_PLAIN.rate_window, show_default=True, help="Seconds.")
@click.option("--latency", "latency_ms", default=0.0, help="Milliseconds added to every answer of the API.")
@click.option("--latency-jitter", "latency_jitter_ms", default=0.0, help="Up to so many milliseconds more.")
@click.option("--webhooks", type=OnOff(), default=False, help="on|off. The real API has none.")
@click.option("--step", type=click.Choice(["duration", "timeslot"]), default=_PLAIN.step, show_default=True)
@click.option("--window-days", type=click.IntRange(6, 7), default=7, show_default=True, help="Widest from/to.")
@click.option("--disabled-behaviour", type=click.Choice(["404", "empty"]), default="404", show_default=True)
@click.option("--cancelled-visible", type=OnOff(), default=False, help="on|off. Lists show cancelled bookings.")
@click.option("--recalls", type=OnOff(), default=True, help="on|off. off answers 404.")
@click.option("--cluster", type=OnOff(), default=False, help="on|off. Offer only times next to a booking.")
@click.option("--strict-ua", type=OnOff(), default=False, help="on|off. 403 without a contact in the User-Agent.")
@click.option("--arrival-bumps", type=OnOff(), default=True, help="on|off. Arrival touches the appointment.")
@click.option("--own-appointments-only", type=OnOff(), default=True, help="on|off. For practitioners' keys.")
@click.option("--nookal-rate-limit", default=0, show_default=True, help="Requests a window and key; 0 is no limit.")
@click.option("--nookal-outside-hours", type=OnOff(), default=False, help="on|off. Bookings outside the roster.")
@click.option("--nookal-deceased-listed", type=OnOff(), default=True, help="on|off. getPatients without being asked.")
def serve(host: str, port: int, **options: Any) -> None:
    """Serve the practice until interrupted; the first lines printed are each vendor's address and a key."""
    import uvicorn

    from pms_sandbox.server import Server
    from pms_sandbox.testing import server_config

    chosen = Options(**options)
    app = Server(chosen)
    for collection in app.sandbox.world.collections.values():
        collection.put_in_order()
    # the practice stays for good: keep the collector from walking it again and again
    gc.collect()
    gc.freeze()
    if app.cliniko:
        click.echo(f"Cliniko API  http://{host}:{port}/cliniko/{chosen.shard}/v1")
        click.echo(f"admin key    {app.sandbox.keys.keys['admin'].key}")
    if app.nookal:
        click.echo(f"Nookal API   http://{host}:{port}/production/v2")
        click.echo(f"nookal key   {app.sandbox.nookal_keys.keys['nookal'].key}")
    click.echo(f"control door http://{host}:{port}/_sandbox/world")
    uvicorn.Server(server_config(app, host, port)).run()


@main.command()
@click.option("--seed", default=_PLAIN.seed, show_default=True)
@click.option("--shard", default=_PLAIN.shard, show_default=True)
def keys(seed: int, shard: str) -> None:
    """Print the API keys of a seed: label, role, account, key."""
    for label, role, account in STANDARD:
        click.echo(f"{label:<13} {role:<14} {account:<6} {key_text(label, seed, shard)}")
    for label, account, count, enabled in nookal.STANDARD:
        about = "disabled" if not enabled else "all locations" if count is None else f"{count} location"
        click.echo(f"{label:<13} {about:<14} {account:<6} {nookal.key_text(label, seed)}")


@main.command()
@_world_options
def world(**options: Any) -> None:
    """Describe the practice without serving it."""
    from pms_sandbox.sandbox import generate_worlds

    chosen = Options(**options)
    clock = Clock(chosen.today, chosen.time_zone)
    made = generate_worlds(chosen, clock)["main"]
    click.echo(f"{made.name}, account {made.account_id}, {clock.today()} in {chosen.time_zone}")
    for name, collection in made.collections.items():
        if collection.rows and name != "bookings":
            click.echo(f"{len(collection.rows):>8}  {name.replace('_', ' ')}")
    for held in made.characters:
        click.echo(f"{held['label']:<10} {held['phone']:<15} {held['about']}")
