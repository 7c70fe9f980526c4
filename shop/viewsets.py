"""The shop in the Wagtail admin: orders, coupons, what Stripe told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.log_actions import log

from dojo.backoffice.columns import NOTHING, MomentColumn, MoneyColumn
from dojo.backoffice.views import (
    Action,
    ListView,
    OperationView,
    ProtectedDeleteView,
    Section,
    SheetView,
    Source,
)
from dojo.backoffice.viewsets import ReadOnlyViewSet, SheetViewSet
from dojo.formats import format_money, format_percent
from dojo.users.panels import person_link
from lms.models import Course

from .backoffice import status_column
from .models import Coupon, CouponKind, Order, OrderLine, OrderStatus, StripeEvent
from .payments.stripe.messages import decline_message
from .payments.stripe.webhooks import HANDLERS, process
from .selectors import coupon_figures, events_about, redemptions_of

# Orders ------------------------------------------------------------------------------------------


class OrderFilterSet(WagtailFilterSet):
    created_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Date"), widget=DateRangePickerWidget
    )
    course = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Formation"), queryset=Course.objects.all(), method="filter_course"
    )
    status = django_filters.ChoiceFilter(label=gettext_lazy("État"), choices=OrderStatus.choices)

    class Meta:
        model = Order
        fields: list[str] = []

    def filter_course(self, queryset: QuerySet[Order], name: str, value: Course) -> QuerySet[Order]:
        lines = OrderLine.objects.filter(order=OuterRef("pk"), course=value)
        return queryset.filter(Exists(lines))


class OrderListView(ListView):
    def get_base_queryset(self) -> QuerySet[Order]:
        return Order.objects.select_related("user").prefetch_related("lines")


class OrderSheetView(SheetView):
    fields = [
        "number",
        "status",
        "created_at",
        "paid_at",
        "cancelled_at",
        "user",
        "email",
        "created_account",
        "subtotal",
        "discount",
        "total",
        "coupon_code",
        "payment_intent_id",
        "last_error_code",
    ]

    def get_user_display_value(self) -> str:
        return person_link(self.request, self.object.user)

    def get_subtotal_display_value(self) -> str:
        return format_money(self.object.subtotal)

    def get_discount_display_value(self) -> str:
        return format_money(self.object.discount)

    def get_total_display_value(self) -> str:
        return format_money(self.object.total)

    def get_coupon_code_display_value(self) -> str:
        redemption = getattr(self.object, "redemption", None)
        if redemption is None:
            return self.object.coupon_code or NOTHING
        return f"{self.object.coupon_code} ({redemption.get_state_display().lower()})"

    def get_last_error_code_display_value(self) -> str:
        code = self.object.last_error_code
        return f"{decline_message(code)} ({code})" if code else NOTHING

    def get_sections(self) -> Sequence[Component]:
        lines = list(self.object.lines.select_related("term__enrolment", "course"))
        return [
            Section(
                "lignes",
                _("Formations achetées"),
                [
                    Column("title", label=_("Formation")),
                    MoneyColumn("price", label=_("Prix")),
                    MoneyColumn("discount", label=_("Rabais")),
                    MoneyColumn("total", label=_("Total")),
                    Column("access_days", label=_("Jours d’accès")),
                ],
                lines,
                empty=_("Aucune ligne."),
                icon="list-ul",
            ),
            Section(
                "acces",
                _("Accès accordés"),
                [
                    TitleColumn("title", label=_("Formation"), get_url=self._enrolment_url_of_line),
                    MomentColumn("start", label=_("Début"), accessor="term.starts_at"),
                    MomentColumn("end", label=_("Fin"), accessor="term.expires_at"),
                    MomentColumn("revoked", label=_("Révoqué le"), accessor="term.revoked_at"),
                ],
                [line for line in lines if line.term is not None],
                empty=_("Aucun accès\xa0: la commande n’est pas payée."),
                icon="key",
            ),
            Section(
                "stripe",
                _("Événements Stripe"),
                event_columns(link=self.request.user.has_perm("shop.view_stripeevent")),
                list(events_about(self.object)),
                empty=_("Stripe n’a rien annoncé de cette commande."),
                icon="code",
            ),
        ]

    def _enrolment_url_of_line(self, line: OrderLine) -> str | None:
        if line.term is None or not self.request.user.has_perm("lms.view_enrolment"):
            return None
        return reverse("enrolments:inspect", args=[line.term.enrolment_id])


class OrderViewSet(ReadOnlyViewSet):
    model = Order
    name = "orders"
    icon = "clipboard-list"
    menu_label = gettext_lazy("Commandes")
    menu_order = 100
    ordering = "-created_at"
    index_view_class = OrderListView
    inspect_view_class = OrderSheetView
    inspect_view_fields = OrderSheetView.fields
    filterset_class = OrderFilterSet
    search_fields = ["number", "email", "user__email", "user__first_name", "user__last_name"]
    list_display = [
        "number",
        MomentColumn("created_at", label=gettext_lazy("Date"), sort_key="created_at"),
        Column("email", label=gettext_lazy("Étudiant"), sort_key="email"),
        MoneyColumn("total", label=gettext_lazy("Total"), sort_key="total"),
        status_column(),
        Column("coupon_code", label=gettext_lazy("Coupon"), sort_key="coupon_code"),
        Column("titles", label=gettext_lazy("Formations")),
    ]
    export_filename = "commandes"
    list_export = [
        "number",
        "created_at",
        "paid_at",
        "get_status_display",
        "email",
        "user",
        "titles",
        "subtotal",
        "discount",
        "total",
        "coupon_code",
        "payment_intent_id",
    ]
    export_headings = {
        "get_status_display": gettext_lazy("État"),
        "titles": gettext_lazy("Formations"),
    }


# Coupons -----------------------------------------------------------------------------------------


def value_of(coupon: Coupon) -> str:
    """« 10 % » or « 25,00 $ »."""
    if coupon.kind == CouponKind.PERCENT:
        return format_percent(coupon.value)
    return format_money(coupon.value)


class CouponSheetView(SheetView):
    fields = [
        "code",
        "value",
        "is_active",
        "valid_from",
        "valid_until",
        "max_uses",
        "max_uses_per_customer",
        "courses",
        "uses",
        "kept",
        "reserved",
        "released",
        "given",
        "sold",
    ]
    labels = {
        "value": gettext_lazy("Rabais"),
        "uses": gettext_lazy("Utilisations comptées"),
        "kept": gettext_lazy("Commandes payées"),
        "reserved": gettext_lazy("Commandes en attente"),
        "released": gettext_lazy("Commandes annulées"),
        "given": gettext_lazy("Rabais accordés"),
        "sold": gettext_lazy("Ventes faites"),
    }

    @cached_property
    def figures(self) -> Any:
        return coupon_figures(self.object)

    def get_field_label(self, field_name: str, field: Any) -> str:
        if field_name in self.labels:
            return str(self.labels[field_name])
        return super().get_field_label(field_name, field)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        match field_name:
            case "value":
                return value_of(self.object)
            case "courses":
                titles = [course.title for course in self.object.courses.all()]
                return ", ".join(titles) or _("Toutes")
            case "max_uses" | "max_uses_per_customer":
                return getattr(self.object, field_name) or _("Sans limite")
            case "kept" | "reserved" | "released":
                return getattr(self.figures, field_name)
            case "given" | "sold":
                return format_money(getattr(self.figures, field_name))
        return super().get_field_display_value(field_name, field)

    def get_sections(self) -> Sequence[Component]:
        return [
            Section(
                "utilisations",
                _("Utilisations"),
                [
                    TitleColumn(
                        "order",
                        label=_("Commande"),
                        get_url=lambda row: reverse("orders:inspect", args=[row.order_id]),
                    ),
                    Column("email", label=_("Courriel")),
                    MomentColumn("created_at", label=_("Réservée le")),
                    StatusTagColumn(
                        "state",
                        label=_("État"),
                        accessor="get_state_display",
                        primary=lambda row: row.state == "kept",
                    ),
                    MoneyColumn("discount", label=_("Rabais"), accessor="order.discount"),
                    MoneyColumn("total", label=_("Total"), accessor="order.total"),
                ],
                redemptions_of(self.object),
                empty=_("Ce coupon n’a pas encore servi."),
                icon="tag",
            )
        ]


class CouponDeleteView(ProtectedDeleteView):
    refusal = gettext_lazy(
        "Le coupon %(object)s a déjà servi\xa0: il ne peut pas être supprimé. Désactivez-le plutôt."
    )


class CouponViewSet(SheetViewSet):
    model = Coupon
    name = "coupons"
    icon = "tag"
    menu_label = gettext_lazy("Coupons")
    menu_order = 200
    ordering = "code"
    inspect_view_class = CouponSheetView
    inspect_view_fields = CouponSheetView.fields
    delete_view_class = CouponDeleteView
    list_display = [
        "code",
        Column("value", label=gettext_lazy("Rabais"), accessor=value_of, sort_key="value"),
        BooleanColumn("is_active", label=gettext_lazy("Actif"), sort_key="is_active"),
        Column("uses", label=gettext_lazy("Utilisations"), sort_key="uses"),
        Column("max_uses", label=gettext_lazy("Permises"), sort_key="max_uses"),
        MomentColumn("valid_until", label=gettext_lazy("Valide jusqu’au"), sort_key="valid_until"),
    ]
    list_filter = ["is_active", "kind"]
    list_export = [
        "code",
        "get_kind_display",
        "value",
        "is_active",
        "uses",
        "max_uses",
        "max_uses_per_customer",
        "valid_from",
        "valid_until",
    ]
    export_headings = {"get_kind_display": gettext_lazy("Genre")}
    export_filename = "coupons"
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


# Stripe's events ---------------------------------------------------------------------------------


def is_processed(event: StripeEvent) -> bool:
    return event.processed_at is not None


def state_of(event: StripeEvent) -> str:
    if event.processed_at is not None:
        return _("Traité")
    return _("Échoué") if event.error else _("Non traité")


def event_columns(*, link: bool = True) -> list[Column]:
    return [
        TitleColumn(
            "type",
            label=gettext_lazy("Genre"),
            get_url=lambda row: reverse("stripe_events:inspect", args=[row.pk]) if link else None,
        ),
        Column("event_id", label=gettext_lazy("Identifiant")),
        MomentColumn("received_at", label=gettext_lazy("Reçu le")),
        StatusTagColumn(
            "state", label=gettext_lazy("État"), accessor=state_of, primary=is_processed
        ),
    ]


def shown_payload(value: Any) -> Any:
    """An event's content without the secrets by which a browser confirms a payment."""
    if isinstance(value, dict):
        return {
            key: "…" if key == "client_secret" else shown_payload(part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [shown_payload(part) for part in value]
    return value


class StripeEventFilterSet(WagtailFilterSet):
    received_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Reçu le"), widget=DateRangePickerWidget
    )
    processed = django_filters.BooleanFilter(
        label=gettext_lazy("Traité"),
        field_name="processed_at",
        lookup_expr="isnull",
        exclude=True,
        widget=BooleanRadioSelect,
    )
    type = django_filters.ChoiceFilter(
        label=gettext_lazy("Genre"),
        choices=lambda: [
            (kind, kind)
            for kind in StripeEvent.objects.order_by("type")
            .values_list("type", flat=True)
            .distinct()
        ],
    )

    class Meta:
        model = StripeEvent
        fields: list[str] = []


class StripeEventListView(ListView):
    def get_base_queryset(self) -> QuerySet[StripeEvent]:
        return StripeEvent.objects.defer("payload")


class StripeEventSheetView(SheetView):
    fields = ["type", "event_id", "received_at", "processed_at", "error"]

    def get_sections(self) -> Sequence[Component]:
        payload = shown_payload(self.object.payload)
        text = json.dumps(payload, indent=2, ensure_ascii=False)
        return [Source("contenu", _("Contenu"), text)]

    def get_actions(self) -> Sequence[Action]:
        if self.object.processed_at is not None or not self.user_has_permission("process"):
            return []
        return [
            Action(
                label=_("Traiter de nouveau"),
                url=reverse("stripe_events:process", args=[self.object.pk]),
                help=_("Sans danger\xa0: ce qui est déjà fait ne l’est pas deux fois."),
            )
        ]


class ProcessEventView(OperationView):
    """Acts on a stored event again, as its webhook would."""

    permission_required = "process"

    def perform_operation(self) -> None:
        event: StripeEvent = self.object
        self.was_processed = event.processed_at is not None
        process(event)
        event.refresh_from_db()
        if not self.was_processed:
            log(instance=event, action="shop.process_event", user=self.request.user)

    def add_success_message(self) -> None:
        from wagtail.admin import messages

        if self.was_processed:
            messages.success(self.request, _("Cet événement était déjà traité."))
        elif self.object.processed_at is not None:
            messages.success(self.request, _("L’événement est traité."))
        elif self.object.type not in HANDLERS:
            messages.warning(self.request, _("Le site ne fait rien des événements de ce genre."))
        else:
            messages.error(self.request, _("Le traitement a échoué de nouveau\xa0: voir l’erreur."))


class StripeEventViewSet(ReadOnlyViewSet):
    model = StripeEvent
    name = "stripe_events"
    url_prefix = "stripe-events"
    icon = "code"
    menu_label = gettext_lazy("Événements Stripe")
    menu_order = 300
    ordering = "-received_at"
    index_view_class = StripeEventListView
    inspect_view_class = StripeEventSheetView
    inspect_view_fields = StripeEventSheetView.fields
    filterset_class = StripeEventFilterSet
    search_fields = ["event_id", "type", "error"]
    list_display = [
        "type",
        Column("event_id", label=gettext_lazy("Identifiant")),
        MomentColumn("received_at", label=gettext_lazy("Reçu le"), sort_key="received_at"),
        StatusTagColumn(
            "state", label=gettext_lazy("État"), accessor=state_of, primary=is_processed
        ),
    ]
    export_filename = "evenements-stripe"
    list_export = ["event_id", "type", "received_at", "processed_at", "error"]

    @property
    def process_view(self) -> Any:
        return self.construct_view(ProcessEventView)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("process/<int:pk>/", self.process_view, name="process"),
        ]


class ShopViewSetGroup(ModelViewSetGroup):
    items = (OrderViewSet, CouponViewSet, StripeEventViewSet)
    menu_label = gettext_lazy("Boutique")
    menu_name = "shop"
    menu_icon = "clipboard-list"
    menu_order = 600
