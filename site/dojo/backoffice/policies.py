"""Who may do what with rows that the site itself writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

WRITES = frozenset({"add", "change", "delete"})


class ReadOnlyPolicy(ModelPermissionPolicy):
    """Whoever may see these rows sees them; nobody, a superuser neither, writes one by hand.

    Other actions, such as `process`, are asked of the permission of that name.
    """

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action not in WRITES and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: AbstractBaseUser, actions: Iterable[str]) -> bool:
        return super().user_has_any_permission(user, set(actions) - WRITES)

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet:
        readable = set(actions) - WRITES
        if not readable:
            return get_user_model().objects.none()
        return super().users_with_any_permission(readable)
