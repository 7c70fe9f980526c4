"""/sante/: what answers, and what does not."""

from __future__ import annotations

import pytest

from dojo import health

pytestmark = pytest.mark.django_db


def test_health_is_200_when_everything_answers(client):
    response = client.get("/sante/")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "cache": "ok", "broker": "ok"}},
    )
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.parametrize("part", ["database", "cache", "broker"])
def test_health_is_503_and_names_the_part_that_is_down(client, monkeypatch, part):
    def down() -> None:
        raise OSError("secret: user:password@host")

    monkeypatch.setitem(health.CHECKS, part, down)
    response = client.get("/sante/")
    assert response.status_code == 503
    assert response.json()["checks"][part] == "down"
    assert b"secret" not in response.content


def test_health_sees_a_cache_that_is_down(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:9/0",
        }
    }
    assert client.get("/sante/").json()["checks"]["cache"] == "down"


def test_health_sees_a_broker_that_is_down(client, monkeypatch):
    monkeypatch.setattr(health.app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    health.app.pool.force_close_all()
    assert client.get("/sante/").json()["checks"]["broker"] == "down"
