"""``routiq backup``, ``routiq backups`` and ``routiq restore``."""

from __future__ import annotations

import logging.config
import math
from datetime import UTC, datetime, timedelta

import click

from routiq import environment, logs
from routiq.backups import restoring, servers
from routiq.backups.making import back_up
from routiq.backups.shelf import Backup, BackupFailed, Shelf, shelf
from routiq.installation import database, migrate_in_own_process, ready


@click.command()
def backup() -> None:
    """A backup of the whole database, encrypted under a key of its own; keys whose days are over are destroyed.

    See docs/backups.md. Exit status 1 when none was made.
    """
    found = shelf()
    # A log line is the proof that a key was destroyed.
    logging.config.dictConfig(logs.configuration(environment.text("ROUTIQ_LOG_LEVEL", "INFO")))
    with database():
        try:
            made = back_up(found, servers.to_read())
        except BackupFailed as failed:
            raise click.ClickException(str(failed)) from None
    click.echo(f"{made.file}  {_size(made)}")
    click.echo(f"its key: {made.key}; destroyed after {found.days} days")


@click.command()
def backups() -> None:
    """The backups that there are: when they were made, how long they can be read, whether their key is here."""
    found = shelf()
    listed = found.all()
    if not listed:
        click.echo(f"none in {found.files}; `routiq backup` makes one")
    for each in listed:
        click.echo(f"{each.file.name:<32} {each.made_at:%Y-%m-%d %H:%M} UTC  {_size(each):>9}  {_state(found, each)}")


@click.command()
@click.argument("file")
def restore(file: str) -> None:
    """Fill an empty database from a backup: FILE is its path, or its name in the folder of the backups.

    Nothing is written over, and nothing is done a second time that was under way. See docs/backups.md.
    """
    found = shelf()
    try:
        chosen = restoring.backup_at(found, file)
        with database():
            server = servers.to_fill()
            restoring.restore(chosen, server)
            migrate_in_own_process()
            with ready(while_restoring=True):
                from routiq.backups.coming_back import MadeByANewerVersion, come_back

                try:
                    done = come_back(chosen, found.keys)
                except MadeByANewerVersion:
                    raise click.ClickException(
                        "This backup was made by a newer version of Routiq: install that one, and run the same "
                        "command again to finish. Until then nothing serves from this database."
                    ) from None
            restoring.finish(server)
    except restoring.NotRestored as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"restored as of {chosen.made_at:%Y-%m-%d %H:%M} UTC; practices: {done.practices}")
    click.echo(f"connections that are compared with their system from beginning to end: {done.compared}")
    if done.ended:
        click.echo(f"disconnected again, because that was done after this backup: {done.ended}")
    if done.purged:
        click.echo(f"deleted again, because their data was deleted after this backup: {done.purged}")
    if done.unreadable_keys:
        click.echo(
            f"{done.unreadable_keys} stored secrets cannot be read with the master keys here. Put those of the old "
            "installation in place (ROUTIQ_MASTER_KEYS, or master_keys in the data folder) and restart; or each "
            "practice pastes a new API key.",
            err=True,
        )
    click.echo("Owners get a letter about what to look through. Start Routiq as always.")


def _size(backup: Backup) -> str:
    if not backup.file.exists():
        return "no file"
    size = backup.file.stat().st_size
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size / 1_000:,.1f} kB"


def _state(found: Shelf, backup: Backup) -> str:
    if not backup.key.exists():
        return "its key is not here: it cannot be read"
    left = math.ceil((found.ends_at(backup) - datetime.now(UTC)) / timedelta(days=1))
    when = f"in {left} days" if left > 1 else "tomorrow" if left == 1 else "with the next backup"
    return f"key here, destroyed {when}"
