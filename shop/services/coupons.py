"""Whether a coupon may be used, and its uses: reserved, kept, released."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from cms_pages.models import CoursePage
from shop.models import Coupon, Order, Redemption, RedemptionState
from shop.models.coupons import normalise_code


class CouponError(ValueError):
    """A coupon can't be used. `message` says why, in French."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def find_coupon(code: str, pages: Sequence[CoursePage], *, pending: Order | None = None) -> Coupon:
    """The coupon of this code, if it takes something off these courses now.

    Raises CouponError. Whether a use is left is only promised by `reserve`. The use that the
    buyer's own pending order holds is theirs to use again.
    """
    coupon = Coupon.objects.filter(code=normalise_code(code)).first()
    if coupon is None:
        raise CouponError(_("Ce code promo est inconnu."))
    if not coupon.is_valid_at():
        raise CouponError(_("Ce code promo n’est pas valide en ce moment."))
    is_used_up = coupon.max_uses is not None and coupon.uses >= coupon.max_uses
    if is_used_up and not _is_held_by(pending, coupon):
        raise CouponError(_("Ce code promo a été utilisé autant de fois que permis."))
    only_for = set(coupon.courses.values_list("translation_key", flat=True))
    if only_for and not only_for & {page.translation_key for page in pages}:
        raise CouponError(_("Ce code promo ne s’applique à aucune formation de votre panier."))
    return coupon


def _is_held_by(order: Order | None, coupon: Coupon) -> bool:
    return (
        order is not None
        and Redemption.objects.filter(
            order=order, coupon=coupon, state=RedemptionState.RESERVED
        ).exists()
    )


@transaction.atomic
def reserve(*, coupon: Coupon, order: Order) -> Redemption:
    """Reserve a use for an order, or raise CouponError.

    The count moves by one conditional update, which also locks the coupon's row: of two buyers who
    ask for the last use at the same instant, the second finds no row to update.
    """
    left = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
    if not Coupon.objects.filter(left, pk=coupon.pk, is_active=True).update(uses=F("uses") + 1):
        raise CouponError(_("Ce code promo a été utilisé autant de fois que permis."))
    if coupon.max_uses_per_customer is not None:
        used = coupon.redemptions.filter(email=order.email).exclude(state=RedemptionState.RELEASED)
        if used.count() >= coupon.max_uses_per_customer:
            raise CouponError(_("Vous avez déjà utilisé ce code promo."))
    return Redemption.objects.create(coupon=coupon, order=order, email=order.email)


def keep(*, order: Order) -> None:
    """The order is paid: its use of a coupon, if it has one, is final."""
    Redemption.objects.filter(order=order, state=RedemptionState.RESERVED).update(
        state=RedemptionState.KEPT
    )


@transaction.atomic
def release(*, order: Order) -> None:
    """Give back an order's use of a coupon, once, if it is only reserved.

    Only for an order that can no longer be paid: its PaymentIntent was cancelled at Stripe.
    """
    redemption = Redemption.objects.filter(order=order).first()
    if redemption is None:
        return
    released = Redemption.objects.filter(pk=redemption.pk, state=RedemptionState.RESERVED).update(
        state=RedemptionState.RELEASED
    )
    if released:
        Coupon.objects.filter(pk=redemption.coupon_id).update(uses=F("uses") - 1)
