from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MirrorConfig(AppConfig):
    name = "routiq.mirror"
    label = "mirror"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The rooms above say what they listen to."""
        autodiscover_modules("hearing")
