"""The one personal fragment of the public pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@login_not_required
@never_cache
@require_GET
def visitor_fragment(request: HttpRequest) -> HttpResponse:
    """Cart badge, account menu and toasts: what a public page may not hold, fetched apart."""
    return render(request, "fragments/visitor.html")
