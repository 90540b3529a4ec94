from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("robyn", "0003_handing_over")]

    operations = [
        migrations.AddField(
            model_name="robynsettings",
            name="asks_model",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
