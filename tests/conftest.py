"""What every test may use, and what is left out where a service is missing (and said so)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# The browser tests call the database from the thread that drives the browser, which has a loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
IS_POSTGRES = "postgres" in settings.DATABASES["default"]["ENGINE"]
NEEDS = {
    "postgres": (IS_POSTGRES, "PostgreSQL: make test DATABASE_URL=postgres://…"),
    "browser": (bool(CHROMIUM), "Chromium: apt-get install chromium"),
}

# A busy machine, or the first run on it, is slow: that is no failure of the code.
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")

_left_out: dict[str, int] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out = [], []
    for item in items:
        missing = [
            name
            for name, (there, _how) in NEEDS.items()
            if not there and item.get_closest_marker(name)
        ]
        for name in missing:
            _left_out[name] = _left_out.get(name, 0) + 1
        (left_out if missing else kept).append(item)
    if left_out:
        if "browser" in _left_out and os.environ.get("CI"):
            raise pytest.UsageError("Chromium is missing, and CI accepts no test left out for that")
        config.hook.pytest_deselected(items=left_out)
    # What empties the database runs last. pytest itself moves the browser's tests to the front.
    items[:] = sorted(kept, key=_empties_database)


def _empties_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, count in _left_out.items():
        terminalreporter.write_line(f"{count} tests left out: they need {NEEDS[name][1]}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The page tree of a new installation is made once; each test's transaction begins with it.

    A transactional test loses it with everything else: `make_home` then makes it again.
    """
    from tests.factories import make_home

    with django_db_blocker.unblock():
        make_home()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    """Each test begins in French, whatever language the one before it left active."""
    from django.utils import translation

    with translation.override("fr"):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits are counted in the cache; one test's sign-ins are not another's."""
    from django.core.cache import cache

    cache.clear()
