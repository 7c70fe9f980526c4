"""The project's addresses with two holes, for the table to find."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from dojo import urls


@login_not_required
def hole(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Bonjour")


urlpatterns = [
    path("apprendre/trou/", hole),
    path("tableau-de-bord/", hole),
    *urls.urlpatterns,
]
