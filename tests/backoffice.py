"""What tests of the back office share: who is let in, and how many queries a screen takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dojo.users.roles import Role
from tests.factories import make_user

STUDENT = None
EVERYBODY = [STUDENT, *Role]


def client_of(role: Role | None, **fields: object) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **fields))
    return client


def let_in(path: str, method: str = "get", data: dict[str, object] | None = None) -> set[object]:
    """Who is let in at an address; everybody else reads our page 403, strangers sign in first."""
    admitted = set()
    for role in EVERYBODY:
        response = getattr(client_of(role), method)(path, data or {})
        if response.status_code == 403:
            assert "Accès refusé" in response.text
        else:
            assert response.status_code in (200, 302), (path, role, response.status_code)
            admitted.add(role)
    signed_out = getattr(Client(), method)(path, data or {})
    assert signed_out["Location"].startswith("/connexion/")
    return admitted


def queries_of(client: Client, path: str) -> int:
    client.get(path)  # what a first visit caches is no part of the screen
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def grows(
    client: Client, path: str, more: Callable[[], Iterator[object] | None]
) -> tuple[int, int]:
    """The queries of a screen before and after there is more to show."""
    before = queries_of(client, path)
    more()
    return before, queries_of(client, path)


def rows(response) -> list[list[str]]:
    """The cells of a CSV export."""
    import csv
    import io

    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def titles(response) -> list[str]:
    """The first column of a list, in its order."""
    return [str(row) for row in response.context["object_list"]]
