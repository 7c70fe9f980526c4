"""What higher apps add to the back office of people: `dojo.users` knows no course and no order.

They register in `AppConfig.ready`, each with the permission without which nobody sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import BaseColumn

from .models import User


@dataclass(frozen=True)
class PersonSection:
    """A section of a person's sheet."""

    permission: str
    make: Callable[[HttpRequest, User], Component]
    order: int = 100


@dataclass(frozen=True)
class PersonLink:
    """A button of a person's sheet, to a form about them."""

    permission: str
    label: str | Promise
    icon: str
    url: Callable[[User], str]


@dataclass(frozen=True)
class PersonListing:
    """Columns and filters of the list of people. `annotate` adds what the columns read."""

    permission: str
    annotate: Callable[[QuerySet[User]], QuerySet[User]]
    columns: list[BaseColumn] = field(default_factory=list)
    filters: dict[str, Callable[[], django_filters.Filter]] = field(default_factory=dict)
    export: dict[str, str | Promise] = field(default_factory=dict)


_sections: list[PersonSection] = []
_links: list[PersonLink] = []
_listings: list[PersonListing] = []


def register(part: PersonSection | PersonLink | PersonListing) -> None:
    match part:
        case PersonSection():
            _sections.append(part)
            _sections.sort(key=lambda section: section.order)
        case PersonLink():
            _links.append(part)
        case PersonListing():
            _listings.append(part)


def sections_for(reader: User) -> list[PersonSection]:
    return [part for part in _sections if reader.has_perm(part.permission)]


def links_for(reader: User) -> list[PersonLink]:
    return [part for part in _links if reader.has_perm(part.permission)]


def listings_for(reader: Any) -> list[PersonListing]:
    return [part for part in _listings if reader.has_perm(part.permission)]


def person_link(request: HttpRequest, person: User | None, text: str = "") -> str:
    """A person's name, which leads to their sheet whoever may open it."""
    text = text or (str(person) if person else "—")
    if person is None or not request.user.has_perm("users.view_user"):
        return text
    url = reverse("wagtailusers_users:inspect", args=[person.pk])
    return format_html('<a href="{}">{}</a>', url, text)
