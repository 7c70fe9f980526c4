from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Sample content, people and orders. Its command refuses to run in production."""

    name = "dojo.demo"
    label = "demo"
