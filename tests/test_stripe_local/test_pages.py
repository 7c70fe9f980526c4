"""The dashboard, the controls, and the pages that Stripe.js opens."""

import time

import pytest
import requests
import stripe


@pytest.fixture
def get(local_stripe):
    return lambda path: requests.get(local_stripe.base_url + path, timeout=5)


@pytest.fixture
def post(local_stripe):
    def post(path, **arguments):
        return requests.post(local_stripe.base_url + path, timeout=5, **arguments)

    return post


def test_dashboard_says_what_it_is_and_what_happened(local_stripe, get, client, pay, receiver):
    assert "Aucun paiement" in get("/").text
    intent = pay(description="Commande <1>")
    with pytest.raises(stripe.CardError):
        pay("pm_card_chargeDeclined")
    local_stripe.wait_for_webhooks()
    page = get("/").text
    assert "Doublure de Stripe" in page
    assert intent.id in page
    assert "199,00\u00a0$" in page
    assert "Visa •••• 4242" in page
    assert "Commande &lt;1&gt;" in page
    assert "generic_decline" in page
    assert "livré (200, 1 essai)" in page


def test_dashboard_refunds_a_part_then_the_rest(post, client, pay):
    intent = pay()
    answer = post(f"/dashboard/{intent.id}/refund", data={"amount": "50,25"})
    assert "Remboursé." in answer.text
    assert "148,75" in answer.text
    post(f"/dashboard/{intent.id}/refund", data={"amount": ""})
    assert [r.amount for r in client.refunds.list().data] == [14875, 5025]
    assert "already been refunded" in post(f"/dashboard/{intent.id}/refund").text
    assert "illisible" in post(f"/dashboard/{intent.id}/refund", data={"amount": "abc"}).text


def test_dashboard_cancels_closes_and_resends(post, client, pay, receiver, local_stripe):
    intent = client.payment_intents.create({"amount": 100, "currency": "cad"})
    assert "Annulé." in post(f"/dashboard/{intent.id}/cancel").text
    assert client.payment_intents.retrieve(intent.id).status == "canceled"
    pay("pm_card_createDispute")
    dispute = client.disputes.list().data[0]
    assert (
        "Contestation close." in post(f"/dashboard/{dispute.id}/close", data={"status": "won"}).text
    )
    assert client.disputes.retrieve(dispute.id).status == "won"
    local_stripe.wait_for_webhooks()
    event = local_stripe.events()[0]
    assert "Renvoyé : 200." in post(f"/dashboard/{event['id']}/resend").text
    assert receiver.types.count(event["type"]) == 3


def test_dashboard_buttons_are_not_for_other_sites(post, client, pay):
    intent = pay()
    answer = post(f"/dashboard/{intent.id}/refund", headers={"Origin": "http://evil.test"})
    assert answer.status_code == 403
    assert client.refunds.list().data == []


def test_controls_do_what_the_methods_do(post, get, client, receiver):
    assert "hold_webhooks" in get("/_control/").json()
    post("/_control/hold_webhooks")
    intent = client.payment_intents.create({"amount": 100, "currency": "cad"})
    confirmed = post("/_control/confirm", json={"intent_id": intent.id}).json()["result"]
    assert confirmed["status"] == "succeeded"
    assert receiver.types == []
    post("/_control/release_webhooks", json={"order": "reversed"})
    assert post("/_control/wait_for_webhooks").json() == {"result": True}
    assert receiver.types[0] == "charge.updated"
    post("/_control/add_fault", json={"kind": "error"})
    with pytest.raises(stripe.APIError):
        client.customers.create({})
    post("/_control/reset")
    assert client.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [("explode", {}, 404), ("confirm", {}, 400), ("confirm", {"intent_id": "pi_no"}, 404)],
)
def test_controls_refuse_nonsense(post, action, body, status):
    assert post(f"/_control/{action}", json=body).status_code == status


def test_webhook_address_can_be_set(post, local_stripe):
    post("/_control/set_webhook_url", json={"url": "http://127.0.0.1:9/"})
    assert local_stripe.webhook_url == "http://127.0.0.1:9/"


@pytest.mark.parametrize("path", ["/v3/", "/v3", "/stripe.js", "/endive/stripe.js"])
def test_stripe_js_is_served(get, path):
    answer = get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
    assert "confirmCardPayment" in answer.text


def test_card_frame_says_that_it_is_a_stand_in(get):
    french, english = get("/elements/card?locale=fr-CA"), get("/elements/card?locale=en")
    assert "Stripe local" in french.text
    assert 'placeholder="MM / AA"' in french.text
    assert 'placeholder="MM / YY"' in english.text
    for name in ("cc-number", "cc-exp", "cc-csc"):
        assert f'autocomplete="{name}"' in french.text
    assert "unsafe" not in french.headers["Content-Security-Policy"]


def test_frame_takes_an_origin_only(get):
    page = get('/elements/card?parent=javascript:alert(1)//"><script>').text
    assert 'data-parent=""' in page


def test_receipt(get, client, pay):
    charge = client.charges.retrieve(pay().latest_charge)
    receipt = requests.get(charge.receipt_url, timeout=5)
    assert "199,00" in receipt.text
    assert get("/receipts/ch_no").status_code == 404


def test_many_payments_stay_quick(local_stripe, get, pay):
    for _ in range(60):
        pay()
    start = time.monotonic()
    page = get("/").text
    assert time.monotonic() - start < 1
    assert "10 de plus" in page
