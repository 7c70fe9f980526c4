"""Settings of the test suite: quick password hashes, mail in memory, files in a folder of its own.

SQLite is a file here, as it is in use, so that threads really contend for it. Two runs at once each
need a folder of their own: `TEST_DIR`.
"""

from pathlib import Path

from .dev import *
from .dev import DATABASES, STORAGES, VAR_DIR, env

TEST_DIR = Path(env("TEST_DIR", default=str(VAR_DIR / "test")))

DEBUG = False
SECRET_KEY = "insecure-key-for-tests-only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Hints at jobs go nowhere: tests run the jobs themselves, or start a worker with its own broker.
CELERY_BROKER_URL = "memory://"
MEDIA_ROOT = TEST_DIR / "media"
PRIVATE_ROOT = TEST_DIR / "private"
STORAGES["private"] = {
    **STORAGES["private"],
    "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_DIR / "db.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
TEST_DIR.mkdir(parents=True, exist_ok=True)
