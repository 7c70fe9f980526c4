"""One machine, nothing to install: SQLite, mail as files, the local stand-in for Stripe.

`make demo` runs these settings with DEBUG=0, so that its pages are those of production.
"""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import STORAGES, STRIPE_SECRET_KEY, VAR_DIR, email_settings, env

DEBUG = env.bool("DEBUG", default=True)
DEMO_MODE = True
SECRET_KEY = env("SECRET_KEY", default="insecure-key-for-development-only")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if DEBUG:
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }

STRIPE_SECRET_KEY = STRIPE_SECRET_KEY or "sk_test_local"
STRIPE_PUBLISHABLE_KEY = env("STRIPE_PUBLISHABLE_KEY", default="pk_test_local")
STRIPE_WEBHOOK_SECRET = env("STRIPE_WEBHOOK_SECRET", default="whsec_local")
STRIPE_API_BASE = env("STRIPE_API_BASE", default="http://127.0.0.1:8001")
STRIPE_JS_URL = env("STRIPE_JS_URL", default=f"{STRIPE_API_BASE}/v3/")
if STRIPE_SECRET_KEY.startswith("sk_live"):
    raise ImproperlyConfigured("A live Stripe key has no place in development.")

EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
if env("EMAIL_URL", default=""):
    globals().update(email_settings())
