"""What a cart costs. The discount is computed on the whole, then spread over the lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from cms_pages.models import CoursePage

from .models import Coupon, CouponKind
from .money import ZERO, round_cents, spread


@dataclass(frozen=True)
class PricedLine:
    page: CoursePage
    price: Decimal
    discount: Decimal

    @property
    def page_id(self) -> int:
        return self.page.pk

    @property
    def title(self) -> str:
        return self.page.title

    @property
    def url(self) -> str:
        return self.page.url

    @property
    def total(self) -> Decimal:
        return self.price - self.discount


@dataclass(frozen=True)
class PricedCart:
    lines: list[PricedLine]
    coupon: Coupon | None

    @property
    def coupon_code(self) -> str:
        return self.coupon.code if self.coupon else ""

    @property
    def subtotal(self) -> Decimal:
        return sum((line.price for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount


def price_cart(pages: Sequence[CoursePage], coupon: Coupon | None) -> PricedCart:
    eligible = eligible_keys(coupon) if coupon else None
    prices = [page.price for page in pages]
    weights = [
        page.price if coupon and (not eligible or page.translation_key in eligible) else ZERO
        for page in pages
    ]
    discounts = spread(discount_of(coupon, sum(weights, ZERO)), weights)
    lines = [
        PricedLine(page=page, price=price, discount=discount)
        for page, price, discount in zip(pages, prices, discounts, strict=True)
    ]
    return PricedCart(lines=lines, coupon=coupon)


def eligible_keys(coupon: Coupon) -> Collection[UUID]:
    """The translation keys of the courses that a coupon is for; empty when it is for all."""
    return set(coupon.courses.values_list("translation_key", flat=True))


def discount_of(coupon: Coupon | None, amount: Decimal) -> Decimal:
    """What a coupon takes off an amount, to the cent and never more than the amount."""
    if coupon is None:
        return ZERO
    if coupon.kind == CouponKind.PERCENT:
        return round_cents(amount * coupon.value / 100)
    return min(round_cents(coupon.value), amount)
