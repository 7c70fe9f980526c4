"""Forms on public pages carry no token: the origin is checked instead."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dojo.origin import is_same_origin, same_origin_required


def post(**headers):
    return RequestFactory().post("/panier/coupon/", headers=headers)


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver:8000"}, False),
        ({"Origin": "http://testserver.mechant.test"}, False),
        ({"Origin": "http://mechant.test"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({}, False),
        ({"Referer": "http://testserver/panier/"}, True),
        ({"Referer": "http://mechant.test/?http://testserver/"}, False),
        ({"Referer": "http://testserver@mechant.test/"}, False),
        ({"Origin": "http://mechant.test", "Referer": "http://testserver/"}, False),
        ({"Origin": "http://testserver", "Referer": "http://mechant.test/"}, True),
    ],
)
def test_same_origin_is_what_the_browser_says(headers, same):
    assert is_same_origin(post(**headers)) is same


@same_origin_required
def view(request):
    return HttpResponse("fait")


def test_checked_view_answers_our_own_pages():
    assert view(post(Origin="http://testserver")).content == b"fait"


@pytest.mark.django_db
def test_checked_view_refuses_another_site_in_french():
    response = view(post(Origin="http://mechant.test"))
    assert response.status_code == 403
    assert "Votre page avait expiré" in response.content.decode()


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_needs_no_origin(method):
    assert view(getattr(RequestFactory(), method)("/panier/")).status_code == 200


def test_checked_view_needs_no_token():
    assert view.csrf_exempt is True
