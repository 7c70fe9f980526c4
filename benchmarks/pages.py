"""What each page costs, in CPU and queries, as a ratio to a request that finds no page."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from dojo.demo.loader import STUDENT, load_demo
from dojo.users.models import User

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


def run() -> None:
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
