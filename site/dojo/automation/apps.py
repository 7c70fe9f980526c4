from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    name = "dojo.automation"
    label = "automation"
    verbose_name = _("Automatisation")
    default_auto_field = "django.db.models.BigAutoField"
