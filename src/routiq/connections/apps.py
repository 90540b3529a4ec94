from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConnectionsConfig(AppConfig):
    name = "routiq.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Rooms that have something to end when a practice disconnects say so in a module of this name.
        autodiscover_modules("leaving")
