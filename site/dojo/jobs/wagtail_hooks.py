"""What Wagtail asks of the jobs."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from dojo.backoffice import home

from .models import Job, JobStatus
from .viewsets import SystemViewSetGroup


@home.register
class JobsPanel(home.HomePanel):
    name = "taches"
    heading = gettext_lazy("Tâches du site")
    icon = "tasks"
    permission = "jobs.view_job"
    order = 130

    def get_figures(self) -> Sequence[home.Figure]:
        dead = Job.objects.filter(status=JobStatus.DEAD).count()
        late = Job.objects.late().count()
        listing = reverse("jobs:index")
        return [
            home.Figure(
                _("Abandonnées"), home.format_count(dead), f"{listing}?status=dead", dead > 0
            ),
            home.Figure(_("En retard"), home.format_count(late), f"{listing}?late=true", late > 0),
        ]


@hooks.register("register_admin_viewset")
def register_system() -> SystemViewSetGroup:
    return SystemViewSetGroup()


@hooks.register("register_log_actions")
def name_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "jobs.run_again", gettext_lazy("Exécuter de nouveau"), gettext_lazy("Tâche remise en file")
    )
