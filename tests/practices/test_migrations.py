from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

#: Every room that has tables, whoever adds one.
ROOMS = {app.label for app in apps.get_app_configs() if app.name.startswith("routiq.")}


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    loader = MigrationLoader(connection)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    assert not ROOMS & changes.keys()
