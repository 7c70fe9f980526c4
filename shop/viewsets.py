"""The shop in the Wagtail admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.model import ModelViewSet

from .models import Coupon


class CouponViewSet(ModelViewSet):
    model = Coupon
    icon = "tag"
    menu_label = _("Coupons")
    menu_order = 310
    add_to_admin_menu = True
    list_display = [
        "code",
        "kind",
        "value",
        BooleanColumn("is_active", label=_("Actif")),
        "uses",
        "max_uses",
        "valid_until",
    ]
    list_filter = ["is_active", "kind"]
    search_fields = ["code"]
    form_fields = [
        "code",
        "kind",
        "value",
        "is_active",
        "valid_from",
        "valid_until",
        "max_uses",
        "max_uses_per_customer",
        "courses",
    ]
    copy_view_enabled = False
