"""A person with an account. Their email is their name; what they may do comes from groups."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def normalise_email(email: str) -> str:
    """The one spelling under which an email is stored and looked up: trimmed, in lower case.

    Mail servers may tell upper from lower case before the @; none that people use does, and two
    accounts that differ by it would be one person locked out of a course they paid for.
    """
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalise_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    email = models.EmailField(
        _("courriel"),
        unique=True,
        error_messages={"unique": _("Un compte existe déjà avec ce courriel.")},
    )
    phone = models.CharField(_("téléphone"), max_length=32, blank=True)
    suspended_at = models.DateTimeField(
        _("suspendu le"),
        null=True,
        blank=True,
        help_text=_("Une personne suspendue peut se connecter, mais n’ouvre aucune formation."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        constraints = [
            # One spelling per email, so that `unique` means one account per person.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="users_user_email_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        self.email = normalise_email(self.email)

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None
