import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from routiq.practices.rls import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("practices", "0007_who_left"),
    ]

    operations = [
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("intent_key", models.CharField(max_length=120)),
                ("purpose", models.CharField(choices=[("confirmation", "Confirmation of a change")], max_length=20)),
                ("about", models.CharField(max_length=80)),
                ("patient_remote_id", models.CharField(max_length=40)),
                ("number", models.CharField(blank=True, max_length=20)),
                ("body", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("uncertain", "Being checked"),
                            ("sent", "Sent"),
                            ("not_sent", "Not sent"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_mobile", "no Australian or New Zealand mobile number is on the patient’s record"),
                            ("stopped", "the patient asked not to be contacted"),
                            ("not_current", "the patient’s record is not that of a current patient"),
                            ("changed", "the appointment changed before it went out"),
                            ("too_late", "it could not be sent in time"),
                            ("invalid_number", "the number on the patient’s record takes no texts"),
                            ("unsubscribed", "the patient replied STOP to an earlier text"),
                            ("refused", "the carrier refused it"),
                            ("not_known", "it could not be found out whether it went out"),
                            ("no_carrier", "this installation sends no texts any more"),
                            ("disconnected", "the practice management system was disconnected first"),
                            ("restored", "Routiq was restored from a backup, and it may have gone out before"),
                        ],
                        max_length=20,
                    ),
                ),
                ("time_zone", models.CharField(max_length=64)),
                ("asked_for_at", models.DateTimeField(null=True)),
                ("useful_until", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lookups", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField(null=True)),
                ("carrier_id", models.CharField(blank=True, max_length=64)),
                ("carrier_code", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="practices.practice"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "uncertain"])),
                        fields=["practice", "due_at"],
                        name="open_texts",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "intent_key"), name="one_text_per_intent")
                ],
            },
        ),
        protect("messaging_text"),
    ]
