"""Each request has an id, in its answer and in its log lines; logs are JSON and keep no secret."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from dojo.logs import JsonFormatter, RequestIdFilter, request_id

pytestmark = pytest.mark.django_db


def test_request_id_of_a_proxy_is_kept(client):
    response = client.get("/sante/", headers={"X-Request-ID": "abc-123.def"})
    assert response["X-Request-ID"] == "abc-123.def"


@pytest.mark.parametrize("given", ["", "court", "a" * 65, "avec espace", "saut\\nde ligne"])
def test_request_id_is_made_where_none_can_be_kept(client, given):
    made = client.get("/sante/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert len(made) == 32
    assert made != given


def test_each_request_is_logged_with_its_id(client, caplog):
    with caplog.at_level(logging.INFO, logger="dojo.requests"):
        client.get("/formations/", headers={"X-Request-ID": "essai-0001"})
    (record,) = [record for record in caplog.records if record.name == "dojo.requests"]
    assert (record.method, record.path, record.status) == ("GET", "/formations/", 200)
    assert request_id.get() == ""


def test_the_key_of_a_password_reset_is_not_logged(client, caplog):
    with caplog.at_level(logging.INFO, logger="dojo.requests"):
        client.get("/mot-de-passe/nouveau/1-secretkey/")
    assert "secretkey" not in caplog.text


def test_json_line_holds_the_request_the_extra_and_the_exception():
    try:
        raise ValueError("raté")
    except ValueError:
        record = logging.LogRecord(
            "essai", logging.ERROR, __file__, 1, "échec de %s", ("X",), sys.exc_info()
        )
    record.order = "DF-1"
    token = request_id.set("essai-0001")
    RequestIdFilter().filter(record)
    request_id.reset(token)
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["level"], entry["message"], entry["request_id"], entry["order"]) == (
        "ERROR",
        "échec de X",
        "essai-0001",
        "DF-1",
    )
    assert entry["exception"].endswith("ValueError: raté")
