from django.apps import AppConfig


class DojoConfig(AppConfig):
    """The project itself, as an app: what is put together from every other one."""

    name = "dojo"
    verbose_name = "Le Dojo Financier"

    def ready(self) -> None:
        from wagtail.admin import auth

        from .middleware import refuse_in_admin

        auth.permission_denied = refuse_in_admin
