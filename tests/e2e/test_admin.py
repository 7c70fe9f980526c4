"""The back office in a real browser: each screen of ours is accessible, and staff get work done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from cms_pages.models import CoursePage
from dojo.demo.loader import PASSWORD, STUDENT
from dojo.jobs.models import Job, JobStatus
from dojo.users.models import User
from dojo.users.roles import Role
from lms.models import Enrolment, TermSource
from shop.models import Coupon, Order, StripeEvent
from shop.services.fulfilment import fulfil
from tests.factories import make_order

from .conftest import DESK


@pytest.fixture
def staff(page: Page, site: str, sign_in: Callable[[str], None]) -> Callable[[Role], Page]:
    """A page of the admin, signed in as one of that role."""

    def as_role(role: Role) -> Page:
        user = User.objects.create_user(f"{role.name.lower()}@dojo.test", PASSWORD)
        user.groups.add(Group.objects.get(name=role.value))
        page.set_viewport_size(DESK)
        sign_in(user.email)
        expect(page).to_have_url(f"{site}/admin/")
        return page

    return as_role


@pytest.fixture
def sold(site: str) -> Order:
    """An order of the demo's course with its coupon, an event about it, and two jobs."""
    course = CoursePage.objects.get(slug="ccvm-volume-1")
    order = make_order(course, coupon=Coupon.objects.get(code="BIENVENUE10"))
    order = fulfil(order_id=order.pk)
    StripeEvent.objects.create(
        event_id="evt_essai",
        type="charge.refunded",
        payload={"data": {"object": {"metadata": {"order": order.number}}}},
        error="FulfilmentError",
    )
    Job.objects.create(
        name="essai.abandonne", status=JobStatus.DEAD, finished_at=timezone.now(), error="Erreur"
    )
    Job.objects.create(name="mail.deliver", arguments={"message": {"to": ["x@exemple.test"]}})
    return order


def problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


def test_every_screen_of_the_back_office_is_accessible(
    staff: Callable[[Role], Page], site: str, sold: Order
):
    page = staff(Role.ADMINISTRATOR)
    enrolment = Enrolment.objects.get(user=sold.user)
    coupon = Coupon.objects.get(code="BIENVENUE10")
    person = sold.user
    screens = [
        "",
        "orders/",
        f"orders/inspect/{sold.pk}/",
        f"orders/history/{sold.pk}/",
        "coupons/",
        f"coupons/inspect/{coupon.pk}/",
        f"coupons/edit/{coupon.pk}/",
        "coupons/new/",
        "stripe-events/",
        f"stripe-events/inspect/{StripeEvent.objects.get().pk}/",
        "enrolments/",
        f"enrolments/inspect/{enrolment.pk}/",
        f"enrolments/edit/{enrolment.pk}/",
        f"enrolments/revoke/{enrolment.terms.get().pk}/",
        "enrolments/new/",
        "users/",
        f"users/inspect/{person.pk}/",
        f"users/edit/{person.pk}/",
        "users/new/",
        "jobs/",
        f"jobs/inspect/{Job.objects.get(name='essai.abandonne').pk}/",
        f"jobs/inspect/{Job.objects.filter(name='mail.deliver').latest('pk').pk}/",
    ]
    found = {}
    for screen in screens:
        assert page.goto(f"{site}/admin/{screen}").status == 200
        if wrong := problems(page):
            found[screen] = wrong
    assert found == {}


def test_an_empty_back_office_is_accessible(staff: Callable[[Role], Page], site: str):
    page = staff(Role.ADMINISTRATOR)
    found = {}
    for screen in ("orders/", "stripe-events/", "jobs/?status=dead", "users/?q=personne-de-tel"):
        page.goto(f"{site}/admin/{screen}")
        if wrong := problems(page):
            found[screen] = wrong
    assert found == {}
    expect(page.get_by_text("Rien ne correspond à votre recherche.")).to_be_visible()


def test_support_extends_then_revokes_the_access_of_a_student(
    staff: Callable[[Role], Page], site: str
):
    page = staff(Role.SUPPORT)
    page.get_by_role("button", name="Apprentissage").click()
    page.get_by_role("link", name="Personnes").click()
    page.locator("#id_q").fill("sofia nguyen")
    # The list follows what is typed.
    expect(page.locator("table.listing tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Sofia Nguyen").click()
    expect(page.get_by_role("heading", name="Tentatives de quiz")).to_be_visible()
    page.get_by_role("link", name="Cours sur le commerce des valeurs mobilières").click()
    page.get_by_role("link", name="Prolonger").click()
    page.get_by_label("Jours d’accès").fill("30")
    page.get_by_role("button", name="Prolonger").click()
    expect(page.locator(".messages .success")).to_contain_text("Accès prolongé jusqu’au")
    terms = Enrolment.objects.get(user__email=STUDENT).terms
    first, second = terms.all()
    assert (second.starts_at, second.source) == (first.expires_at, TermSource.ADMIN)

    page.get_by_role("link", name="Révoquer").first.click()
    page.get_by_role("button", name="Révoquer").click()
    expect(page.locator(".messages .success")).to_contain_text("La période d’accès est révoquée.")
    first.refresh_from_db()
    assert first.revoked_by.email == "support@dojo.test"
    expect(page.get_by_role("link", name="Révoquer")).to_have_count(1)


def test_finance_filters_orders_and_opens_one(
    staff: Callable[[Role], Page], site: str, sold: Order
):
    page = staff(Role.FINANCE)
    page.get_by_role("link", name="179,10 $").click()
    expect(page.get_by_role("link", name=sold.number)).to_be_visible()
    page.get_by_role("link", name=sold.number).click()
    expect(page.get_by_text("BIENVENUE10 (utilisée)")).to_be_visible()
    expect(page.get_by_role("heading", name="Événements Stripe")).to_be_visible()
    page.get_by_role("link", name="charge.refunded").click()
    page.get_by_role("button", name="Traiter de nouveau").click()
    expect(page.locator(".messages")).to_contain_text("Le site ne fait rien des événements")
