"""Who gets past the door, in which language, and under which policy."""

import pytest
from django.conf import settings

from dojo.users.roles import Role
from tests.factories import make_home, make_student, make_user

pytestmark = pytest.mark.django_db

PUBLIC_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self' https://player.vimeo.com",
    "frame-ancestors": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def policy(response):
    directives = (part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    return {name: " ".join(sorted(value.split(" "))) for name, value in directives}


# Content security policy -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/formations/", "/blogue/", "/connexion/", "/nulle-part/"])
def test_public_page_has_the_strict_policy(client, path):
    assert policy(client.get(path)) == PUBLIC_POLICY


def test_dashboard_has_the_strict_policy(client):
    client.force_login(make_student())
    assert policy(client.get("/tableau-de-bord/")) == PUBLIC_POLICY


def test_admin_has_a_policy_of_its_own(client):
    client.force_login(make_user(is_superuser=True))
    response = client.get("/admin/")
    loosened = {name: " ".join(sorted(values)) for name, values in settings.ADMIN_CSP.items()}
    assert policy(response) == {**PUBLIC_POLICY, **loosened}
    assert "unsafe-eval" not in response["Content-Security-Policy"]


def test_admin_s_sign_in_has_the_strict_policy(client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain == [("/connexion/?next=/admin/", 302)]
    assert policy(response) == PUBLIC_POLICY


# Sign-in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/tableau-de-bord/", "/admin/", "/admin/pages/", "/apprendre/quiz/1/commencer/"],
)
def test_private_address_asks_to_sign_in(client, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/connexion/?next={path}")


def test_private_address_asks_a_script_to_sign_in_by_a_sentence(client):
    response = client.get("/tableau-de-bord/", headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.text) == (
        401,
        "Votre session a pris fin. Reconnectez-vous pour continuer.",
    )


def assert_refused(response):
    assert response.status_code == 403
    assert "<h1>Accès refusé</h1>" in response.text
    assert (
        "Votre compte ne donne pas accès à cette page. "
        "Si vous pensez qu’il le devrait, écrivez au soutien."
    ) in response.text


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/admin/pages/", "/admin/images/", "/admin/users/", "/admin/api/main/pages/"],
)
def test_student_in_the_admin_gets_a_clear_refusal(client, path):
    client.force_login(make_student())
    assert_refused(client.get(path))


@pytest.mark.parametrize("path", ["/admin/pages/", "/admin/images/", "/admin/groups/"])
def test_staff_of_the_wrong_role_get_a_clear_refusal(client, path):
    client.force_login(make_user(role=Role.FINANCE))
    assert_refused(client.get(path))
    assert_refused(client.post(path))


def test_unknown_address_of_the_admin_asks_strangers_to_sign_in(client):
    response = client.get("/admin/nulle-part/")
    assert (response.status_code, response["Location"]) == (
        302,
        "/connexion/?next=/admin/nulle-part/",
    )


def test_student_s_script_in_the_admin_is_refused_too(client):
    client.force_login(make_student())
    headers = {"X-Requested-With": "XMLHttpRequest"}
    assert client.get("/admin/pages/", headers=headers).status_code == 403


def test_student_can_not_write_in_the_admin(client):
    client.force_login(make_student())
    home = make_home()
    response = client.post(f"/admin/pages/{home.pk}/delete/")
    assert response.status_code == 403
    assert type(home).objects.filter(pk=home.pk).exists()


@pytest.mark.parametrize("role", Role)
def test_staff_of_every_role_open_the_admin(client, role):
    client.force_login(make_user(role=role))
    assert client.get("/admin/").status_code == 200


def test_refusal_is_written_in_the_language_of_the_address(client):
    # The admin's addresses have no language: they are French.
    client.force_login(make_student())
    response = client.get("/admin/", headers={"Accept-Language": "en"})
    assert response["Content-Language"] == "fr"


# Language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "de", "fr-FR, en;q=0.5"])
def test_browser_s_language_changes_nothing(client, language):
    response = client.get("/connexion/", headers={"Accept-Language": language})
    assert response["Content-Language"] == "fr"
    assert '<html lang="fr-CA">' in response.text
    assert "Accept-Language" not in response.get("Vary", "")


def test_address_decides_the_language(client):
    response = client.get("/en/connexion/")
    assert response["Content-Language"] == "en"
    assert '<html lang="en-CA">' in response.text


def test_unknown_address_is_told_in_french(client):
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "<h1>Page introuvable</h1>" in response.text
    assert response["Content-Language"] == "fr"
