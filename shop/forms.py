"""What a buyer types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dojo.users.models import User, normalise_email


class CouponForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code promo"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class CheckoutForm(forms.Form):
    """The account that the purchase will make. Nothing is kept of it until then but its hash."""

    email = forms.EmailField(
        label=gettext_lazy("Courriel"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1 = forms.CharField(
        label=gettext_lazy("Mot de passe"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Au moins 8 caractères, pas seulement des chiffres."),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Confirmation du mot de passe"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(
                _(
                    "Un compte existe déjà avec ce courriel. Connectez-vous pour continuer\xa0: "
                    "votre panier vous attend."
                )
            )
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password1")
        if password:
            try:
                password_validation.validate_password(password, User(email=data.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        if password and "password2" in data and password != data["password2"]:
            self.add_error("password2", _("Les deux mots de passe ne sont pas identiques."))
        return data

    def password_hash(self) -> str:
        return make_password(self.cleaned_data["password1"])
