"""What survives a restart, and how the process stops."""

import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import stripe

from tests.stripe_local.server import LocalStripe

from .conftest import SECRET, Receiver, client_for, wait_until

ROOT = Path(__file__).parents[2]
PARAMS = {"amount": 19900, "currency": "cad"}


@pytest.fixture
def shop():
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_state_outlives_a_restart(tmp_path):
    file = tmp_path / "state.sqlite3"
    with LocalStripe(state=file) as server:
        client = client_for(server)
        made = [client.payment_intents.create(PARAMS, {"idempotency_key": str(n)}) for n in (1, 2)]
        client.payment_intents.confirm(made[0].id, {"payment_method": "pm_card_visa"})
        customer = client.customers.create({"email": "a@example.com"})
        client.customers.delete(customer.id)
        old_port = server.port
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{old_port}/", timeout=1)
    with LocalStripe(state=file) as server:
        client = client_for(server)
        listed = client.payment_intents.list().data
        assert [i.id for i in listed] == [made[1].id, made[0].id]
        assert [i.status for i in listed] == ["requires_payment_method", "succeeded"]
        assert client.payment_intents.create(PARAMS, {"idempotency_key": "2"}).id == made[1].id
        assert client.customers.list().data == []
        assert client.refunds.create({"payment_intent": made[0].id}).amount == 19900


def test_undelivered_webhooks_go_out_after_a_restart(tmp_path, shop):
    file = tmp_path / "state.sqlite3"
    with LocalStripe(
        state=file, webhook_url="http://127.0.0.1:9/", retry_delays=(0.1,) * 5
    ) as server:
        client_for(server).payment_intents.create(PARAMS)
        wait_until(lambda: server.deliveries()[0]["attempts"])
    with LocalStripe(state=file, webhook_url=shop.url, webhook_secret=SECRET) as server:
        assert server.wait_for_webhooks()
        assert shop.types == ["payment_intent.created"]


def test_refund_still_fails_after_a_restart(tmp_path):
    file = tmp_path / "state.sqlite3"
    with LocalStripe(state=file, refund_delay=60) as server:
        client = client_for(server)
        intent = client.payment_intents.create(
            {**PARAMS, "payment_method": "pm_card_refundFail", "confirm": True}
        )
        refund = client.refunds.create({"payment_intent": intent.id})
        assert refund.status == "succeeded"
    with LocalStripe(state=file, refund_delay=0.01) as server:
        client = client_for(server)
        wait_until(lambda: client.refunds.retrieve(refund.id).status == "failed")


def test_stopping_cuts_the_calls_in_progress():
    with LocalStripe() as server, ThreadPoolExecutor() as pool:
        server.add_fault("slow", seconds=30)
        client = client_for(server)
        call = pool.submit(client.payment_intents.create, PARAMS, {"idempotency_key": "k"})
        wait_until(lambda: server.backend.idempotency_in_progress)
        start = time.monotonic()
        server.stop()
        with pytest.raises(stripe.APIConnectionError):
            call.result(timeout=2)
        assert time.monotonic() - start < 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_serves_and_stops_at_once(tmp_path, number):
    command = [sys.executable, "-m", "tests.stripe_local", "--port", "0", "--quiet"]
    command += ["--state", str(tmp_path / "state.sqlite3")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        base = re.search(r"http://[\d.:]+", process.stdout.readline()).group()
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": base}).v1
        client.payment_intents.create(PARAMS)
        start = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=3) == 0
        assert time.monotonic() - start < 1.5
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
