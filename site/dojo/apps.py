from django.apps import AppConfig


class DojoConfig(AppConfig):
    """The project itself, as an app: what is put together from every other one."""

    name = "dojo"
    verbose_name = "Le Dojo Financier"

    def ready(self) -> None:
        from wagtail.admin import auth

        from . import checks  # noqa: F401 - registers them
        from .middleware import refuse_in_admin

        # Wagtail has no setting for what it does with staff of the wrong role.
        auth.permission_denied = refuse_in_admin
