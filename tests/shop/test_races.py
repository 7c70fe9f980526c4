"""Many at once, on PostgreSQL, over real connections."""

from __future__ import annotations

import pytest
from django.test import Client

from dojo.automation.models import OutboxEvent
from dojo.users.models import User
from lms.models import Enrolment, Term
from shop.models import Coupon, Order, OrderStatus, Redemption, RedemptionState, StripeEvent
from shop.payments.stripe.client import create_intent
from shop.payments.stripe.intents import note_intent
from shop.services.coupons import CouponError
from tests.factories import make_coupon, make_course, make_order
from tests.factories.people import PASSWORD
from tests.factories.threads import at_once
from tests.shop.test_webhooks import deliver, event

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_fifty_webhooks_and_the_return_page_make_everything_once(local_stripe):
    order = make_order(make_course(), coupon=make_coupon(max_uses=1))
    intent = create_intent(order)
    note_intent(order, intent.id)
    local_stripe.confirm(intent.id, "pm_card_visa")
    paid = local_stripe.find(intent.id)

    def work(number: int) -> int:
        if number % 10 == 9:
            url = f"/paiement/retour/?payment_intent={intent.id}"
            return Client().get(url).status_code
        # Half of them are the same event again, half are new events about the same payment.
        event_id = "evt_same" if number % 2 else f"evt_{number}"
        return deliver(Client(), event("payment_intent.succeeded", paid, event_id)).status_code

    answers = at_once(50, work)
    assert sorted(answers) == [200] * 45 + [302] * 5
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    assert (
        User.objects.count(),
        Enrolment.objects.count(),
        Term.objects.count(),
        OutboxEvent.objects.count(),
        Coupon.objects.get().uses,
        Redemption.objects.filter(state=RedemptionState.KEPT).count(),
        StripeEvent.objects.filter(processed_at=None).count(),
    ) == (1, 1, 1, 1, 1, 1, 0)


def test_two_orders_for_the_same_new_email_make_one_account(local_stripe):
    orders = [make_order(make_course(), email="meme@exemple.test") for _ in range(8)]
    from shop.services.fulfilment import fulfil

    results = at_once(8, lambda number: fulfil(order_id=orders[number].pk))
    assert [order.status for order in results] == [OrderStatus.PAID] * 8
    assert User.objects.count() == 1
    assert Order.objects.filter(created_account=True).count() == 1
    assert Enrolment.objects.count() == 8


def test_the_last_use_of_a_coupon_goes_to_one_buyer():
    coupon = make_coupon(max_uses=1)
    course = make_course()
    results = at_once(20, lambda number: make_order(course, coupon=coupon))
    refused = [result for result in results if isinstance(result, CouponError)]
    assert len(refused) == 19
    assert {error.message for error in refused} == {
        "Ce code promo a été utilisé autant de fois que permis."
    }
    assert (Order.objects.count(), Redemption.objects.count()) == (1, 1)
    assert Coupon.objects.get().uses == 1


def test_a_customer_uses_a_coupon_once_even_from_many_tabs():
    coupon = make_coupon(max_uses_per_customer=1)
    course = make_course()
    results = at_once(
        10, lambda number: make_order(course, email="meme@exemple.test", coupon=coupon)
    )
    assert sum(isinstance(result, Order) for result in results) == 1
    assert Coupon.objects.get().uses == 1


def test_two_clicks_at_once_make_one_order(local_stripe):
    course = make_course()
    first = Client()
    first.post(f"/panier/ajouter/{course.pk}/", HTTP_ORIGIN="http://testserver")
    cookies = first.cookies

    def click(_number: int) -> str:
        client = Client()
        client.cookies = cookies.copy()
        data = {"email": "x@exemple.test", "password1": PASSWORD, "password2": PASSWORD}
        response = client.post("/paiement/intention/", data, HTTP_ORIGIN="http://testserver")
        return response.json()["client_secret"]

    assert len(set(at_once(5, click))) == 1
    assert Order.objects.count() == 1
