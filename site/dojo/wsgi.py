"""The WSGI application. ./site must be on the import path (PYTHONPATH=site)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.production")

application = get_wsgi_application()
