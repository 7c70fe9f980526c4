"""The one place that rounds money. Amounts are Canadian dollars with two decimal places."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# The least that Stripe charges a card in Canadian dollars:
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MINIMUM_CHARGE = Decimal("0.50")


def round_cents(amount: Decimal) -> Decimal:
    """Half up, as an invoice in Canada is rounded: 0.005 is one cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_cents(amount: Decimal) -> int:
    """Whole cents, as Stripe counts. Raises ValueError when the amount has a part of a cent."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} is not a whole number of cents")
    return int(cents)


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `total` in proportion to `weights`, to the cent, so that the parts add up to it.

    The largest-remainder method (Hamilton's): each part is rounded down, and the cents left over go
    to the parts that lost most. No part is above its weight when `total` is not above their sum.
    """
    whole = sum(weights, ZERO)
    if whole == 0:
        return [ZERO for _weight in weights]
    cents = to_cents(total)
    exact = [cents * weight / whole for weight in weights]
    parts = [int(share) for share in exact]
    by_loss = sorted(
        range(len(parts)),
        key=lambda index: (exact[index] - parts[index], weights[index]),
        reverse=True,
    )
    for index in by_loss[: cents - sum(parts)]:
        parts[index] += 1
    return [Decimal(part) / 100 for part in parts]
