"""What Wagtail asks of the shop."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from dojo.backoffice import home

from .backoffice import RevenuePanel
from .viewsets import ShopViewSetGroup

home.register(RevenuePanel)


@hooks.register("register_admin_viewset")
def register_shop() -> ShopViewSetGroup:
    return ShopViewSetGroup()


@hooks.register("register_log_actions")
def name_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "shop.process_event", _("Traiter de nouveau"), _("Événement traité de nouveau")
    )
