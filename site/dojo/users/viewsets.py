"""People in the Wagtail admin: students and staff, one list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BaseColumn, Column, StatusFlagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from dojo.backoffice.views import (
    Action,
    HistoryView,
    ListView,
    OperationView,
    ProtectedDeleteView,
    SheetView,
)
from dojo.backoffice.viewsets import SheetViewSet

from . import panels, services
from .models import User, normalise_email
from .policies import grantable_groups, may_manage

NO_ROLE = "aucun"


def roles_of(user: User) -> str:
    """The person's groups; « Étudiant » for who is in none."""
    names = sorted(group.name for group in user.groups.all())
    return ", ".join(names) or _("Étudiant")


class PersonFilterSet(WagtailFilterSet):
    """By role, by suspension, and by what higher apps add for whom may see it."""

    role = django_filters.ChoiceFilter(
        label=gettext_lazy("Rôle"),
        method="filter_role",
        choices=lambda: [
            (NO_ROLE, _("Étudiant (aucun rôle)")),
            *Group.objects.order_by("name").values_list("pk", "name"),
        ],
    )
    suspended = django_filters.BooleanFilter(
        label=gettext_lazy("Suspendu"),
        field_name="suspended_at",
        lookup_expr="isnull",
        exclude=True,
        widget=BooleanRadioSelect,
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        for listing in panels.listings_for(request.user):
            for name, make in listing.filters.items():
                added = make()
                added.parent, added.model = self, User
                self.filters[name] = added

    def filter_role(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        if value == NO_ROLE:
            return queryset.filter(groups=None)
        return queryset.filter(groups=int(value))


class PeopleView(ListView):
    page_title = gettext_lazy("Personnes")
    add_item_label = gettext_lazy("Ajouter une personne")
    search_fields = ["email", "first_name", "last_name", "phone"]

    @cached_property
    def listings(self) -> list[panels.PersonListing]:
        return panels.listings_for(self.request.user)

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title_class = self._get_title_column_class(TitleColumn)
        return [
            title_class(
                "name",
                label=_("Nom"),
                accessor=str,
                sort_key="last_name",
                get_url=self.get_inspect_url,
                classname="dojo-title",
            ),
            Column("email", label=_("Courriel"), sort_key="email"),
            Column("roles", label=_("Rôles"), accessor=roles_of),
            StatusFlagColumn("is_suspended", label=_("État"), true_label=_("Suspendu")),
            *(column for listing in self.listings for column in listing.columns),
        ]

    @cached_property
    def export(self) -> dict[str, str | Promise]:
        """The columns of the spreadsheet, with their headings."""
        own: dict[str, str | Promise] = {
            "first_name": _("Prénom"),
            "last_name": _("Nom"),
            "email": _("Courriel"),
            "phone": _("Téléphone"),
            "roles": _("Rôles"),
            "suspended_at": _("Suspendu le"),
            "date_joined": _("Compte créé le"),
            "last_login": _("Dernière connexion"),
        }
        return own | {
            name: text for listing in self.listings for name, text in listing.export.items()
        }

    @cached_property
    def list_export(self) -> list[str]:
        return list(self.export)

    def get_heading(self, queryset: QuerySet, field: str) -> str:
        return str(self.export[field])

    def to_row_dict(self, item: User) -> dict[str, Any]:
        item.roles = roles_of(item)  # type: ignore[attr-defined]
        return super().to_row_dict(item)

    def get_base_queryset(self) -> QuerySet[User]:
        people = User.objects.prefetch_related("groups", "user_permissions__content_type")
        for listing in self.listings:
            people = listing.annotate(people)
        return people

    def order_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        if (self.ordering or "").lstrip("-") == "last_name":
            sign = "-" if self.ordering.startswith("-") else ""
            return queryset.order_by(f"{sign}last_name", f"{sign}first_name", "email")
        return super().order_queryset(queryset)

    def get_row_edit_url(self, person: User) -> str | None:
        return super().get_row_edit_url(person) if may_manage(self.request.user, person) else None

    def get_delete_url(self, instance: User) -> str | None:
        allowed = self.permission_policy.user_has_permission_for_instance(
            self.request.user, "delete", instance
        )
        return super().get_delete_url(instance) if allowed else None


class PersonForm(WagtailAdminModelForm):
    """A person, as the one who fills it in may change them. Staff never type somebody's password:
    the person chooses it by a link."""

    suspended = forms.BooleanField(
        label=gettext_lazy("Suspendu"),
        required=False,
        help_text=gettext_lazy(
            "Une personne suspendue peut se connecter, mais n’ouvre aucune formation."
        ),
    )

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "groups", "is_superuser"]
        labels = {"groups": gettext_lazy("Rôles"), "is_superuser": gettext_lazy("Superutilisateur")}
        help_texts = {
            "groups": gettext_lazy("Aucun pour un étudiant."),
            "is_superuser": gettext_lazy("A tous les droits, y compris sur les groupes."),
        }
        widgets = {"groups": forms.CheckboxSelectMultiple}

    field_order = ["email", "first_name", "last_name", "phone", "suspended", "groups"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suspended"].initial = self.instance.is_suspended
        grantable = grantable_groups(self.for_user)
        is_self = self.instance == self.for_user
        if is_self or not self.instance.pk:
            del self.fields["suspended"]
        if is_self or not self.for_user.is_superuser:
            del self.fields["is_superuser"]
        if is_self or not grantable:
            del self.fields["groups"]
        else:
            # Of somebody who holds any other group, `may_manage` says no, and there is no form.
            ids = [group.pk for group in grantable]
            self.fields["groups"].queryset = Group.objects.filter(pk__in=ids).order_by("name")

    def clean_email(self) -> str:
        return normalise_email(self.cleaned_data["email"])

    def save(self, commit: bool = True) -> User:
        if not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit)


class PersonCreateView(generic.CreateView):
    page_title = gettext_lazy("Ajouter une personne")
    success_message = gettext_lazy(
        "Le compte de %(object)s est créé. Un courriel lui permet de choisir son mot de passe."
    )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        return [*items[:-1], {"url": "", "label": self.page_title}]

    def save_instance(self) -> User:
        person = super().save_instance()
        services.send_password_link(user=person, is_new=True)
        return person

    def get_success_url(self) -> str:
        return reverse("wagtailusers_users:inspect", args=[self.object.pk])


class OnePersonMixin:
    """Asks whether this person in particular may be changed or deleted."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()  # type: ignore[attr-defined]
        if not self.user_has_permission_for_instance(  # type: ignore[attr-defined]
            self.permission_required,  # type: ignore[attr-defined]
            self.object,
        ):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class PersonEditView(OnePersonMixin, generic.EditView):
    success_message = gettext_lazy("Les modifications de %(object)s sont enregistrées.")

    @transaction.atomic
    def save_instance(self) -> User:
        person = super().save_instance()
        if "email" in self.form.changed_data:
            services.forget_addresses(user=person)
        if "suspended" in self.form.cleaned_data:
            services.set_suspended(
                user=person,
                suspended=self.form.cleaned_data["suspended"],
                by=self.request.user,
            )
        return person

    def get_success_url(self) -> str:
        return reverse("wagtailusers_users:inspect", args=[self.object.pk])


class PersonDeleteView(OnePersonMixin, ProtectedDeleteView):
    refusal = gettext_lazy(
        "%(object)s ne peut pas être supprimé\xa0: ses inscriptions, ses commandes ou ce qu’il a "
        "fait doivent rester. Suspendez plutôt ce compte."
    )
    success_message = gettext_lazy("Le compte de %(object)s est supprimé.")


class PersonSheetView(SheetView):
    def get_fields(self) -> list[str]:
        fields = [
            "email",
            "phone",
            "roles",
            "suspended_at",
            "date_joined",
            "last_login",
        ]
        return [*fields, "is_superuser"] if self.request.user.is_superuser else fields

    def get_field_label(self, field_name: str, field: Any) -> str:
        if field_name == "roles":
            return _("Rôles")
        if field_name == "date_joined":
            return _("Compte créé le")
        if field_name == "is_superuser":
            return _("Superutilisateur")
        return super().get_field_label(field_name, field)

    def get_roles_display_value(self) -> str:
        return roles_of(self.object)

    @cached_property
    def may_change(self) -> bool:
        return self.user_has_permission_for_instance("change", self.object)

    def get_edit_url(self) -> str | None:
        return super().get_edit_url() if self.may_change else None

    def get_delete_url(self) -> str | None:
        allowed = self.user_has_permission_for_instance("delete", self.object)
        return super().get_delete_url() if allowed else None

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(str(link.label), url=link.url(self.object), icon_name=link.icon)
            for link in panels.links_for(self.request.user)
        ]

    def get_sections(self) -> Sequence[Component]:
        return [
            section.make(self.request, self.object)
            for section in panels.sections_for(self.request.user)
        ]

    def get_actions(self) -> Sequence[Action]:
        if not self.may_change:
            return []
        return [
            Action(
                label=_("Envoyer un lien de mot de passe"),
                url=reverse("wagtailusers_users:password_link", args=[self.object.pk]),
                help=_("La personne reçoit un courriel et choisit elle-même son mot de passe."),
            )
        ]


class PasswordLinkView(OnePersonMixin, OperationView):
    permission_required = "change"
    success_message = gettext_lazy("Le lien est envoyé.")

    def perform_operation(self) -> None:
        services.send_password_link(user=self.object)
        log(instance=self.object, action="users.send_password_link", user=self.request.user)


class UserViewSet(SheetViewSet, WagtailUserViewSet):
    """Wagtail's viewset of people, with ours in place of each view."""

    icon = "group"
    ordering = "last_name"
    menu_label = gettext_lazy("Personnes")
    menu_order = 100
    menu_hook = "register_learning_menu_item"
    template_prefix = ""
    filterset_class = PersonFilterSet
    export_filename = "personnes"
    index_view_class = PeopleView
    add_view_class = PersonCreateView
    edit_view_class = PersonEditView
    delete_view_class = PersonDeleteView
    inspect_view_class = PersonSheetView
    history_view_class = HistoryView
    list_export = WagtailUserViewSet.UNDEFINED

    def get_form_class(self, for_update: bool = False) -> type[PersonForm]:
        return PersonForm

    @property
    def password_link_view(self) -> Any:
        return self.construct_view(PasswordLinkView)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path(
                f"mot-de-passe/<{self.pk_path_converter}:pk>/",
                self.password_link_view,
                name="password_link",
            ),
        ]
