from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from cms_pages.models import CoursePage
from shop.models import Coupon, CouponKind, Order
from shop.pricing import price_cart
from shop.services.checkout import Buyer, create_order

from .people import PASSWORD

_numbers = count(1)


def make_coupon(code: str = "", **fields: Any) -> Coupon:
    values = {"kind": CouponKind.PERCENT, "value": 10, **fields}
    return Coupon.objects.create(code=code or f"COUPON{next(_numbers)}", **values)


def make_order(course: CoursePage, *, email: str = "", coupon: Coupon | None = None) -> Order:
    """A pending order for one course, without a PaymentIntent, from someone new."""
    buyer = Buyer(
        email=email or f"acheteur{next(_numbers)}@exemple.test",
        password_hash=make_password(PASSWORD),
    )
    return create_order(buyer, price_cart([course], coupon))
