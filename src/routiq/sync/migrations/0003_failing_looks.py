from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_always_true")]

    operations = [
        migrations.AddField(
            model_name="streamstate",
            name="error_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="streamstate",
            name="error_code",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="streamstate",
            name="error_message",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="streamstate",
            name="error_advice",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
