"""Writes about people."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from .models import User, normalise_email


def get_or_create_by_email(*, email: str, password_hash: str) -> tuple[User, bool]:
    """The account with this email, and whether this call made it.

    An account that exists is returned as it is: its password is never changed here. Safe when two
    transactions make the same account at once: the second waits for the first and gets its row.
    """
    email = normalise_email(email)
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user, False
    try:
        with transaction.atomic():
            return User.objects.create(email=email, password=password_hash), True
    except IntegrityError:
        return User.objects.get(email=email), False
