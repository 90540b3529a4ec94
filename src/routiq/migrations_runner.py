"""Bringing the database up to date, as the role that owns it, and giving the product's own role its rights."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from routiq import environment

_NAMES = ("DATABASE_URL", "DATABASE_URL_FILE", "DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE")

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
"""


def migrate(verbosity: int = 0) -> None:
    """Apply what is outstanding. Must run before Django is set up in this process: it connects as the owner."""
    app_url = environment.text("DATABASE_URL", "")
    owner_url = environment.text("DATABASE_OWNER_URL", app_url)
    given = {name: os.environ.pop(name) for name in _NAMES if name in os.environ}
    if owner_url:
        os.environ["DATABASE_URL"] = owner_url
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    try:
        with connection.cursor() as cursor:
            # Two processes that start at once migrate one after the other.
            cursor.execute("SELECT pg_advisory_lock(727407001)")
            call_command("migrate", interactive=False, verbosity=verbosity, skip_checks=True)
            app_role, owner_role = urlsplit(app_url).username, urlsplit(owner_url).username
            if app_role and app_role != owner_role:
                role = connection.ops.quote_name(app_role)
                cursor.execute(GRANTS.format(role=role))
            cursor.execute("SELECT pg_advisory_unlock(727407001)")
    finally:
        connection.close()
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(given)


def outstanding() -> int:
    """How many migrations the database has not seen."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
