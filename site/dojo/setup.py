"""What any installation needs, in production as in the demo: languages, pages, groups.

Each step makes what is missing and leaves alone what is there, so it can run at every deployment.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Task,
    Workflow,
)

from cms_pages.models import BlogIndexPage, CourseIndexPage, HomePage
from dojo.users.roles import Role

PAGE_PERMISSIONS = {
    Role.EDITOR: ["add_page", "change_page", "publish_page", "lock_page"],
    Role.INSTRUCTOR: ["add_page", "change_page"],
    Role.ADMINISTRATOR: [
        "add_page",
        "bulk_delete_page",
        "change_page",
        "lock_page",
        "publish_page",
        "unlock_page",
    ],
}
# Wagtail asks for the permissions of its own two models, whichever models stand in for them.
COLLECTION_PERMISSIONS = {
    role: [
        f"{app}.{action}_{model}"
        for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document"))
        for action in ("add", "change", "choose")
    ]
    for role in (Role.EDITOR, Role.INSTRUCTOR, Role.ADMINISTRATOR)
}
CONTENT_PERMISSIONS = [
    f"cms_pages.{action}_{model}"
    for model in ("person", "articlecategory")
    for action in ("add", "change", "delete", "view")
]
MONEY_PERMISSIONS = [
    *(f"shop.{action}_coupon" for action in ("add", "change", "delete", "view")),
    "shop.view_order",
    "shop.view_stripeevent",
    "shop.process_stripeevent",
]
PEOPLE_PERMISSIONS = [f"users.{action}_user" for action in ("add", "change", "delete", "view")]
ENROLMENT_PERMISSIONS = [
    f"lms.{action}_enrolment" for action in ("add", "change", "delete", "view")
]
# Superusers alone write groups: who may, may give themselves anything (`dojo.users.policies`).
MODEL_PERMISSIONS = {
    Role.EDITOR: [*CONTENT_PERMISSIONS, "lms.read_any_course"],
    Role.INSTRUCTOR: ["cms_pages.view_person", "lms.read_any_course", "lms.view_enrolment"],
    Role.SUPPORT: [
        "users.view_user",
        "users.change_user",
        "lms.view_enrolment",
        "lms.add_enrolment",
        "lms.change_enrolment",
    ],
    Role.FINANCE: MONEY_PERMISSIONS,
    Role.ADMINISTRATOR: [
        *CONTENT_PERMISSIONS,
        *MONEY_PERMISSIONS,
        *PEOPLE_PERMISSIONS,
        *ENROLMENT_PERMISSIONS,
        "lms.read_any_course",
        "jobs.view_job",
        "jobs.run_again_job",
    ],
}
WAGTAIL_STARTER_GROUPS = ["Editors", "Moderators"]
WAGTAIL_STARTER_WORKFLOW = "Moderators approval"


@transaction.atomic
def setup_site() -> HomePage:
    """Make what is missing; return the home page in the source language."""
    for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES:
        Locale.objects.get_or_create(language_code=code)
    home = _setup_home()
    _setup_child(home, CourseIndexPage, title="Formations", slug="formations")
    _setup_child(home, BlogIndexPage, title="Blogue", slug="blogue")
    setup_groups(home)
    return home


def _setup_home() -> HomePage:
    home = HomePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if home is None:
        root = Page.objects.get(depth=1)
        home = root.add_child(
            instance=HomePage(
                title="Le Dojo Financier",
                slug="accueil",
                headline="Le Dojo Financier",
                locale=Locale.objects.get(language_code=settings.LANGUAGE_CODE),
                show_in_menus=False,
            )
        )
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": address.hostname or "localhost",
            "port": port,
            "root_page": home,
            "site_name": settings.WAGTAIL_SITE_NAME,
        },
    )
    # The welcome page of a new Wagtail, in the way of nothing but confusing to editors.
    for welcome in Page.objects.filter(depth=2).exclude(pk=home.pk):
        if type(welcome.specific) is Page and not welcome.get_children().exists():
            welcome.delete()
    return home


def _setup_child(home: HomePage, model: type[Page], *, title: str, slug: str) -> None:
    if not model.objects.child_of(home).exists():
        home.add_child(instance=model(title=title, slug=slug, show_in_menus=True))


def setup_groups(home: HomePage) -> None:
    """The groups of `Role`, with at least these permissions; more, given by hand, are kept."""
    admin_access = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    root_collection = Collection.get_first_root_node()
    for role in Role:
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.add(
            admin_access, *(_permission(name) for name in MODEL_PERMISSIONS[role])
        )
        for codename in PAGE_PERMISSIONS.get(role, []):
            GroupPagePermission.objects.get_or_create(
                group=group, page=home, permission=_permission(f"wagtailcore.{codename}")
            )
        for name in COLLECTION_PERMISSIONS.get(role, []):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=root_collection, permission=_permission(name)
            )
    _replace_starter_groups()


def _permission(name: str) -> Permission:
    app_label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


def _replace_starter_groups() -> None:
    """Wagtail's own two groups give way to ours, unless somebody was put in them; its workflow
    gets a French name."""
    administrators = Group.objects.get(name=Role.ADMINISTRATOR.value)
    for task in GroupApprovalTask.objects.filter(groups__name__in=WAGTAIL_STARTER_GROUPS):
        task.groups.add(administrators)
    Group.objects.filter(name__in=WAGTAIL_STARTER_GROUPS, user=None).delete()
    for model in (Workflow, Task):
        model.objects.filter(name=WAGTAIL_STARTER_WORKFLOW).update(name="Approbation")
