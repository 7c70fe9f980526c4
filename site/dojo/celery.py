"""The Celery application. Start it as `celery --app dojo` with ./site on PYTHONPATH."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.dev")

app = Celery("dojo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if not settings.REDIS_URL:
    for name in ("queue", "control"):
        Path(settings.CELERY_DIR, name).mkdir(parents=True, exist_ok=True)
