"""Settings of the test suite: quick password hashes, mail in memory, files in a folder of its own.

SQLite is a file here, as it is in use, so that threads really contend for it.
"""

from .dev import *
from .dev import DATABASES, STORAGES, VAR_DIR

DEBUG = False
SECRET_KEY = "insecure-key-for-tests-only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / "test" / "media"
PRIVATE_ROOT = VAR_DIR / "test" / "private"
STORAGES["private"]["OPTIONS"]["location"] = PRIVATE_ROOT
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test" / "db.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
(VAR_DIR / "test").mkdir(parents=True, exist_ok=True)
