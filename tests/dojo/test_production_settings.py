"""Production refuses to start without its secrets, or with values that are unsafe in public."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "dojo.example",
    "SITE_URL": "https://dojo.example",
    "DATABASE_URL": "postgres://dojo@127.0.0.1/dojo",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "DEFAULT_FROM_EMAIL": "ecole@dojo.example",
    "SUPPORT_EMAIL": "soutien@dojo.example",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}
NAMES = [
    *GOOD,
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DEBUG",
    "STRIPE_API_BASE",
    "STRIPE_JS_URL",
    "LOG_FORMAT",
]


def run(*command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in NAMES}
    env |= GOOD | changes
    env |= {"DJANGO_SETTINGS_MODULE": "dojo.settings.production", "PYTHONPATH": "site:."}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True
    )


def test_check_deploy_is_clean():
    result = run("check", "--deploy", "--fail-level", "WARNING")
    assert (result.returncode, result.stdout.strip()) == (
        0,
        "System check identified no issues (1 silenced).",
    ), result.stderr


@pytest.mark.parametrize("name", GOOD)
def test_each_required_value_is_asked_for_by_name(name):
    result = run("check", **{name: ""})
    assert result.returncode != 0
    assert f"missing from the environment: {name}" in result.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be random"),
        ({"SECRET_KEY": "insecure-" + "k" * 60}, "SECRET_KEY must be random"),
        ({"DEBUG": "1"}, "DEBUG must be off"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"DATABASE_URL": "sqlite:///x.sqlite3"}, "DATABASE_URL must be of PostgreSQL"),
        ({"SITE_URL": "http://dojo.example"}, "SITE_URL must begin with https://"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8001"}, "STRIPE_API_BASE must begin with https"),
        ({"STRIPE_JS_URL": "http://127.0.0.1:8001/v3/"}, "STRIPE_JS_URL must begin with https"),
    ],
)
def test_unsafe_values_stop_the_start(changes, sentence):
    result = run("check", **changes)
    assert result.returncode != 0
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"SITE_URL": "https://ailleurs.example"}, "dojo.E001"),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_x"}, "dojo.E002"),
        (
            {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_PUBLISHABLE_KEY": "pk_test_x"},
            "dojo.W001",
        ),
    ],
)
def test_check_deploy_warns_of_what_works_and_should_not_be(changes, identifier):
    assert identifier in run("check", "--deploy", **changes).stderr


def test_the_demo_is_refused():
    result = run("load_demo")
    assert result.returncode != 0
    assert "load_demo ne s’exécute pas en production." in result.stderr
