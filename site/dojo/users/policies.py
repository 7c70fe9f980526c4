"""Who may change whom. Nobody gains by it a right that they don't hold.

A person gives and takes only those groups whose every right they hold themselves, and changes only
people who hold nothing more than they do: else support could make itself administrator, or write
its own email over an administrator's and ask for a new password. So an administrator, who holds
every right of the five roles, gives all five; support gives its own role only; superusers, who
alone also write groups, are out of everybody else's reach.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from wagtail.permission_policies import ModelPermissionPolicy

from .models import User


class PeoplePolicy(ModelPermissionPolicy):
    def user_has_permission_for_instance(self, user: User, action: str, instance: User) -> bool:
        if not self.user_has_permission(user, action):
            return False
        if action == "delete" and user == instance:
            return False
        return action == "view" or may_manage(user, instance)


def may_manage(actor: User, person: User) -> bool:
    """Whether the person holds no right that the actor lacks. For lists, prefetch the person's
    groups, and `user_permissions__content_type`."""
    if actor.is_superuser or actor == person:
        return True
    if person.is_superuser:
        return False
    grantable = {group.pk for group in grantable_groups(actor)}
    return {group.pk for group in person.groups.all()} <= grantable and {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in person.user_permissions.all()
    } <= actor.get_all_permissions()


def grantable_groups(actor: User) -> list[Group]:
    """The groups that this person may give: those that hold nothing the person lacks.

    Read once for each person object, that is once for each request.
    """
    found: list[Group] | None = getattr(actor, "_grantable_groups", None)
    if found is None:
        found = _read_grantable_groups(actor)
        actor._grantable_groups = found  # type: ignore[attr-defined]
    return found


def _read_grantable_groups(actor: User) -> list[Group]:
    groups = Group.objects.order_by("name").prefetch_related(
        "permissions__content_type", "page_permissions", "collection_permissions"
    )
    if actor.is_superuser:
        return list(groups)
    own_ids = set(actor.groups.values_list("pk", flat=True))
    own_rights = set(actor.get_all_permissions())
    own_places = {
        place for group in groups if group.pk in own_ids for place in _rights_in_places(group)
    }
    return [
        group
        for group in groups
        if _rights(group) <= own_rights and _rights_in_places(group) <= own_places
    ]


def _rights(group: Group) -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in group.permissions.all()
    }


def _rights_in_places(group: Group) -> set[tuple[str, int, int]]:
    """Rights on a part of the page tree or of the media."""
    pages = {
        ("page", row.page_id, row.permission_id)
        for row in group.page_permissions.all()  # type: ignore[attr-defined]
    }
    collections = {
        ("collection", row.collection_id, row.permission_id)
        for row in group.collection_permissions.all()  # type: ignore[attr-defined]
    }
    return pages | collections
