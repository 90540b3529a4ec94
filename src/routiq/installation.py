"""The installation that a command works on: its data folder, its database, Django set up on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from routiq import environment


def data_folder() -> Path:
    return Path(environment.text("ROUTIQ_DATA", "var")).resolve()


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The embedded server for as long as this command runs, unless ``DATABASE_URL`` names one."""
    from routiq.embedded import prepare_environment

    server = prepare_environment(data_folder())
    try:
        yield
    finally:
        if server is not None and server.started_here:
            server.stop()


@contextlib.contextmanager
def ready() -> Iterator[None]:
    """Django set up, on a database whose role is fit to serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routiq.settings")
    with database():
        import django

        from routiq.startup import check_database_role, check_keyring, check_migrations

        django.setup()
        check_database_role()
        check_keyring()
        check_migrations()
        yield
