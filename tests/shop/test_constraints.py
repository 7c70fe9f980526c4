"""What the database itself refuses."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.models import Coupon, Order, OrderLine, OrderStatus, Redemption
from tests.factories import make_coupon, make_course, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(db):
    return make_order(make_course(), coupon=make_coupon(max_uses=1))


@pytest.mark.parametrize(
    "change",
    [
        {"total": Decimal("1.00")},
        {"discount": Decimal("-1.00"), "total": Decimal("200.00")},
        {"status": OrderStatus.PAID},
        {"status": OrderStatus.CANCELLED},
        {"paid_at": timezone.now()},
    ],
    ids=["total", "negative discount", "paid without buyer", "cancelled without date", "paid_at"],
)
def test_order_refuses_what_does_not_hold(order, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**change)


def test_order_forgets_the_password_once_it_is_paid(order):
    paid = {"status": OrderStatus.PAID, "paid_at": timezone.now(), "user": make_user()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**paid)
    assert Order.objects.filter(pk=order.pk).update(**paid, password_hash="") == 1


def test_line_adds_up(order):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.update(total=Decimal("1.00"))


def test_coupon_is_never_used_more_often_than_allowed(order):
    with pytest.raises(IntegrityError), transaction.atomic():
        Coupon.objects.update(uses=2)


def test_coupon_percentage_stops_at_100(order):
    with pytest.raises(IntegrityError), transaction.atomic():
        Coupon.objects.update(value=101)


def test_order_uses_one_coupon(order):
    with pytest.raises(IntegrityError), transaction.atomic():
        Redemption.objects.create(coupon=make_coupon(), order=order, email=order.email)


def test_saving_a_coupon_does_not_undo_a_reservation(order):
    read_before = make_coupon(max_uses=5)
    make_order(make_course(), coupon=read_before)
    read_before.value = 20
    read_before.save()
    read_before.refresh_from_db()
    assert (read_before.value, read_before.uses) == (20, 1)
