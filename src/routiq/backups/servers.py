"""Which database, and as whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from routiq import embedded, environment

#: While this table is there, a restore was begun and is not finished: nothing serves until it is.
MARK = "public.routiq_restoring"


@dataclass(frozen=True)
class Server:
    url: str = field(repr=False)
    """With the role, and its password if it has one."""
    is_embedded: bool
    setting: str
    """The setting that names it."""

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A session of its own, committing each statement. ``SettingError`` when the server cannot be reached, or
        refuses something."""
        try:
            session = psycopg.connect(self.url, autocommit=True)
        except psycopg.Error as error:
            raise environment.SettingError(self.setting, f"the database cannot be reached: {error}".strip()) from None
        try:
            yield session
        except psycopg.Error as error:
            raise environment.SettingError(self.setting, f"the database says: {str(error).splitlines()[0]}") from None
        finally:
            session.close()


def to_read() -> Server:
    """As a role that may read past row-level security: the embedded server's administrator, or who
    ``DATABASE_BACKUP_URL`` says."""
    given = environment.text("DATABASE_BACKUP_URL", "")
    if given:
        return Server(given, False, "DATABASE_BACKUP_URL")
    own = embedded.administrator_url(environment.text("DATABASE_URL", ""), environment.data_folder())
    if own:
        return Server(own, True, "ROUTIQ_DATA")
    raise environment.SettingError(
        "DATABASE_BACKUP_URL",
        "is required to back up a database of your own: the role must read the rows of every practice. As a "
        "superuser: CREATE ROLE routiq_backup LOGIN BYPASSRLS PASSWORD '...'; "
        "GRANT pg_read_all_data TO routiq_backup;",
    )


def to_fill() -> Server:
    """As the role that owns the tables."""
    app_url = environment.text("DATABASE_URL", "")
    is_embedded = embedded.administrator_url(app_url, environment.data_folder()) is not None
    return Server(environment.text("DATABASE_OWNER_URL", app_url), is_embedded, "DATABASE_OWNER_URL")
