from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsConfig(AppConfig):
    name = "lms"
    verbose_name = _("Apprentissage")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import backoffice, signals

        signals.connect()
        backoffice.register_with_people()
