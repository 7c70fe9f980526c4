"""docs/acces.md holds for every address, and nothing has an address that it leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import resolve
from wagtail.permission_policies import ModelPermissionPolicy

from dojo.middleware import SignInRequiredMiddleware
from lms import guards
from lms.access import Access, Reason
from lms.services.progress import complete_by_hand
from lms.services.registry import lesson_row

from .door import Difference, ask, differences, route_of
from .routes import Route, all_routes, bulk_actions, page_types
from .table import NOT_ASKED, PERSONAS, Row, TableError, read_table
from .world import MAY_READ, SECRET, World

pytestmark = pytest.mark.django_db

ROWS = read_table()
EXACT = [row for row in ROWS if not row.is_prefix]
PREFIXES = [row for row in ROWS if row.is_prefix]
LESSONS = ["{vidéo}", "{lecture}", "{quiz}", "{cartes}"]
# Who is kept out of a paid lesson.
KEPT_OUT = {persona for persona in PERSONAS if persona not in MAY_READ}


def rows_at(*addresses: str) -> list[Row]:
    found = [row for row in EXACT if row.address in addresses]
    assert {row.address for row in found} == set(addresses)
    return found


def personas_in(found: Iterable[Difference]) -> set[str]:
    return {difference.persona for difference in found}


# The table and the addresses ----------------------------------------------------------------------


def routes_without_row(world: World, urlconf: str | None = None) -> list[str]:
    """Each route that no row names; a row of a prefix stands for Wagtail's own views only."""
    methods: dict[str, set[str]] = {}
    for row in EXACT:
        methods.setdefault(route_of(world, row) or "", set()).add(row.method)
    missing = []
    for route in all_routes(urlconf):
        if not route.is_ours and prefix_of(route):
            continue
        if route.route not in methods:
            missing.append(str(route))
        elif route.accepts_post and "POST" not in methods[route.route]:
            missing.append(f"POST {route}")
    return missing


def prefix_of(route: Route) -> Row | None:
    return next((row for row in PREFIXES if f"/{route.route}".startswith(row.prefix)), None)


def test_every_address_has_a_row(world):
    assert routes_without_row(world) == []


def test_every_row_has_an_address(world):
    assert [str(row) for row in EXACT if route_of(world, row) is None] == []
    routes = all_routes()
    unused = [
        str(row)
        for row in PREFIXES
        if not any(prefix_of(route) == row and not route.is_ours for route in routes)
    ]
    assert unused == []


def test_prefix_names_one_part_of_the_admin():
    assert [row.address for row in PREFIXES if not row.address.startswith("/admin/")] == []
    assert [row.address for row in PREFIXES if row.prefix.count("/") < 3] == []


def test_every_type_of_page_has_a_row(world):
    named = {
        type(world.pages[row.address.strip("{}")])
        for row in EXACT
        if row.address.strip("{}") in world.pages
    }
    assert page_types() - named == set()


def test_every_bulk_action_has_a_row():
    named = {row.address.partition("?")[0] for row in EXACT if row.method == "POST"}
    assert bulk_actions() - named == set()


def test_every_address_of_ours_that_takes_a_post_has_a_row_for_it(world):
    """Views that are functions don't say which methods they take: they are asked."""
    posted = {route_of(world, row) for row in EXACT if row.method == "POST"}
    ours = {route.route for route in all_routes() if route.is_ours}
    missing = [
        row.address
        for row in EXACT
        if row.cells["Superutilisateur"] != NOT_ASKED
        and route_of(world, row) in ours - posted
        and ask(world, replace(row, method="POST"), "Superutilisateur") != "405"
    ]
    assert missing == []


def test_row_with_a_cell_too_few_is_an_error():
    header = "| Adresse | Méthode | " + " | ".join(PERSONAS) + " | Note |"
    with pytest.raises(TableError, match="line 2: 3 cells instead of 15"):
        read_table(f"{header}\n| /x/ | GET | 200 |")


# What each is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize("row", EXACT, ids=str)
def test_everybody_is_answered_as_the_table_says(world, row):
    assert [str(difference) for difference in differences(world, [row])] == []


@pytest.mark.parametrize("row", PREFIXES, ids=str)
def test_door_of_wagtail_s_own_screens(world, row):
    routes = [route for route in all_routes() if prefix_of(route) == row]
    rows = [
        replace(row, address=route.sample_path(number=world.pages["article"].pk))
        for route in routes
        if "(?P" not in route.route
    ]
    assert [str(difference) for difference in differences(world, rows)] == []


@pytest.mark.parametrize("row", [row for row in EXACT if row.method == "POST"], ids=str)
def test_form_of_another_site_is_refused(world, row):
    if row.address == "/webhooks/stripe/":
        return  # signed, and sent by no browser
    persona = "Inscrit" if "{sa tentative" in row.address else "Superutilisateur"
    browser: Client = world.browser(persona, enforce_csrf_checks=True)
    response = browser.post(
        world.path(row.address, persona), headers={"Origin": "https://ailleurs.example"}
    )
    assert response.status_code == 403
    assert "Votre page avait expiré" in response.text


