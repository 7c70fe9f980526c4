"""What Wagtail asks of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from .models import User


@hooks.register("before_bulk_action")
def refuse_bulk_actions_on_people(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> None:
    """Wagtail's actions on many people ask nothing of each of them: whoever may change one person
    could make all of them administrators. Our list doesn't offer them, and this refuses them."""
    if action.model is User:
        raise PermissionDenied


@hooks.register("register_log_actions")
def name_actions(actions: LogActionRegistry) -> None:
    actions.register_action("users.suspend", _("Suspendre"), _("Compte suspendu"))
    actions.register_action("users.reinstate", _("Lever la suspension"), _("Suspension levée"))
    actions.register_action(
        "users.send_password_link",
        _("Envoyer un lien de mot de passe"),
        _("Lien de mot de passe envoyé"),
    )
