"""What Wagtail asks of the shop."""

from wagtail import hooks

from .viewsets import CouponViewSet


@hooks.register("register_admin_viewset")
def register_coupons() -> CouponViewSet:
    return CouponViewSet("coupons")
