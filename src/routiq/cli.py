"""``routiq``: everything an operator does, by name."""

from __future__ import annotations

import getpass
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from routiq import __version__, environment
from routiq.backups.commands import backup, backups, restore
from routiq.installation import database, migrate_in_own_process, ready
from routiq.keys import keys

if TYPE_CHECKING:
    from routiq.backups.nightly import Nightly


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def main() -> None:
    """A receptionist that works in a clinic's own practice management system.

    Settings come from the environment; docs/configuration.md lists them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routiq.settings")


for command in (keys, backup, backups, restore):
    main.add_command(command)

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
_concurrency = click.option("--concurrency", default=8, show_default=True, type=click.IntRange(1, 64))


@main.command()
@_host
@_port
@_concurrency
def serve(host: str, port: int, concurrency: int) -> None:
    """The whole product: database (embedded unless DATABASE_URL is set), web server and worker."""
    with database():
        from routiq.backups.nightly import nightly

        migrate_in_own_process()
        status = _serve(host, port, concurrency, nightly())
    raise SystemExit(status)


def _serve(host: str, port: int, concurrency: int, nightly: Nightly | None) -> int:
    from routiq.processes import Children, routiq_command

    return Children(
        {
            "web": routiq_command("web", "--host", host, "--port", str(port)),
            "worker": routiq_command("worker", "--concurrency", str(concurrency)),
        },
        beside=nightly,
    ).run()


@main.command()
@_host
@_port
def web(host: str, port: int) -> None:
    """Only the web server: pages and API. Run as many as you like, on as many machines."""
    os.environ.setdefault("ROUTIQ_WEB_POOL", "10")
    from routiq.processes import run_web

    with ready():
        run_web(host, port)


@main.command()
@_concurrency
def worker(concurrency: int) -> None:
    """Only the worker: syncs and other jobs. Run as many as you like, on as many machines."""
    from routiq.processes import run_worker

    with ready():
        run_worker(concurrency)


@main.command()
@click.option("-v", "--verbose", is_flag=True)
def migrate(verbose: bool) -> None:
    """Bring the database up to date (as DATABASE_OWNER_URL, when given)."""
    from routiq.migrations_runner import migrate as run

    with database():
        run(1 if verbose else 0)


@main.command("create-admin")
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--practice", "practice_name", required=True, help="Name of the practice, as patients say it.")
@click.option("--time-zone", default="Australia/Sydney", show_default=True, help="IANA name.")
@click.option("--country", default="AU", show_default=True, type=click.Choice(["AU", "NZ"]))
def create_admin(email: str, name: str, practice_name: str, time_zone: str, country: str) -> None:
    """A new practice with its owner, who may own others already. The password comes from ROUTIQ_PASSWORD(_FILE) or is
    asked for."""
    import zoneinfo

    if time_zone not in zoneinfo.available_timezones():
        raise click.BadParameter(
            f"{time_zone} is no IANA time zone, such as Australia/Sydney", param_hint="--time-zone"
        )
    password = environment.text("ROUTIQ_PASSWORD", "") or getpass.getpass("Password: ")
    with ready():
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError
        from django.core.validators import validate_email

        from routiq.practices.models import Person
        from routiq.practices.people import create_practice

        try:
            validate_email(email)
            validate_password(password)
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from None
        owner = Person.objects.filter(email=email.strip().lower()).first()
        if owner is None:
            owner = Person.objects.create_person(email, password, name=name)
        elif not owner.check_password(password):
            raise click.ClickException(
                f"{email} has a login already, and this is not its password. Give that password to add the practice."
            )
        practice = create_practice(practice_name, owner=owner, time_zone=time_zone, country_code=country)
        click.echo(f"practice {practice.pk} created; log in as {owner.email}")


def _practice_option(command: Any) -> Any:
    return click.option("--practice", "practice_id", type=int, help="Id; may be left out when there is one.")(command)


def _one_practice(practice_id: int | None) -> int:
    from routiq.practices.people import practice_ids

    ids = practice_ids()
    if practice_id is None and len(ids) == 1:
        return ids[0]
    if practice_id not in ids:
        listed = ", ".join(map(str, ids)) or "none yet: run `routiq create-admin`"
        raise click.ClickException(f"Name a practice with --practice. There are: {listed}.")
    return practice_id


@main.command()
@click.argument("name")
@_practice_option
def token(name: str, practice_id: int | None) -> None:
    """A token for the REST API, printed once."""
    with ready():
        from routiq.practices import tokens
        from routiq.practices.audit import SYSTEM
        from routiq.practices.tenancy import acting_for

        with acting_for(_one_practice(practice_id)):
            click.echo(tokens.create(name, SYSTEM)[1])


@main.command()
@_practice_option
@click.option("--vendor", default="", help="The system's name; empty: the first that pages offer.")
@click.option("--region", default="", help="For a system that has several; empty: the one in the key.")
def connect(practice_id: int | None, vendor: str, region: str) -> None:
    """Connect a practice to its system and start the first sync. The key comes from ROUTIQ_PMS_KEY(_FILE) or is
    asked for; it is never an argument, where other users of the machine could read it."""
    key = environment.text("ROUTIQ_PMS_KEY", "") or getpass.getpass("API key: ")
    with ready():
        from routiq.pms import registry
        from routiq.pms.errors import PmsError
        from routiq.practices.audit import SYSTEM
        from routiq.sync.start import connect_and_sync

        vendor = vendor or registry.vendors()[0].name
        try:
            connection = connect_and_sync(
                practice_id=_one_practice(practice_id), vendor=vendor, region=region, key=key, actor=SYSTEM
            )
        except KeyError:
            raise click.BadParameter(f"{vendor} is no system we know", param_hint="--vendor") from None
        except PmsError as error:
            raise click.ClickException(f"{error.message} {error.advice}") from None
        click.echo(f"connected to {connection.account_name}; the first sync has begun (a worker carries it)")


@main.command()
@_practice_option
@click.option("--wait", is_flag=True, help="Carry it in this process and say how it ended.")
def sync(practice_id: int | None, wait: bool) -> None:
    """Sync now."""
    with ready():
        from routiq.connections.connecting import live_connection
        from routiq.practices.audit import SYSTEM
        from routiq.practices.tenancy import acting_for
        from routiq.sync import engine
        from routiq.sync.start import sync_now

        with acting_for(_one_practice(practice_id)):
            connection = live_connection()
            if connection is None:
                raise click.ClickException("This practice is not connected: run `routiq connect` first.")
            if not connection.is_active:
                raise click.ClickException(f"{connection.paused_message} {connection.paused_advice}")
            run = sync_now(connection, SYSTEM)
            if not wait:
                click.echo("asked for; a worker carries it")
                return
            while (ended := engine.carry(run.pk)) is engine.Ended.BUSY:
                if not type(run).objects.filter(pk=run.pk, state="running").exists():
                    break
                time.sleep(0.5)
            click.echo(f"sync: {'done' if ended is engine.Ended.BUSY else ended}")
            if ended in (engine.Ended.PAUSED, engine.Ended.FAILED):
                run.refresh_from_db()
                raise click.ClickException(f"{run.error_message} {run.error_advice}")


@main.command()
@_practice_option
def doctor(practice_id: int | None) -> None:
    """What works, what does not, and what to do about it. Exit status 1 when something needs doing."""
    with ready():
        from routiq.doctor import examine
        from routiq.practices.tenancy import acting_for

        with acting_for(_one_practice(practice_id)):
            findings = examine()
    for finding in findings:
        mark = "note" if finding.warning else "ok  " if finding.ok else "FIX "
        click.echo(f"{mark} {finding.text}")
    raise SystemExit(0 if all(finding.ok for finding in findings) else 1)


@main.command()
@_port
@click.option("--sandbox-port", default=8900, show_default=True, type=click.IntRange(1, 65535))
@click.option("--patients", default=500, show_default=True, type=click.IntRange(20, 20000))
@click.option("--rate-limit", default=200, show_default=True, help="The sandbox's requests per minute.")
@click.option("--reset", is_flag=True, help="Only remove the demo's data.")
def demo(port: int, sandbox_port: int, patients: int, rate_limit: int, reset: bool) -> None:
    """The product beside the sandbox, with an invented practice on each system: look around, break things."""
    from routiq import demo as stage
    from routiq.embedded import start

    data = Path(environment.text("ROUTIQ_DEMO_DATA", "var/demo")).resolve()
    if environment.text("DATABASE_URL", ""):
        raise environment.SettingError("DATABASE_URL", "is set; the demo uses a database of its own, so unset it")
    if reset:
        if (data / "postgres").exists():
            start(data).stop()
        stage.forget(data)
        click.echo("the demo's data is gone")
        return
    stage.free_port(port)
    stage.free_port(sandbox_port)
    stage.environment(data, port, sandbox_port)
    stage.begin_anew(data)
    with database():
        migrate_in_own_process()
        from routiq.processes import Children, routiq_command

        click.echo(
            f"\n  Routiq demo at  http://127.0.0.1:{port}\n  log in as       {stage.EMAIL}\n"
            f"  password        {stage.PASSWORD}\n  the sandbox is at http://127.0.0.1:{sandbox_port}/_sandbox/characters\n"
            "  Ctrl-C stops everything.\n"
        )
        sys.stdout.flush()
        status = Children(
            {
                "sandbox": stage.sandbox_command(sandbox_port, patients, rate_limit),
                "prepare": routiq_command("demo-prepare", "--sandbox-port", str(sandbox_port)),
                "web": routiq_command("web", "--port", str(port)),
                "worker": routiq_command("worker"),
            },
            once={"prepare"},
        ).run()
    raise SystemExit(status)


@main.command("demo-prepare", hidden=True)
@click.option("--sandbox-port", type=int, required=True)
def demo_prepare(sandbox_port: int) -> None:
    from routiq import demo as stage

    stage.wait_for(f"http://127.0.0.1:{sandbox_port}/_sandbox/keys")
    with ready():
        stage.prepare()


if __name__ == "__main__":
    main()
