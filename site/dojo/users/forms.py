"""allauth's forms, with labels of ours and no placeholders: a placeholder is no label."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _


class PlainFieldsMixin:
    """Takes the placeholders away and says « courriel », as Québec does."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                field.label = _("Courriel")


class LoginForm(PlainFieldsMixin, forms.LoginForm):
    pass


class ResetPasswordForm(PlainFieldsMixin, forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainFieldsMixin, forms.ResetPasswordKeyForm):
    pass