@pytest.mark.parametrize("address", LESSONS)
@pytest.mark.parametrize("persona", sorted(MAY_READ))
def test_paid_lesson_holds_the_phrase_that_nobody_else_may_see(world, persona, address):
    response = world.browser(persona).get(world.path(address, persona))
    assert SECRET in response.text


@pytest.mark.parametrize("persona", ["Visiteur", "Étudiant", "Suspendu"])
def test_english_addresses_have_the_same_doors(world, persona):
    french = [
        row
        for row in EXACT
        if row.address.startswith(("/apprendre/", "/tableau-de-bord/", "/panier/", "/paiement/"))
        and row.cells[persona] in ("302 connexion", "404", "200")
    ]
    english = [replace(row, address=f"/en{row.address}") for row in french]
    assert len(english) > 5
    found = [ask(world, row, persona) for row in english]
    assert found == [row.cells[persona] for row in french]


# Planted holes ------------------------------------------------------------------------------------


def test_address_without_row_is_found(world, settings):
    settings.ROOT_URLCONF = "tests.access.holes"
    assert resolve("/apprendre/trou/").func.__name__ == "hole"
    found = set(routes_without_row(world)) - set(routes_without_row(world, "dojo.urls"))
    assert found == {"/apprendre/trou/ (tests.access.holes.hole)"}


def test_view_without_its_check_is_found(world, settings):
    settings.ROOT_URLCONF = "tests.access.holes"
    found = differences(world, rows_at("/tableau-de-bord/"))
    assert [str(difference) for difference in found] == [
        "GET /tableau-de-bord/: Visiteur is answered '200', not '302 connexion'"
    ]


def test_lesson_without_its_guard_is_found(world, monkeypatch):
    monkeypatch.setattr(guards, "lesson_access", lambda user, page: Access(True, Reason.PREVIEW))
    for address in LESSONS:
        assert personas_in(differences(world, rows_at(address))) == KEPT_OUT


def test_document_without_its_guard_is_found(world, monkeypatch):
    access = Access(True, Reason.PREVIEW)
    monkeypatch.setattr(guards, "document_access", lambda user, document: (access, None))
    assert personas_in(differences(world, rows_at("{document réservé}"))) == KEPT_OUT


def test_endpoint_without_its_check_is_found(world, monkeypatch):
    monkeypatch.setattr("lms.views.lesson_access", lambda user, page: Access(True, Reason.STAFF))
    for address in (
        "/apprendre/quiz/{n° quiz}/commencer/",
        "/apprendre/lecons/{n° lecture}/terminer/",
    ):
        found = differences(world, rows_at(address))
        assert personas_in(found) == KEPT_OUT - {"Visiteur"}  # the middleware stops them first


def test_attempt_of_another_student_is_found(world, monkeypatch):
    from lms import views

    def find(queryset, **conditions):
        conditions.pop("user", None)
        return queryset.get(**conditions)

    monkeypatch.setattr(views, "get_object_or_404", find)
    found = differences(world, rows_at("/apprendre/tentatives/{tentative d’Inscrit}/"))
    assert personas_in(found) == set(PERSONAS) - {"Visiteur", "Inscrit"}


def test_door_left_open_is_found(world, monkeypatch):
    monkeypatch.setattr(SignInRequiredMiddleware, "process_view", lambda self, *args: None)
    monkeypatch.setattr("tests.access.world._handler", lambda checks: ClientHandler(checks))
    assert personas_in(differences(world, rows_at("/tableau-de-bord/"))) == {"Visiteur"}
    # Wagtail has a door of its own, which sends students to the sign-in that they are past.
    found = differences(world, rows_at("/admin/account/"))
    assert personas_in(found) == {"Étudiant", "Inscrit", "Échu", "Révoqué", "Suspendu"}


def test_admin_screen_without_its_permission_is_found(world, monkeypatch):
    for name in ("user_has_permission", "user_has_any_permission"):
        monkeypatch.setattr(ModelPermissionPolicy, name, lambda self, user, action: True)
    found = differences(world, rows_at("/admin/coupons/", "/admin/groups/"))
    assert personas_in(found) >= {"Édition", "Enseignement", "Soutien"}


def test_refusal_that_shows_what_it_refuses_is_found(world, monkeypatch):
    refuse = guards.locked_response

    def refuse_and_show(request, lesson, access):
        response = refuse(request, lesson, access)
        response.content += SECRET.encode()
        return response

    monkeypatch.setattr(guards, "locked_response", refuse_and_show)
    found = differences(world, rows_at("{lecture}"))
    assert personas_in(found) == KEPT_OUT
    assert {difference.answer.partition(" WITH ")[2] for difference in found} == {
        "A PAID LESSON IN IT"
    }


def test_refusal_that_acts_all_the_same_is_found(world, monkeypatch):
    refuse = guards.locked_response

    def act_and_refuse(request, lesson, access) -> HttpResponse:
        complete_by_hand(user=request.user, lesson=lesson_row(lesson))
        return refuse(request, lesson, access)

    monkeypatch.setattr("lms.views.locked_response", act_and_refuse)
    found = differences(world, rows_at("/apprendre/lecons/{n° lecture}/terminer/"))
    assert personas_in(found) == KEPT_OUT - {"Visiteur"}
    assert all(" AND INSERT INTO" in difference.answer for difference in found)
