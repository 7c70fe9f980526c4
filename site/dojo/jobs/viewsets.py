"""Durable jobs in the Wagtail admin: what waits, what failed, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.log_actions import log

from dojo.backoffice.columns import MomentColumn
from dojo.backoffice.views import Action, ListView, OperationView, SheetView, Source
from dojo.backoffice.viewsets import ReadOnlyViewSet

from .mail import deliver
from .models import Job, JobStatus
from .services import run_again

# Their arguments are somebody's mail: addresses, and links that open an account.
PRIVATE = frozenset({deliver.name})


def error_excerpt(job: Job) -> str:
    """The last line of a traceback, which says what went wrong."""
    lines = job.error.strip().splitlines()
    return Truncator(lines[-1]).chars(80) if lines else ""


def shown_arguments(job: Job) -> str:
    """The arguments of a job; of private ones the names alone."""
    if job.name in PRIVATE:
        return "\n".join(_names(job.arguments))
    return json.dumps(job.arguments, indent=2, ensure_ascii=False)


def _names(arguments: dict[str, Any], prefix: str = "") -> list[str]:
    names = []
    for key, value in arguments.items():
        names.append(f"{prefix}{key}")
        if isinstance(value, dict) and not prefix:
            names += _names(value, f"{key}.")
    return names


class JobFilterSet(WagtailFilterSet):
    status = django_filters.ChoiceFilter(label=gettext_lazy("État"), choices=JobStatus.choices)
    late = django_filters.BooleanFilter(label=gettext_lazy("En retard"), method="filter_late")
    name = django_filters.ChoiceFilter(
        label=gettext_lazy("Nom"),
        choices=lambda: [
            (name, name)
            for name in Job.objects.order_by("name").values_list("name", flat=True).distinct()
        ],
    )
    due_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("À faire le"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Job
        fields: list[str] = []

    def filter_late(self, queryset: QuerySet[Job], name: str, value: bool) -> QuerySet[Job]:
        late = Job.objects.late().values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


class JobListView(ListView):
    def get_base_queryset(self) -> QuerySet[Job]:
        return Job.objects.defer("arguments")


class JobSheetView(SheetView):
    fields = [
        "name",
        "key",
        "status",
        "priority",
        "attempts",
        "due_at",
        "created_at",
        "finished_at",
        "lease_expires_at",
    ]

    def get_sections(self) -> Sequence[Component]:
        heading = _("Arguments")
        if self.object.name in PRIVATE:
            heading = _("Arguments (noms seulement\xa0: le contenu est privé)")
        sections = [Source("arguments", heading, shown_arguments(self.object))]
        if self.object.error:
            sections.append(
                Source("erreur", _("Dernière erreur"), self.object.error, icon="warning")
            )
        return sections

    def get_actions(self) -> Sequence[Action]:
        if self.object.status != JobStatus.DEAD or not self.user_has_permission("run_again"):
            return []
        return [
            Action(
                label=_("Exécuter de nouveau"),
                url=reverse("jobs:run_again", args=[self.object.pk]),
                help=_("La tâche retrouve tous ses essais et part aussitôt."),
            )
        ]


class RunAgainView(OperationView):
    permission_required = "run_again"

    def perform_operation(self) -> None:
        self.is_revived = run_again(job=self.object)
        if self.is_revived:
            log(instance=self.object, action="jobs.run_again", user=self.request.user)

    def get_success_message(self) -> str:
        if self.is_revived:
            return _("La tâche est remise en file.")
        return _("Cette tâche n’est pas abandonnée\xa0: rien n’a changé.")


class JobViewSet(ReadOnlyViewSet):
    model = Job
    name = "jobs"
    icon = "tasks"
    menu_label = gettext_lazy("Tâches")
    menu_order = 100
    ordering = "-id"
    index_view_class = JobListView
    inspect_view_class = JobSheetView
    inspect_view_fields = JobSheetView.fields
    filterset_class = JobFilterSet
    search_fields = ["name", "key", "error"]
    list_display = [
        "name",
        Column("key", label=gettext_lazy("Clé")),
        StatusTagColumn(
            "status",
            label=gettext_lazy("État"),
            accessor="get_status_display",
            primary=lambda job: job.status == JobStatus.DONE,
            sort_key="status",
        ),
        MomentColumn("due_at", label=gettext_lazy("À faire le"), sort_key="due_at"),
        Column("attempts", label=gettext_lazy("Essais"), sort_key="attempts"),
        Column("error", label=gettext_lazy("Erreur"), accessor=error_excerpt),
    ]

    @property
    def run_again_view(self) -> Any:
        return self.construct_view(RunAgainView)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("run-again/<int:pk>/", self.run_again_view, name="run_again"),
        ]


class SystemViewSetGroup(ModelViewSetGroup):
    """What keeps the site running. Other apps add to it by `register_system_menu_item`."""

    items = (JobViewSet,)
    submenu_hook = "register_system_menu_item"
    menu_label = gettext_lazy("Système")
    menu_name = "system"
    menu_icon = "tasks"
    menu_order = 8000
