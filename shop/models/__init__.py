from .coupons import Coupon, CouponKind, Redemption, RedemptionState
from .events import StripeEvent
from .orders import Order, OrderLine, OrderStatus

__all__ = [
    "Coupon",
    "CouponKind",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Redemption",
    "RedemptionState",
    "StripeEvent",
]
