from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "dojo.users"
    label = "users"
    verbose_name = _("Personnes")
    default_auto_field = "django.db.models.BigAutoField"
