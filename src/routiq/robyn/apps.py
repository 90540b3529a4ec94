from django.apps import AppConfig


class RobynConfig(AppConfig):
    name = "routiq.robyn"
    label = "robyn"
    default_auto_field = "django.db.models.BigAutoField"
