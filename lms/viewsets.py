"""Learning in the Wagtail admin: enrolments and their terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.contrib.admin.utils import quote
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseOperationView, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from dojo.backoffice.columns import NOTHING, MomentColumn, format_moment
from dojo.backoffice.views import ListView, ProtectedDeleteView, Section, SheetView
from dojo.backoffice.viewsets import SheetViewSet
from dojo.users.panels import person_link

from .backoffice import state_column
from .forms import EnrolForm, ExtendForm, TermForm
from .models import Course, Enrolment, EnrolmentState, Term, TermSource
from .selectors.staff import progress_of, terms_of
from .services import enrolments as services


class EnrolmentFilterSet(WagtailFilterSet):
    course = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Formation"), queryset=Course.objects.all()
    )
    state = django_filters.ChoiceFilter(label=gettext_lazy("État"), choices=EnrolmentState.choices)
    source = django_filters.ChoiceFilter(
        label=gettext_lazy("Origine"), choices=TermSource.choices, method="filter_source"
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def filter_source(
        self, queryset: QuerySet[Enrolment], name: str, value: str
    ) -> QuerySet[Enrolment]:
        terms = Term.objects.filter(enrolment=OuterRef("pk"), source=value)
        return queryset.filter(Exists(terms))


class EnrolmentListView(ListView):
    add_item_label = gettext_lazy("Inscrire")
    edit_item_label = gettext_lazy("Prolonger")
    search_fields = ["user__email", "user__first_name", "user__last_name", "course__title"]
    list_display = [
        "user",
        Column("email", label=gettext_lazy("Courriel"), accessor="user.email"),
        Column("course", label=gettext_lazy("Formation"), sort_key="course__title"),
        MomentColumn("until", label=gettext_lazy("Accès jusqu’au"), sort_key="until"),
        state_column(sort_key="state"),
        MomentColumn("created_at", label=gettext_lazy("Inscrite le"), sort_key="created_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Enrolment]:
        return (
            Enrolment.objects.with_state()
            .select_related("user", "course")
            .prefetch_related("terms")
        )

    def order_queryset(self, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        if (self.ordering or "").lstrip("-") == "user":
            sign = "-" if self.ordering.startswith("-") else ""
            return queryset.order_by(
                f"{sign}user__last_name", f"{sign}user__first_name", "user__email"
            )
        return super().order_queryset(queryset)


class EnrolView(generic.CreateView):
    page_title = gettext_lazy("Inscrire un étudiant")
    submit_button_label = gettext_lazy("Inscrire")
    submit_button_active_label = gettext_lazy("Inscription…")
    error_message = gettext_lazy("L’inscription n’a pas été faite.")

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "email": self.request.GET.get("email", "")}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        return [*items[:-1], {"url": "", "label": self.page_title}]

    def save_instance(self) -> Enrolment:
        data = self.form.cleaned_data
        term, self.is_new = services.enrol(
            user=self.form.student,
            course=data["course"],
            days=data["days"],
            source=TermSource(data["source"]),
            created_by=self.request.user,
        )
        return term.enrolment

    def get_success_message(self, instance: Enrolment) -> str:
        if not self.is_new:
            return _("Cette personne était déjà inscrite\xa0: rien n’a changé.")
        return _("%(user)s est inscrit à «\xa0%(course)s\xa0».") % {
            "user": instance.user,
            "course": instance.course,
        }

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_success_url(self) -> str:
        return reverse("enrolments:inspect", args=[self.object.pk])


class ExtendView(generic.EditView):
    """The one change that an enrolment's form makes: one more term at the end."""

    template_name = "backoffice/form.html"
    page_title = gettext_lazy("Prolonger")
    submit_button_label = gettext_lazy("Prolonger")
    submit_button_active_label = gettext_lazy("Prolongation…")
    error_message = gettext_lazy("L’inscription n’a pas été prolongée.")

    def get_page_subtitle(self) -> str:
        return _("Prolonger l’accès de %(user)s") % {"user": self.object.user}

    def get_queryset(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.with_state().select_related("user", "course")

    @cached_property
    def last_term(self) -> Term | None:
        valid = [term for term in self.object.terms.all() if term.revoked_at is None]
        return max(valid, key=lambda term: term.expires_at, default=None)

    def get_initial(self) -> dict[str, Any]:
        last_seen = self.last_term.pk if self.last_term else None
        return {**super().get_initial(), "last_seen": last_seen}

    def save_instance(self) -> Enrolment:
        data = self.form.cleaned_data
        self.term, self.is_new = services.extend(
            enrolment=self.object,
            days=data["days"],
            source=TermSource(data["source"]),
            created_by=self.request.user,
            last_seen=data["last_seen"],
        )
        return self.object

    def get_success_message(self) -> str:
        if not self.is_new or self.term is None:
            return _("L’inscription avait changé entre-temps\xa0: rien n’a été ajouté.")
        return _("Accès prolongé jusqu’au %(date)s.") % {
            "date": format_moment(self.term.expires_at)
        }

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_success_url(self) -> str:
        return reverse("enrolments:inspect", args=[self.object.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.last_term is None:
            context["lead"] = _("Aucune période valide\xa0: l’accès commencera maintenant.")
        else:
            context["lead"] = _("La dernière période finit le %(date)s.") % {
                "date": format_moment(self.last_term.expires_at)
            }
        return context


class EnrolmentDeleteView(ProtectedDeleteView):
    refusal = gettext_lazy(
        "Cette inscription ne peut pas être supprimée\xa0: la personne a commencé la formation, ou "
        "l’a achetée. Révoquez plutôt sa période d’accès."
    )
    success_message = gettext_lazy("L’inscription de %(object)s est supprimée.")

    def is_protected(self) -> bool:
        return services.has_history(self.object)

    def form_valid(self, form: Any) -> HttpResponseBase:
        try:
            return super().form_valid(form)
        except services.EnrolmentInUseError:
            return self.refuse()

    def delete_action(self) -> None:
        services.delete_enrolment(enrolment=self.object, deleted_by=self.request.user)


class RevokeView(PermissionCheckedMixin, WagtailAdminTemplateMixin, BaseOperationView):
    """Asks first: access ends at once."""

    model = Term
    permission_required = "change"
    permission_policy = cached_property(lambda self: policy_registry.get_by_type(Enrolment))
    page_title = gettext_lazy("Révoquer")
    header_icon = "cross"
    template_name = "backoffice/confirm.html"

    def get_base_object_queryset(self) -> QuerySet[Term]:
        return Term.objects.select_related("enrolment__user", "enrolment__course")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("enrolments:index"), "label": _("Inscriptions")},
            {"url": self.get_success_url(), "label": str(self.object.enrolment)},
            {"url": "", "label": self.page_title},
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["question"] = _(
            "Révoquer l’accès de %(user)s à «\xa0%(course)s\xa0» du %(start)s au %(end)s? "
            "La formation se ferme aussitôt, si aucune autre période ne l’ouvre."
        ) % {
            "user": self.object.enrolment.user,
            "course": self.object.enrolment.course,
            "start": format_moment(self.object.starts_at),
            "end": format_moment(self.object.expires_at),
        }
        context["confirm_label"] = _("Révoquer")
        context["cancel_url"] = self.get_success_url()
        return context

    def perform_operation(self) -> None:
        self.is_revoked_now = services.revoke_term(term=self.object, revoked_by=self.request.user)

    def get_success_message(self) -> str:
        if self.is_revoked_now:
            return _("La période d’accès est révoquée.")
        return _("Cette période était déjà révoquée\xa0: rien n’a changé.")

    def get_success_url(self) -> str:
        return reverse("enrolments:inspect", args=[self.object.enrolment_id])


class RevokeColumn(Column):
    """A link to take the term back, while there is something to take back."""

    cell_template_name = "backoffice/link_cell.html"

    def get_cell_context_data(self, instance: Term, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        if instance.state in (EnrolmentState.CURRENT, EnrolmentState.UPCOMING):
            context["url"] = reverse("enrolments:revoke", args=[instance.pk])
            context["value"] = _("Révoquer")
            context["description"] = _("la période qui finit le %(date)s") % {
                "date": format_moment(instance.expires_at)
            }
        else:
            context["value"] = ""
        return context


class EnrolmentSheetView(SheetView):
    fields = ["user", "email", "course", "state_label", "until", "created_at"]
    labels = {
        "email": gettext_lazy("Courriel"),
        "state_label": gettext_lazy("État"),
        "until": gettext_lazy("Accès jusqu’au"),
        "created_at": gettext_lazy("Inscrite le"),
    }

    def get_object(self, queryset: Any = None) -> Enrolment:
        enrolments = Enrolment.objects.with_state().select_related("user", "course")
        return get_object_or_404(enrolments, pk=self.pk)

    def get_field_label(self, field_name: str, field: Any) -> str:
        if field_name in self.labels:
            return str(self.labels[field_name])
        return super().get_field_label(field_name, field)

    def get_user_display_value(self) -> str:
        return person_link(self.request, self.object.user)

    def get_email_display_value(self) -> str:
        return self.object.user.email

    def get_edit_url(self) -> None:
        return None

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("change"):
            return []
        url = reverse(self.edit_url_name, args=[quote(self.object.pk)])
        return [HeaderButton(_("Prolonger"), url=url, icon_name="calendar-alt")]

    def get_sections(self) -> Sequence[Component]:
        columns = [
            MomentColumn("starts_at", label=_("Début")),
            MomentColumn("expires_at", label=_("Fin")),
            state_column(),
            Column("source", label=_("Origine"), accessor="get_source_display"),
            MomentColumn("created_at", label=_("Accordée le")),
            Column("created_by", label=_("Par"), accessor=lambda term: term.created_by or NOTHING),
            MomentColumn("revoked_at", label=_("Révoquée le")),
            Column(
                "revoked_by",
                label=_("Révoquée par"),
                accessor=lambda term: term.revoked_by or NOTHING,
            ),
        ]
        if self.user_has_permission("change"):
            columns.append(RevokeColumn("revoke", label=_("Action")))
        return [
            Section(
                "periodes",
                _("Périodes d’accès"),
                columns,
                terms_of(self.object),
                empty=_("Aucune période d’accès."),
                icon="date",
            ),
            Section(
                "progression",
                _("Progression"),
                [
                    Column("lesson", label=_("Leçon")),
                    Column("kind", label=_("Genre"), accessor="lesson.get_kind_display"),
                    MomentColumn("first_access_at", label=_("Premier accès")),
                    MomentColumn("last_access_at", label=_("Dernier accès")),
                    MomentColumn("completed_at", label=_("Terminée le")),
                ],
                progress_of(self.object),
                empty=_("Aucune leçon ouverte."),
                icon="tasks",
            ),
        ]


class EnrolmentViewSet(SheetViewSet):
    model = Enrolment
    name = "enrolments"
    icon = "user"
    menu_label = gettext_lazy("Inscriptions")
    menu_order = 200
    ordering = "-created_at"
    index_view_class = EnrolmentListView
    add_view_class = EnrolView
    edit_view_class = ExtendView
    delete_view_class = EnrolmentDeleteView
    inspect_view_class = EnrolmentSheetView
    inspect_view_fields = EnrolmentSheetView.fields
    edit_template_name = "backoffice/form.html"
    filterset_class = EnrolmentFilterSet
    list_display = EnrolmentListView.list_display
    search_fields = EnrolmentListView.search_fields
    export_filename = "inscriptions"
    list_export = [
        "user.last_name",
        "user.first_name",
        "user.email",
        "course.title",
        "state_label",
        "until",
        "sources_label",
        "created_at",
    ]
    export_headings = {
        "user.last_name": gettext_lazy("Nom"),
        "user.first_name": gettext_lazy("Prénom"),
        "user.email": gettext_lazy("Courriel"),
        "course.title": gettext_lazy("Formation"),
        "state_label": gettext_lazy("État"),
        "until": gettext_lazy("Accès jusqu’au"),
        "sources_label": gettext_lazy("Origine"),
        "created_at": gettext_lazy("Inscrite le"),
    }

    def get_form_class(self, for_update: bool = False) -> type[TermForm]:
        return ExtendForm if for_update else EnrolForm

    @property
    def revoke_view(self) -> Any:
        return RevokeView.as_view()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("revoke/<int:pk>/", self.revoke_view, name="revoke"),
        ]


class LearningViewSetGroup(ModelViewSetGroup):
    items = (EnrolmentViewSet,)
    submenu_hook = "register_learning_menu_item"
    menu_label = gettext_lazy("Apprentissage")
    menu_name = "learning"
    menu_icon = "group"
    menu_order = 500
