from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    name = "shop"
    verbose_name = _("Boutique")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from dojo.backoffice.policies import ReadOnlyPolicy

        from . import backoffice

        for name in ("Order", "StripeEvent"):
            model = self.get_model(name)
            register_permission_policy(model, ReadOnlyPolicy(model))
        backoffice.register_with_people()
