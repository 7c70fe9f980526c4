from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import ZERO, round_cents, spread, to_cents

amounts = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("0.004", "0.00"), ("19.895", "19.90")]
)
def test_round_cents_rounds_half_up(amount, rounded):
    assert round_cents(Decimal(amount)) == Decimal(rounded)


def test_to_cents_refuses_part_of_a_cent():
    with pytest.raises(ValueError, match="whole number"):
        to_cents(Decimal("0.001"))


@given(weights=st.lists(amounts, min_size=1, max_size=12), data=st.data())
def test_spread_parts_add_up_and_stay_within_their_weight(weights, data):
    whole = to_cents(sum(weights, ZERO))
    total = Decimal(data.draw(st.integers(0, whole))) / 100
    parts = spread(total, weights)
    assert sum(parts, ZERO) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(total=amounts, count=st.integers(1, 12))
def test_spread_of_equal_weights_differs_by_a_cent_at_most(total, count):
    weight = total / count + 1
    parts = spread(total, [round_cents(weight)] * count)
    assert max(parts) - min(parts) <= Decimal("0.01")


def test_spread_of_nothing_is_nothing():
    assert spread(ZERO, [ZERO, ZERO]) == [ZERO, ZERO]
