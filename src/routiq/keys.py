"""``routiq keys``: which master keys are in use, and moving everything to the newest one."""

from __future__ import annotations

import click

from routiq.installation import ready


@click.group()
def keys() -> None:
    """The master keys that the stored secrets are encrypted with."""


@keys.command("list")
def list_keys() -> None:
    """Ids of the keys and how many secrets each one holds; never the keys themselves."""
    with ready():
        from routiq.connections.rotation import keys_in_use
        from routiq.connections.secrets import keyring

        ring, used = keyring(), keys_in_use()
    for name in ring.names:
        note = (
            "current" if name == ring.current else "may be removed" if not used[name] else "run: routiq keys rotate"
        )
        click.echo(f"{name:<20} {used[name]:>6} secrets  {note}")
    for name in sorted(used.keys() - set(ring.names)):
        click.echo(f"{name:<20} {used[name]:>6} secrets  MISSING from ROUTIQ_MASTER_KEYS")


@keys.command()
@click.option("--new", is_flag=True, help="First put a new key in front of the ring in the data folder.")
def rotate(new: bool) -> None:
    """Re-encrypt every stored secret under the first key of the ring, while the product serves.

    Can be stopped and run again at any time. Exit status 1 when a secret could not be read; it is named and left as
    it is.
    """
    with ready():
        from routiq.connections import rotation
        from routiq.connections.secrets import add_key, is_kept_here, keyring

        if new and not is_kept_here():
            raise click.ClickException(
                "The keys are given by ROUTIQ_MASTER_KEYS: put the new one in front there, keep the old ones "
                "behind it, and run `routiq keys rotate` without --new."
            )
        if new:
            click.echo(f"new key {add_key()} made")
        done = rotation.rotate()
        click.echo(f"{done.rotated} secrets are now under {keyring().current}; {done.current} were already")
    for place in done.unreadable:
        click.echo(
            f"not readable: practice {place.practice_id}, {place.table}.{place.column}, row {place.row}", err=True
        )
    if done.unreadable:
        click.echo(
            "These were left as they are. Either a key is missing from the ring, or the row was changed by hand: "
            "connect the practice again with its API key.",
            err=True,
        )
        raise SystemExit(1)
