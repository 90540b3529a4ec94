"""What the vendor offered, kept for a moment, and what ends it.

Whatever writes the copy of the diary, the database notes in the same transaction that free times may have changed:
only where somebody may be relying on them, so that a first sync pays next to nothing.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from routiq.practices.rls import protect

NOTE = """
CREATE FUNCTION frontdesk_note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO frontdesk_timeschanged (practice_id, connection_id, practitioner_remote_id, since, until, at)
  SELECT DISTINCT c.practice_id, c.connection_id, {who}, {since}, {until}, clock_timestamp()
  FROM changed c
  WHERE EXISTS (SELECT 1 FROM frontdesk_knowntimes k WHERE k.connection_id = c.connection_id {among});
  RETURN NULL;
END $$;
"""
EVER = {"since": "timestamptz '1970-01-01Z'", "until": "timestamptz '9999-01-01Z'"}
THEIRS = "AND k.practitioner_remote_id = c.practitioner_remote_id"
FUNCTIONS = {
    "booking": {
        "who": "c.practitioner_remote_id",
        "since": "c.starts_at",
        "until": "c.ends_at",
        "among": f"{THEIRS} AND k.since < c.ends_at AND k.until > c.starts_at",
    },
    "hours": {"who": "c.practitioner_remote_id", "among": THEIRS, **EVER},
    "settings": {"who": "''", "among": "", **EVER},
}
WATCHED = {
    "mirror_appointment": "booking",
    "mirror_classsession": "booking",
    "mirror_unavailableblock": "booking",
    "mirror_rosterday": "hours",
    "mirror_location": "settings",
    "mirror_practitioner": "settings",
    "mirror_appointmenttype": "settings",
    "mirror_bookingrules": "settings",
    "mirror_offering": "settings",
}
#: As it was counts too: a time that was given up is free.
ROWS = {
    "insert": ("INSERT", "NEW"),
    "update_from": ("UPDATE", "OLD"),
    "update_to": ("UPDATE", "NEW"),
    "delete": ("DELETE", "OLD"),
}


def triggers() -> list[migrations.RunSQL]:
    made = [
        migrations.RunSQL(NOTE.format(name=name, **values), f"DROP FUNCTION frontdesk_note_{name}();")
        for name, values in FUNCTIONS.items()
    ]
    for table, function in WATCHED.items():
        for name, (event, rows) in ROWS.items():
            made.append(
                migrations.RunSQL(
                    f"CREATE TRIGGER times_changed_{name} AFTER {event} ON {table} "
                    f"REFERENCING {rows} TABLE AS changed "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION frontdesk_note_{function}();",
                    f"DROP TRIGGER times_changed_{name} ON {table};",
                )
            )
    return made


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0003_treatment_notes"),
        ("mirror", "0004_unavailable_blocks"),
        ("frontdesk", "0004_waiting_list"),
        ("practices", "0003_shared_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownTimes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("practitioner_remote_id", models.CharField(max_length=40)),
                ("location_remote_id", models.CharField(max_length=40)),
                ("appointment_type_remote_id", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("ticket", models.UUIDField()),
                (
                    "starts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), null=True, size=None
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="practices.practice"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "asked_at"], name="known_times_by_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "connection",
                            "practitioner_remote_id",
                            "location_remote_id",
                            "appointment_type_remote_id",
                            "day",
                        ),
                        name="one_answer_per_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimesChanged",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("practitioner_remote_id", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="practices.practice"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "at"], name="times_changed_by_age")],
            },
        ),
        protect("frontdesk_knowntimes"),
        protect("frontdesk_timeschanged"),
        *triggers(),
    ]
