"""Writes about people."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

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


def set_suspended(*, user: User, suspended: bool, by: User) -> bool:
    """Suspend a person, or lift it; whether this changed anything. Who and when stay on record."""
    changed = User.objects.filter(pk=user.pk, suspended_at__isnull=suspended).update(
        suspended_at=timezone.now() if suspended else None
    )
    user.refresh_from_db(fields=["suspended_at"])
    if changed:
        log(instance=user, action="users.suspend" if suspended else "users.reinstate", user=by)
    return bool(changed)


def forget_addresses(*, user: User) -> None:
    """Forget what allauth knew of a person's emails: the old one must not reset the password."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()


def send_password_link(*, user: User, is_new: bool = False) -> None:
    """Write to a person with a link by which they choose their password. Nobody else learns it.

    Within a request: the address of the link is that of the site as it is visited.
    """
    adapter = get_adapter()
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    template = "account_created" if is_new else "password_link"
    adapter.send_mail(
        f"account/email/{template}",
        user.email,
        {
            "user": user,
            "password_reset_url": adapter.get_reset_password_from_key_url(key),
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
        },
    )
