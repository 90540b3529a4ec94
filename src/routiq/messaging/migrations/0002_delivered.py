from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_texts"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="text", name="open_texts"),
        migrations.AlterField(model_name="text", name="due_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="text",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("uncertain", "Being checked"),
                    ("sent", "Sent"),
                    ("delivered", "Delivered"),
                    ("not_sent", "Not sent"),
                ],
                default="waiting",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="text",
            name="reason",
            field=models.CharField(
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
                    ("undelivered", "it did not reach the phone"),
                    ("not_known", "it could not be found out whether it went out"),
                    ("no_carrier", "this installation sends no texts any more"),
                    ("disconnected", "the practice management system was disconnected first"),
                    ("restored", "Routiq was restored from a backup, and it may have gone out before"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="text",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["practice", "due_at"], name="texts_to_see_to"
            ),
        ),
    ]
