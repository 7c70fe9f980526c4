"""The ASGI application. ./site must be on the import path (PYTHONPATH=site)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.production")

application = get_asgi_application()
