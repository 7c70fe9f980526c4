from typing import Any

from django.core.management.base import BaseCommand

from dojo.setup import setup_site


class Command(BaseCommand):
    help = "Make what any installation needs: languages, the page tree, groups. Can run again."

    def handle(self, *args: Any, **options: Any) -> None:
        setup_site()
        self.stdout.write("Le site est prêt.")
