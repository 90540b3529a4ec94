import django.db.models.deletion
from django.db import migrations, models

from routiq.practices.rls import protect


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0008_hand_over_pace"),
        ("robyn", "0006_what_lines_answer"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                (
                    "hand_over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_mails",
                        to="robyn.handover",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="practices.membership"
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
                "indexes": [models.Index(fields=["practice", "due_at"], name="waiting_mails_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("hand_over", "membership"), name="one_waiting_mail_each")
                ],
            },
        ),
        protect("robyn_waitingmail"),
    ]
