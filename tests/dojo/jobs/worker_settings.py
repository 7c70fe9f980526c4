"""Settings of the worker under test: the test's own database, and a broker of its own."""

import os

from dojo.settings.dev import *
from dojo.settings.dev import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {**CELERY_BEAT_SCHEDULE["sweep-jobs"], "schedule": 1},
}
if not os.environ.get("REDIS_URL"):
    _folder = os.environ["TEST_BROKER"]
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": f"{_folder}/queue",
        "data_folder_out": f"{_folder}/queue",
        "control_folder": f"{_folder}/control",
    }
