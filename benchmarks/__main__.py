"""`make bench`: every benchmark, or those that are named: `make bench ONLY=jobs`."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.test")
_folder = tempfile.TemporaryDirectory()
os.environ["TEST_DIR"] = _folder.name

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

ALL = ["pages", "jobs"]


def main(names: list[str]) -> int:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        for name in names or ALL:
            print(f"\n{name} on {connection.display_name}")
            importlib.import_module(f"benchmarks.{name}").run()
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
