from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dojo.demo.loader import load_demo


class Command(BaseCommand):
    help = "Load the demo content, people and orders. Can run again; refuses to in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("load_demo ne s’exécute pas en production.")
        load_demo()
        self.stdout.write("Le contenu de démonstration est prêt.")
