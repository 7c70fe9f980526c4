"""Every address that the project answers, as its URLs, pages and bulk actions declare it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import Page, get_page_models

CATCH_ALL = r"^((?:[\w\-]+/)*)$"
LIBRARIES = ("wagtail.", "wagtail_localize.", "django.", "allauth.")
_PARAMETER = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """`route` is what `resolve(path).route` says; `module` is where its view is written."""

    route: str
    module: str
    view: Callable

    @property
    def is_ours(self) -> bool:
        return not self.module.startswith(LIBRARIES)

    @property
    def accepts_post(self) -> bool:
        """Whether its view, if it is a class, has something to say to a POST."""
        return hasattr(getattr(self.view, "view_class", None), "post")

    def sample_path(self, *, number: int) -> str:
        """A path that this route answers, for addresses that are asked only at their door."""
        return "/" + _PARAMETER.sub(
            lambda match: str(number) if match["converter"] in ("int", None) else "x", self.route
        )

    def __str__(self) -> str:
        return f"/{self.route} ({self.module}.{getattr(self.view, '__name__', '')})"


def all_routes(urlconf: str | None = None) -> list[Route]:
    return list(_walk(get_resolver(urlconf), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        route = URLResolver._join_route(prefix, str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            module, _dot, _name = pattern.lookup_str.rpartition(".")
            yield Route(route, module, pattern.callback)


def page_types() -> set[type[Page]]:
    return {model for model in get_page_models() if model is not Page}


def bulk_actions() -> set[str]:
    """The address of each bulk action: Wagtail's on ours, and ours."""
    bulk_action_registry._scan_for_bulk_actions()
    return {
        f"/admin/bulk/{app}/{model}/{action}/"
        for app, models in bulk_action_registry.actions.items()
        for model, actions in models.items()
        for action in actions
    }
