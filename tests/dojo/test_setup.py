"""What any installation needs, made once however often it is asked for."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from wagtail.models import (
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Revision,
    Site,
)

from cms_pages.models import CoursePage, HomePage, QuizLessonPage, SiteDocument, SiteImage
from dojo.demo import loader
from dojo.setup import setup_site
from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Attempt, Enrolment, LessonProgress, QuestionVersion, Term
from shop.models import Coupon
from tests.factories import make_course, make_user

pytestmark = pytest.mark.django_db


def count(*models):
    return {model.__name__: model._default_manager.count() for model in models}


MADE = [
    Page,
    Site,
    Locale,
    Group,
    GroupPagePermission,
    GroupCollectionPermission,
    Permission,
    Revision,
]


def test_setup_makes_the_tree_of_a_new_installation():
    home = setup_site()
    assert list(Page.objects.order_by("path").values_list("depth", "slug", "url_path")) == [
        (1, "root", "/"),
        (2, "accueil", "/accueil/"),
        (3, "formations", "/accueil/formations/"),
        (3, "blogue", "/accueil/blogue/"),
    ]
    site = Site.objects.get()
    assert (site.hostname, site.port, site.root_page_id, site.is_default_site) == (
        "localhost",
        8000,
        home.pk,
        True,
    )
    assert set(Locale.objects.values_list("language_code", flat=True)) == {"fr", "en"}
    assert set(Group.objects.values_list("name", flat=True)) == {
        "Édition",
        "Enseignement",
        "Soutien",
        "Finances",
        "Administration",
    }


def test_setup_again_changes_nothing():
    before = count(*MADE)
    call_command("setup_site")
    call_command("setup_site")
    assert count(*MADE) == before


def test_setup_from_nothing_gives_the_same(settings):
    before = count(*MADE)
    Site.objects.all().delete()
    HomePage.objects.get().delete()
    Group.objects.all().delete()
    settings.SITE_URL = "https://dojo.exemple.test"
    setup_site()
    assert count(*MADE) == before
    assert (Site.objects.get().hostname, Site.objects.get().port) == ("dojo.exemple.test", 443)


def test_setup_keeps_what_was_given_by_hand():
    group = Group.objects.get(name=Role.SUPPORT.value)
    extra = Permission.objects.get(codename="read_any_course")
    group.permissions.add(extra)
    home = HomePage.objects.get()
    home.headline = "Une autre accroche"
    home.save()
    setup_site()
    assert extra in group.permissions.all()
    assert HomePage.objects.get().headline == "Une autre accroche"


def test_setup_keeps_the_courses():
    course = make_course()
    setup_site()
    assert list(CoursePage.objects.all()) == [course]


def test_setup_gives_back_a_permission_that_was_taken():
    group = Group.objects.get(name=Role.EDITOR.value)
    group.permissions.clear()
    setup_site()
    assert group.permissions.filter(codename="access_admin").exists()


def test_wagtail_s_own_groups_stay_while_somebody_is_in_them():
    group = Group.objects.create(name="Editors")
    make_user().groups.add(group)
    setup_site()
    assert Group.objects.filter(name="Editors").exists()
    group.user_set.clear()
    setup_site()
    assert not Group.objects.filter(name="Editors").exists()


def test_moderation_goes_to_the_administrators():
    for task in GroupApprovalTask.objects.all():
        assert [group.name for group in task.groups.all()] == ["Administration"]


ASKED = {
    "reads": "lms.read_any_course",
    "orders": "shop.view_order",
    "coupons": "shop.change_coupon",
    "events": "shop.process_stripeevent",
    "people": "users.view_user",
    "suspends": "users.change_user",
    "accounts": "users.add_user",
    "erases": "users.delete_user",
    "progress": "lms.view_enrolment",
    "enrols": "lms.add_enrolment",
    "extends": "lms.change_enrolment",
    "unenrols": "lms.delete_enrolment",
    "jobs": "jobs.run_again_job",
}


@pytest.mark.parametrize(
    ("role", "publishes", "allowed"),
    [
        (Role.EDITOR, True, {"reads"}),
        (Role.INSTRUCTOR, False, {"reads", "progress"}),
        (Role.SUPPORT, False, {"people", "suspends", "progress", "enrols", "extends"}),
        (Role.FINANCE, False, {"orders", "coupons", "events"}),
        (Role.ADMINISTRATOR, True, set(ASKED)),
    ],
)
def test_each_role_may_do_its_work_and_no_more(role, publishes, allowed):
    user = make_user(role=role)
    assert user.has_perm("wagtailadmin.access_admin")
    assert HomePage.objects.get().permissions_for_user(user).can_publish() is publishes
    assert {name for name, permission in ASKED.items() if user.has_perm(permission)} == allowed
    # Who may write groups may give themselves anything: superusers alone do.
    for action in ("add", "change", "delete"):
        assert not user.has_perm(f"auth.{action}_group")
        # What the shop and the jobs wrote, nobody writes by hand.
        for model in ("shop.{}_order", "shop.{}_stripeevent", "jobs.{}_job"):
            assert not user.has_perm(model.format(action))


# Demo --------------------------------------------------------------------------------------------

LOADED = [
    *MADE,
    SiteDocument,
    SiteImage,
    User,
    Coupon,
    Enrolment,
    Term,
    Attempt,
    QuestionVersion,
    LessonProgress,
]


def test_demo_loads_once_and_every_page_of_it_answers(client):
    call_command("load_demo")
    before = count(*LOADED)
    question_ids = [child.id for quiz in QuizLessonPage.objects.all() for child in quiz.questions]
    course = CoursePage.objects.get(slug="ccvm-volume-1")
    course.title = "Retouchée par une rédactrice"
    course.save()
    call_command("load_demo")
    assert count(*LOADED) == before
    assert question_ids == [
        child.id for quiz in QuizLessonPage.objects.all() for child in quiz.questions
    ]
    assert CoursePage.objects.get(slug="ccvm-volume-1").title == "Retouchée par une rédactrice"

    assert course.url == "/formations/ccvm-volume-1/"
    assert str(course.price) == "199.00"
    for email in ("admin@dojo.test", "editeur@dojo.test", "etudiant@dojo.test"):
        assert User.objects.get(email=email).check_password("dojo-demo-2026")
    student = User.objects.get(email="etudiant@dojo.test")
    attempt = Attempt.objects.get()
    assert (attempt.user, attempt.is_submitted) == (student, True)
    assert 0 < attempt.points < attempt.max_points

    client.force_login(student)
    for page in Page.objects.live().filter(depth__gt=1):
        response = client.get(page.url)
        assert (page.url, response.status_code) == (page.url, 200)
        assert r"\(" not in response.text  # each formula of the demo is readable
    assert client.get("/tableau-de-bord/").status_code == 200
    assert client.get(attempt.get_absolute_url()).status_code == 200


def test_demo_refuses_to_load_in_production(settings):
    settings.DEMO_MODE = False
    before = count(*LOADED)
    with pytest.raises(CommandError, match="load_demo ne s’exécute pas en production"):
        call_command("load_demo")
    assert count(*LOADED) == before


def test_demo_answers_are_right_when_asked_to_be():
    from lms.grading import grade, read_response

    options = [{"id": name, "is_correct": name in "ab"} for name in "abc"]
    for content in (
        {"kind": "single_choice", "points": "1", "options": options},
        {"kind": "multiple_choice", "points": "1", "options": options},
        {"kind": "true_false", "points": "1", "answer": False},
        {
            "kind": "short_answer",
            "points": "1",
            "variants": ["coupon"],
            "case_sensitive": False,
            "accents_required": False,
        },
        {"kind": "numeric", "points": "1", "answer": "5", "tolerance": "0", "unit": ""},
    ):
        for right in (True, False):
            response = read_response(content, loader._answer(content, right=right))
            assert grade(content, response).is_correct is right
