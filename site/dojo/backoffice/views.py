"""Wagtail's generic views, with what our screens add to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import quote
from django.db import router
from django.db.models import Field, ProtectedError, Q, QuerySet, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Table
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseOperationView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import Button, HeaderButton

from .columns import NOTHING, format_moment
from .exports import ExportMixin


class ListView(ExportMixin, generic.IndexView):
    """A list whose rows open on their sheet; its search finds « Sofia Nguyen » in two fields."""

    edit_item_label = gettext_lazy("Modifier")

    def get_edit_url(self, instance: Any) -> str | None:
        """None, by which Wagtail links the row to its sheet; its form is in the row's menu."""
        return None

    def get_row_edit_url(self, instance: Any) -> str | None:
        return super().get_edit_url(instance)

    def _get_title_column(self, field_name: str, *args: Any, **kwargs: Any) -> BaseColumn:
        return super()._get_title_column(field_name, *args, **{"classname": "dojo-title", **kwargs})

    def get_list_more_buttons(self, instance: Any) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if url := self.get_row_edit_url(instance):
            buttons.append(MenuItem(self.edit_item_label, url=url, icon_name="edit", priority=10))
        return buttons

    @cached_property
    def no_results_message(self) -> str:
        if self.is_searching or self.is_filtering:
            return _("Rien ne correspond à votre recherche.")
        return _("Rien à afficher pour le moment.")

    def search_queryset(self, queryset: QuerySet) -> QuerySet:
        """Each word in one of the fields or another."""
        for word in self.search_query.split():
            found = Q()
            for field in self.search_fields:
                found |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(found)
        return queryset


class Section(Component):
    """A part of a sheet: a heading over a table, or over a sentence when there is nothing."""

    template_name = "backoffice/section.html"

    def __init__(
        self,
        id: str,
        heading: str,
        columns: Sequence[BaseColumn],
        rows: Sequence[Any],
        *,
        empty: str,
        icon: str = "list-ul",
    ) -> None:
        self.id = id
        self.heading = heading
        self.table = Table(columns, rows) if rows else None
        self.empty = empty
        self.icon = icon

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"section": self, "request": (parent_context or {}).get("request")}


class Source(Component):
    """A part of a sheet that shows something word for word."""

    template_name = "backoffice/source.html"

    def __init__(self, id: str, heading: str, text: str, *, icon: str = "code") -> None:
        self.id = id
        self.heading = heading
        self.text = text
        self.icon = icon

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"section": self}


@dataclass(frozen=True)
class Action:
    """A button of a sheet that does something: it posts to `url`."""

    label: str
    url: str
    help: str = ""


class SheetView(generic.InspectView):
    """Everything about one row: its fields, sections below them, and actions."""

    template_name = "backoffice/sheet.html"
    page_title = gettext_lazy("Fiche")
    history_url_name: str | None = None

    def get_sections(self) -> Sequence[Component]:
        return []

    def get_actions(self) -> Sequence[Action]:
        return []

    def get_field_display_value(self, field_name: str, field: Field | None) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, datetime):
            return format_moment(value)
        if isinstance(value, bool):
            return _("Oui") if value else _("Non")
        return NOTHING if value is None or value == "" else value

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.history_url_name:
            url = reverse(self.history_url_name, args=(quote(self.object.pk),))
            buttons.append(Button(_("Historique"), url=url, icon_name="history", priority=30))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["sections"] = self.get_sections()
        context["sheet_actions"] = self.get_actions()
        return context


class HistoryView(generic.HistoryView):
    """The history of a row, for all who may see it; it leads back to the row's sheet."""

    any_permission_required = ["add", "change", "delete", "view"]
    inspect_url_name: str | None = None

    def get_edit_url(self, instance: Any) -> str | None:
        if self.inspect_url_name:
            return reverse(self.inspect_url_name, args=(quote(instance.pk),))
        return super().get_edit_url(instance)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        url = self.get_edit_url(self.object)
        return [HeaderButton(label=_("Fiche"), url=url, icon_name="info-circle")]


class ProtectedDeleteView(generic.DeleteView):
    """Says why a row can't be deleted while others hang on it, rather than failing."""

    refusal = gettext_lazy("«\xa0%(object)s\xa0» ne peut pas être supprimé.")
    inspect_url_name: str | None = None

    def get_refusal(self) -> str:
        return self.refusal % {"object": self.object}

    def is_protected(self) -> bool:
        """Whether the database would refuse; nothing is deleted by asking."""
        try:
            Collector(using=router.db_for_write(type(self.object))).collect([self.object])
        except (ProtectedError, RestrictedError):
            return True
        return False

    def refuse(self) -> HttpResponseBase:
        messages.error(self.request, self.get_refusal())
        if self.inspect_url_name:
            return redirect(self.inspect_url_name, quote(self.object.pk))
        return redirect(self.index_url_name)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.refuse() if self.is_protected() else super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseBase:
        try:
            return super().form_valid(form)
        except (ProtectedError, RestrictedError):
            return self.refuse()


class OperationView(PermissionCheckedMixin, BaseOperationView):
    """Something done to one row by a button of its sheet. Only by POST."""

    http_method_names = ["post"]
    inspect_url_name: str | None = None

    def get_success_url(self) -> str:
        return reverse(self.inspect_url_name, args=(quote(self.object.pk),))
