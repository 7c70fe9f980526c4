"""How allauth behaves here: no open sign-up, and each person lands where their work is."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    # allauth's French says « e-mail »; ours is Québec's.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Le courriel ou le mot de passe est incorrect."),
        "email_taken": _("Un compte existe déjà avec ce courriel."),
        "too_many_login_attempts": _(
            "Trop de tentatives de connexion. Réessayez dans quelques minutes."
        ),
        "unknown_email": _("Aucun compte n’a ce courriel."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.has_perm("wagtailadmin.access_admin"):
            return resolve_url("wagtailadmin_home")
        return resolve_url("dashboard:home")
