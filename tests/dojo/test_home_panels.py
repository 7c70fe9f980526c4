"""The home of the admin: where staff land, and what each role sees there."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dojo.backoffice import home
from dojo.jobs.models import Job, JobStatus
from dojo.users.roles import Role
from lms.models import TermSource
from lms.selectors.staff import learning_figures
from lms.services.enrolments import grant_term
from lms.services.progress import complete_lesson
from lms.services.registry import course_row, lesson_row
from shop.selectors import recent_revenue
from shop.services.fulfilment import fulfil
from tests.backoffice import client_of, grows
from tests.factories import (
    expire,
    make_course,
    make_module,
    make_order,
    make_reading,
    make_student,
    make_user,
)
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

HOME = "/admin/"
LEARNING, REVENUE, JOBS = (
    "Inscriptions et progression",
    "Revenus des 30 derniers jours",
    "Tâches du site",
)


def seen(client):
    text = client.get(HOME).text
    return {heading for heading in (LEARNING, REVENUE, JOBS) if heading in text}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.EDITOR, set()),
        (Role.INSTRUCTOR, {LEARNING}),
        (Role.SUPPORT, {LEARNING}),
        (Role.FINANCE, {REVENUE}),
        (Role.ADMINISTRATOR, {LEARNING, REVENUE, JOBS}),
    ],
)
def test_each_role_lands_on_the_home_with_its_own_panels(role, expected):
    user = make_user(role=role)
    client = Client()
    response = client.post("/connexion/", {"login": user.email, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, HOME)
    assert seen(client) == expected


def test_a_student_sees_no_home():
    assert client_of(None).get(HOME).status_code == 403


def test_menu_shows_each_role_its_part():
    def menu(role):
        text = client_of(role).get(HOME).text
        groups = ("Apprentissage", "Boutique", "Système")
        return {group for group in groups if f'"label": {json.dumps(group)}' in text}

    assert [menu(role) for role in Role] == [
        set(),
        {"Apprentissage"},
        {"Apprentissage"},
        {"Boutique"},
        {"Apprentissage", "Boutique", "Système"},
    ]


def test_panels_are_registered_once():
    panels = list(home._panels)
    for panel in panels:
        assert home.register(panel) is panel
    assert home._panels == panels


def test_revenue_counts_what_was_paid_in_the_last_30_days():
    course = make_course(price="199.00")
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        fulfil(order_id=make_order(course).pk)
    with time_machine.travel(timezone.now() - timedelta(days=29)):
        fulfil(order_id=make_order(course).pk)
    fulfil(order_id=make_order(make_course(price="20.50")).pk)
    make_order(course)
    revenue = recent_revenue()
    assert (revenue.total, revenue.orders, revenue.pending) == (Decimal("219.50"), 2, 1)
    assert "219,50\xa0$" in client_of(Role.FINANCE).get(HOME).text


def test_nothing_sold_is_zero_dollars():
    assert "0,00\xa0$" in client_of(Role.FINANCE).get(HOME).text


def test_learning_counts_those_who_follow_a_course_now():
    course = make_course(title="Bases du placement")
    module = make_module(course)
    lessons = [lesson_row(make_reading(module)) for _number in range(4)]
    finished, begun, _idle = (make_student(course) for _number in range(3))
    gone = expire(make_student(course))
    for lesson in lessons:
        complete_lesson(user=finished, lesson=lesson)
        complete_lesson(user=gone, lesson=lesson)
    complete_lesson(user=begun, lesson=lessons[0])
    figures = learning_figures()
    assert (figures.current, figures.new, figures.completed) == (3, 4, 9)
    [row] = figures.courses
    assert (row.title, row.students, row.finished, row.percent) == ("Bases du placement", 3, 1, 41)
    text = client_of(Role.INSTRUCTOR).get(HOME).text
    assert "Bases du placement" in text
    assert "41\xa0%" in text


def test_a_lesson_that_is_no_longer_live_counts_for_nothing():
    course = make_course()
    module = make_module(course)
    kept, gone = make_reading(module), make_reading(module)
    student = make_student(course)
    for page in (kept, gone):
        complete_lesson(user=student, lesson=lesson_row(page))
    gone.unpublish()
    [row] = learning_figures().courses
    assert (row.finished, row.percent) == (1, 100)


def test_jobs_that_are_dead_or_late_are_counted():
    now = timezone.now()
    Job.objects.create(name="x", status=JobStatus.DEAD, finished_at=now)
    for minutes in (-10, -6, -4, 10):
        Job.objects.create(name="x", due_at=now + timedelta(minutes=minutes))
    response = client_of(Role.ADMINISTRATOR).get(HOME)
    [panel] = [
        panel for panel in response.context["panels"] if getattr(panel, "name", "") == "taches"
    ]
    assert [(figure.value, figure.is_alarming) for figure in panel.get_figures()] == [
        ("1", True),
        ("2", True),
    ]


def test_queries_of_the_home_do_not_grow():
    def more():
        for _number in range(3):
            other = make_course()
            reading = lesson_row(make_reading(other))
            for student in [make_student(other) for _n in range(9)]:
                complete_lesson(user=student, lesson=reading)
            fulfil(order_id=make_order(other).pk)

    course = make_course()
    grant_term(user=make_user(), course=course_row(course), days=9, source=TermSource.GIFT)
    make_reading(course)
    before, after = grows(client_of(Role.ADMINISTRATOR), HOME, more)
    assert before == after
