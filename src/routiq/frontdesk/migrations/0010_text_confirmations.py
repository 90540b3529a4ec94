from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0009_left_to_the_team"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskrules",
            name="text_confirmations",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
