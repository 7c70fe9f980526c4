from django.apps import AppConfig


class DojoConfig(AppConfig):
    """The project itself, as an app: what is put together from every other one."""

    name = "dojo"
    verbose_name = "Le Dojo Financier"
