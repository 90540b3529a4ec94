"""The installation that a command works on: its data folder, its database, Django set up on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from routiq import environment


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The embedded server for as long as this command runs, unless ``DATABASE_URL`` names one."""
    from routiq.embedded import prepare_environment

    server = prepare_environment(environment.data_folder())
    try:
        yield
    finally:
        if server is not None and server.started_here:
            server.stop()


def migrate_in_own_process() -> None:
    """As the owner of the tables, who shall not serve: so not in this process."""
    import subprocess

    from routiq.processes import routiq_command

    done = subprocess.run(routiq_command("migrate"), check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


@contextlib.contextmanager
def ready(*, while_restoring: bool = False) -> Iterator[None]:
    """Django set up, on a database whose role is fit to serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routiq.settings")
    with database():
        import django

        from routiq.startup import check_database_role, check_keyring, check_migrations, check_restored

        django.setup()
        check_database_role()
        if not while_restoring:
            check_restored()
        check_keyring()
        check_migrations()
        yield
