from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practices", "0007_who_left")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="hand_over_pace",
            field=models.CharField(
                choices=[
                    ("at_once", "Each at once"),
                    ("hourly", "Together, once an hour"),
                    ("daily", "Together, once a day at 8 am"),
                ],
                db_default="at_once",
                default="at_once",
                max_length=10,
            ),
        ),
        migrations.AddField(model_name="membership", name="quiet_from", field=models.TimeField(null=True)),
        migrations.AddField(model_name="membership", name="quiet_until", field=models.TimeField(null=True)),
    ]
