"""What learning adds to the back office: sections of a person's sheet, columns, the home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn, Table, TitleColumn

from dojo.backoffice import home
from dojo.backoffice.columns import MomentColumn, PercentColumn
from dojo.backoffice.views import Section
from dojo.formats import format_percent
from dojo.users import panels
from dojo.users.models import User

from .models import Course, EnrolmentState
from .selectors.staff import attempts_of, learning_figures, standings, with_activity

PERMISSION = "lms.view_enrolment"


def state_column(get_row: Callable[[Any], Any] = lambda row: row, **kwargs: Any) -> StatusTagColumn:
    """The state of an enrolment or of a term, as a tag; what is open now stands out."""
    return StatusTagColumn(
        "state",
        label=gettext_lazy("État"),
        accessor=lambda row: EnrolmentState(get_row(row).state).label,
        primary=lambda row: get_row(row).state == EnrolmentState.CURRENT,
        **kwargs,
    )


def courses_section(request: HttpRequest, person: User) -> Component:
    return Section(
        "formations",
        _("Formations"),
        [
            TitleColumn(
                "course",
                label=_("Formation"),
                accessor="enrolment.course",
                get_url=lambda row: reverse("enrolments:inspect", args=[row.enrolment.pk]),
            ),
            state_column(get_row=lambda row: row.enrolment),
            MomentColumn("until", label=_("Accès jusqu’au"), accessor="enrolment.until"),
            Column(
                "lessons",
                label=_("Leçons terminées"),
                accessor=lambda row: f"{row.completed} / {row.total}",
            ),
            PercentColumn("percent", label=_("Progression")),
        ],
        standings(person),
        empty=_("Aucune inscription."),
        icon="doc-full",
    )


def attempts_section(request: HttpRequest, person: User) -> Component:
    return Section(
        "tentatives",
        _("Tentatives de quiz"),
        [
            Column("lesson", label=_("Quiz")),
            Column("course", label=_("Formation"), accessor="lesson.course"),
            Column("number", label=_("Tentative")),
            MomentColumn("started_at", label=_("Commencée le")),
            MomentColumn("submitted_at", label=_("Remise le")),
            PercentColumn("percent", label=_("Note")),
            BooleanColumn("passed", label=_("Réussie")),
        ],
        attempts_of(person),
        empty=_("Aucune tentative."),
        icon="tick-inverse",
    )


def register_with_people() -> None:
    panels.register(panels.PersonSection(PERMISSION, courses_section, order=100))
    panels.register(panels.PersonSection(PERMISSION, attempts_section, order=200))
    panels.register(
        panels.PersonLink(
            permission="lms.add_enrolment",
            label=gettext_lazy("Inscrire"),
            icon="plus",
            url=lambda person: f"{reverse('enrolments:add')}?{urlencode({'email': person.email})}",
        )
    )
    panels.register(
        panels.PersonListing(
            permission=PERMISSION,
            annotate=with_activity,
            columns=[
                Column(
                    "enrolment_count",
                    label=gettext_lazy("Inscriptions"),
                    accessor=lambda person: person.enrolment_count or 0,
                    sort_key="enrolment_count",
                ),
                MomentColumn(
                    "last_activity",
                    label=gettext_lazy("Dernière activité"),
                    sort_key="last_activity",
                ),
            ],
            filters={
                "course": lambda: django_filters.ModelChoiceFilter(
                    field_name="enrolments__course",
                    label=_("Inscrit à"),
                    queryset=Course.objects.all(),
                )
            },
            export={
                "enrolment_count": gettext_lazy("Inscriptions"),
                "last_activity": gettext_lazy("Dernière activité"),
            },
        )
    )


class LearningPanel(home.HomePanel):
    name = "apprentissage"
    heading = gettext_lazy("Inscriptions et progression")
    icon = "group"
    permission = PERMISSION
    order = 110

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.figures = learning_figures()

    def get_figures(self) -> Sequence[home.Figure]:
        listing = reverse("enrolments:index")
        figures = self.figures
        return [
            home.Figure(
                _("Inscriptions en cours"),
                home.format_count(figures.current),
                f"{listing}?state=current",
            ),
            home.Figure(_("Nouvelles en 30 jours"), home.format_count(figures.new), listing),
            home.Figure(_("Leçons terminées en 30 jours"), home.format_count(figures.completed)),
        ]

    def get_table(self) -> Table | None:
        if not self.figures.courses:
            return None
        listing = reverse("enrolments:index")
        return Table(
            [
                TitleColumn(
                    "title",
                    label=_("Formation"),
                    get_url=lambda row: f"{listing}?course={row.course_id}&state=current",
                ),
                Column("students", label=_("Inscrits")),
                Column("finished", label=_("Ont tout terminé")),
                Column(
                    "percent",
                    label=_("Leçons terminées"),
                    accessor=lambda row: format_percent(Decimal(row.percent)),
                ),
            ],
            self.figures.courses,
            caption=_("Progression par formation"),
        )
