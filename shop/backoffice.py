"""What the shop adds to the back office: a person's orders, the home's figures."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from dojo.backoffice import home
from dojo.backoffice.columns import MomentColumn, MoneyColumn
from dojo.backoffice.views import Section
from dojo.formats import format_money
from dojo.users import panels
from dojo.users.models import User

from .models import OrderStatus
from .selectors import orders_of, recent_revenue

PERMISSION = "shop.view_order"


def status_column() -> StatusTagColumn:
    return StatusTagColumn(
        "status",
        label=gettext_lazy("État"),
        accessor="get_status_display",
        primary=lambda order: order.status == OrderStatus.PAID,
        sort_key="status",
    )


def orders_section(request: HttpRequest, person: User) -> Component:
    return Section(
        "commandes",
        _("Commandes"),
        [
            TitleColumn("number", label=_("Numéro"), url_name="orders:inspect"),
            MomentColumn("created_at", label=_("Date")),
            Column("titles", label=_("Formations")),
            MoneyColumn("total", label=_("Total")),
            status_column(),
        ],
        orders_of(person),
        empty=_("Aucune commande."),
        icon="clipboard-list",
    )


def register_with_people() -> None:
    panels.register(panels.PersonSection(PERMISSION, orders_section, order=300))


class RevenuePanel(home.HomePanel):
    name = "revenus"
    heading = gettext_lazy("Revenus des 30 derniers jours")
    icon = "clipboard-list"
    permission = PERMISSION
    order = 120

    def get_figures(self) -> Sequence[home.Figure]:
        revenue = recent_revenue()
        listing = reverse("orders:index")
        return [
            home.Figure(_("Ventes"), format_money(revenue.total), f"{listing}?status=paid"),
            home.Figure(_("Commandes payées"), home.format_count(revenue.orders)),
            home.Figure(
                _("Commandes en attente"),
                home.format_count(revenue.pending),
                f"{listing}?status=pending",
            ),
        ]
