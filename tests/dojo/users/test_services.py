"""One account per email, however many purchases make it at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dojo.users.models import User
from dojo.users.services import get_or_create_by_email

THREADS = 10


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_purchases_at_once_make_one_account():
    barrier = threading.Barrier(THREADS)

    def buy(number):
        try:
            barrier.wait(timeout=30)
            return get_or_create_by_email(
                email=f"{'S' if number % 2 else 's'}ofia@exemple.ca", password_hash=f"hash-{number}"
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(buy, range(THREADS)))
    user = User.objects.get()
    assert [account for account, _made in found] == [user] * THREADS
    [maker] = [number for number, (_account, made) in enumerate(found) if made]
    assert user.password == f"hash-{maker}"
