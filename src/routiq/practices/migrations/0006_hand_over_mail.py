from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practices", "0005_personal_letters")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="hand_over_mail",
            field=models.CharField(
                choices=[("as_set", "When the practice set it so"), ("all", "All of them"), ("none", "None")],
                db_default="as_set",
                default="as_set",
                max_length=10,
            ),
        ),
    ]
