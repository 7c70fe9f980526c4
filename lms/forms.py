"""Forms of the back office: enrol a student, extend their access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms_pages.models import CoursePage
from dojo.users.models import User, normalise_email

from .models import Course, Enrolment, EnrolmentState, TermSource

DEFAULT_DAYS = 365
MAX_DAYS = 3650
GIVEN_BY_HAND = [(source.value, source.label) for source in (TermSource.ADMIN, TermSource.GIFT)]


class TermForm(forms.ModelForm):
    """A term given by hand. An order's terms come from its payment alone."""

    days = forms.IntegerField(
        label=_("Jours d’accès"), min_value=1, max_value=MAX_DAYS, initial=DEFAULT_DAYS
    )
    source = forms.ChoiceField(
        label=_("Origine"),
        choices=GIVEN_BY_HAND,
        initial=TermSource.ADMIN,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []


class EnrolForm(TermForm):
    email = forms.EmailField(
        label=_("Courriel de l’étudiant"), help_text=_("Celui d’un compte qui existe.")
    )
    course = forms.ModelChoiceField(label=_("Formation"), queryset=Course.objects.none())

    class Meta(TermForm.Meta):
        fields = ["course"]

    field_order = ["email", "course", "days", "source"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A course whose pages are gone stays, for those who took it, and takes nobody in.
        self.fields["course"].queryset = Course.objects.filter(  # type: ignore[attr-defined]
            translation_key__in=CoursePage.objects.values("translation_key")
        )

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        self.student = User.objects.filter(email=email).first()
        if self.student is None:
            raise forms.ValidationError(_("Aucun compte n’a ce courriel."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        course = cleaned.get("course")
        if "email" in cleaned and course is not None:
            open_now = Enrolment.objects.in_state(EnrolmentState.CURRENT, EnrolmentState.UPCOMING)
            if open_now.filter(user=self.student, course=course).exists():
                raise forms.ValidationError(
                    _("Cette personne est déjà inscrite. Prolongez plutôt son inscription.")
                )
        return cleaned


class ExtendForm(TermForm):
    # The last valid term on the screen: a form sent twice adds one term.
    last_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
