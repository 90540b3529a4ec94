from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "routiq.mirror"
    label = "mirror"
    default_auto_field = "django.db.models.BigAutoField"
