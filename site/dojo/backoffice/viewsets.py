"""Viewsets of rows that nobody writes by hand."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.urls import URLPattern, path, reverse
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from .views import HistoryView, ListView, SheetView


class SheetURLFinder(ModelAdminURLFinder):
    """Where Wagtail looks for a row's form, it finds its sheet."""

    inspect_url_name = ""

    def get_edit_url(self, instance: Model) -> str | None:
        policy = policy_registry.get(instance)
        if self.user and not policy.user_has_permission_for_instance(self.user, "view", instance):
            return None
        return reverse(self.inspect_url_name, args=(quote(instance.pk),))


class SheetViewSet(ModelViewSet):
    """A list, and a sheet for each of its rows, which is where a row opens."""

    index_view_class = ListView
    inspect_view_class = SheetView
    history_view_class = HistoryView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    list_per_page = 25

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{"usage_url_name": None, **kwargs})

    def get_urlpatterns(self) -> list[URLPattern]:
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "usage"]

    @property
    def url_finder_class(self) -> type[SheetURLFinder]:
        return type(
            "_SheetURLFinder",
            (SheetURLFinder,),
            {"inspect_url_name": self.get_url_name("inspect")},
        )


class ReadOnlyViewSet(SheetViewSet):
    """No address adds, changes or deletes; the model's policy says so too: `ReadOnlyPolicy`."""

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(
            **{"add_url_name": None, "edit_url_name": None, "delete_url_name": None, **kwargs}
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        conv = self.pk_path_converter
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path(f"inspect/<{conv}:pk>/", self.inspect_view, name="inspect"),
            path(f"history/<{conv}:pk>/", self.history_view, name="history"),
            path(
                f"history-results/<{conv}:pk>/", self.history_results_view, name="history_results"
            ),
        ]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """No box to tick for what nobody may do."""
        written = [
            get_permission_codename(action, self.model_opts)
            for action in ("add", "change", "delete")
        ]
        return super().get_permissions_to_register().exclude(codename__in=written)
