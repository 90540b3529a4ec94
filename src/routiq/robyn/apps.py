from django.apps import AppConfig


class RobynConfig(AppConfig):
    name = "routiq.robyn"
    label = "robyn"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the front desk texts to patients is said in Robyn's words."""
        from routiq.frontdesk import confirmations
        from routiq.robyn import texting

        confirmations.worded_by(texting.confirmation)
