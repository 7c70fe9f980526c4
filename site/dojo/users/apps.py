from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(AppConfig):
    name = "dojo.users"
    label = "users"
    verbose_name = _("Personnes")
    default_auto_field = "django.db.models.BigAutoField"


class PeopleAdminConfig(WagtailUsersAppConfig):
    """Wagtail's back office of people, with our list, sheet and forms, and our rules."""

    default = False
    user_viewset = "dojo.users.viewsets.UserViewSet"

    def ready(self) -> None:
        from django.contrib.auth.models import Group
        from wagtail.permissions import register_permission_policy

        from .models import User
        from .policies import PeoplePolicy

        register_permission_policy(User, PeoplePolicy(User))
        register_permission_policy(Group)
