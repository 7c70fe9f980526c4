"""Production: all from the environment; what is missing or unsafe stops the start, by name."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import (
    ALLOWED_HOSTS,
    DATABASES,
    LOGGING,
    SITE_URL,
    STRIPE_API_BASE,
    STRIPE_JS_URL,
    email_settings,
    env,
)

REQUIRED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "SUPPORT_EMAIL",
    "STRIPE_SECRET_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_WEBHOOK_SECRET",
]
SECRET_KEY = env("SECRET_KEY", default="")


def problems() -> list[str]:
    """What must not be so in production, one sentence each."""
    missing = [name for name in REQUIRED if not env(name, default="")]
    if missing:
        return ["missing from the environment: " + ", ".join(missing)]
    unsafe = {
        "SECRET_KEY must be random and at least 50 characters long": (
            len(SECRET_KEY) < 50 or SECRET_KEY.startswith("insecure")
        ),
        "DEBUG must be off": env.bool("DEBUG", default=False),
        "ALLOWED_HOSTS must name the hosts": "*" in ALLOWED_HOSTS,
        "DATABASE_URL must be of PostgreSQL": ("postgresql" not in DATABASES["default"]["ENGINE"]),
        "SITE_URL must begin with https://": not SITE_URL.startswith("https://"),
        "STRIPE_API_BASE must begin with https://": not STRIPE_API_BASE.startswith("https://"),
        "STRIPE_JS_URL must begin with https://": not STRIPE_JS_URL.startswith("https://"),
    }
    return [sentence for sentence, is_so in unsafe.items() if is_so]


if problems():
    raise ImproperlyConfigured("; ".join(problems()))

globals().update(email_settings())
LOGGING["handlers"]["console"]["formatter"] = env("LOG_FORMAT", default="json")

# How many proxies of ours add to X-Forwarded-For: limits on sign-in count what is before them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1)
SECURE_SSL_REDIRECT = True
# A load balancer asks for the health of each machine by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
