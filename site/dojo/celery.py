"""The Celery application. Start it as `celery --app dojo` with ./site on PYTHONPATH."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.production")

app = Celery("dojo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
