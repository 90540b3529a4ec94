from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("frontdesk", "0008_more_desk_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskrules",
            name="left_to_team",
            field=models.JSONField(default=list),
        ),
    ]
