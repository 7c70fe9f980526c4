"""What Wagtail asks of `lms`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter

from dojo.backoffice import home
from dojo.backoffice.columns import format_moment

from . import guards
from .backoffice import LearningPanel
from .models import TermSource
from .viewsets import LearningViewSetGroup

hooks.register("on_serve_page", guards.guard_lessons)
hooks.register("before_serve_document", guards.guard_documents)
hooks.register("before_delete_page", guards.refuse_to_delete_used_pages)
hooks.register("before_bulk_action", guards.refuse_to_bulk_delete_used_pages)

home.register(LearningPanel)


@hooks.register("register_admin_viewset")
def register_learning() -> LearningViewSetGroup:
    return LearningViewSetGroup()


@hooks.register("register_log_actions")
def name_actions(actions: LogActionRegistry) -> None:
    @actions.register_action("lms.grant_term")
    class GrantTerm(LogFormatter):
        label = gettext_lazy("Accorder une période d’accès")

        def format_message(self, log_entry: Any) -> str:
            return _("Période d’accès accordée, du %(start)s au %(end)s (%(source)s)") % {
                **_dates(log_entry),
                "source": TermSource(log_entry.data["source"]).label,
            }

    @actions.register_action("lms.revoke_term")
    class RevokeTerm(LogFormatter):
        label = gettext_lazy("Révoquer une période d’accès")

        def format_message(self, log_entry: Any) -> str:
            return _("Période d’accès révoquée, du %(start)s au %(end)s") % _dates(log_entry)


def _dates(log_entry: Any) -> dict[str, str]:
    return {
        "start": format_moment(datetime.fromisoformat(log_entry.data["starts_at"])),
        "end": format_moment(datetime.fromisoformat(log_entry.data["expires_at"])),
    }
