"""`make bench`: what each page costs, in CPU and queries, as a ratio to a view that does nothing.

Runs on the demo content in a database of its own that is thrown away. Ratios within one run are
what counts: machines differ, and share their cores.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dojo.settings.test")
_folder = tempfile.TemporaryDirectory()
os.environ["DATABASE_URL"] = f"sqlite:///{_folder.name}/bench.sqlite3"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from dojo.demo.loader import STUDENT, load_demo  # noqa: E402
from dojo.users.models import User  # noqa: E402

ROUNDS = 30
BASE = "/robots-absent.txt"  # a 404 without a page: the machinery alone
COURSE = "/formations/ccvm-volume-1/"
MODULE = f"{COURSE}industrie-canadienne-valeurs-mobilieres/"
READER_PAGES = [
    "/",
    "/formations/",
    COURSE,
    "/blogue/",
    "/blogue/preparer-examen-ccvm-huit-semaines/",
]
STUDENT_PAGES = [
    "/tableau-de-bord/",
    f"{MODULE}acteurs-marches-et-surveillance/",
    f"{MODULE}quiz-industrie/",
]


def cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU time of a call, in milliseconds."""
    work()
    times = []
    for _round in range(ROUNDS):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def measure(client: Client, path: str) -> tuple[float, int]:
    """Milliseconds of CPU and queries of one page."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    queries = len(captured)
    return cpu_ms(lambda: client.get(path)), queries


def main() -> int:
    call_command("migrate", verbosity=0)
    load_demo()
    reader, student = Client(), Client()
    student.force_login(User.objects.get(email=STUDENT))
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["*"]):
        base, _queries = measure(reader, BASE)
        print(f"{'page':<78} {'× base':>7} {'ms CPU':>7} {'queries':>8}")
        for client, pages in ((reader, READER_PAGES), (student, STUDENT_PAGES)):
            for path in pages:
                cost, queries = measure(client, path)
                print(f"{path:<78} {cost / base:>7.1f} {cost:>7.1f} {queries:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
