"""One machine, nothing to install: SQLite, mail as files, the local stand-in for Stripe.

`make demo` runs these settings with DEBUG=0, so that its pages are those of production.
"""

import os

os.environ.setdefault("STRIPE_API_BASE", "http://127.0.0.1:8001")
os.environ.setdefault("STRIPE_JS_URL", os.environ["STRIPE_API_BASE"].rstrip("/") + "/v3/")
os.environ.setdefault("STRIPE_SECRET_KEY", "sk_test_local")
os.environ.setdefault("STRIPE_PUBLISHABLE_KEY", "pk_test_local")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_local")

from .base import *
from .base import STORAGES, VAR_DIR, email_settings, env

DEBUG = env.bool("DEBUG", default=True)
DEMO_MODE = True
SECRET_KEY = env("SECRET_KEY", default="insecure-key-for-development-only")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if DEBUG:
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }

EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
if env("EMAIL_URL", default=""):
    globals().update(email_settings())
